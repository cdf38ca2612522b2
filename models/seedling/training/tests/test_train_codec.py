import numpy as np
import torch

import train_codec
from codec import Codec
from data import BUCKETS, make_clip
from world import render_clip


def test_an_example_holds_what_the_decoder_makes_of_a_clip():
    torch.manual_seed(0)
    codec = Codec(trunk=8, c1=4, c2=4, c3=4)
    codec.encoder.mean = torch.zeros(768)
    all_of_it = [[0, 256, 0, 256]] * train_codec.MOMENTS
    with torch.no_grad():
        seed = next(s for s in range(100) if train_codec.example(codec, s, 0)[2] == all_of_it)  # no window cuts a square picture
        clip, _ = make_clip(seed, *BUCKETS["1:1"], 5., photo_share=.10)
        latents = codec.encode(render_clip(clip, 64, 64, [k / 8 for k in range(41)]))
        frames = codec.decode(latents).permute(0, 3, 1, 2)
        for group in range(train_codec.GROUPS + 1):
            meeting = group == train_codec.GROUPS
            for z, target in zip(*train_codec.example(codec, seed, group)[:2]):
                z = torch.from_numpy(z).float()
                assert z.shape == (4 if meeting else 3, 48, 8, 8)
                at = next(t for t in range(11) if (latents[:, t] - z[1]).abs().max() < .01)
                picks = [*train_codec.BEFORE, *(15 + k for k in train_codec.AFTER)] if meeting else train_codec.picks_of(group)
                which = [max(0, 15 * (at - 1) + 1 + k) for k in picks]  # of the clip's frames; before its first one there is none
                assert np.array_equal(target, render_clip(clip, 256, 256, [k / 30 for k in which]).transpose(0, 3, 1, 2))
                made, shown = train_codec.decoded(codec.decoder, z[None], group)[0].clamp(0, 1), [i for i, k in enumerate(which) if k or picks[i] == 14]
                assert made.shape == target.shape and (made[shown] - frames[[which[i] for i in shown]]).abs().max() < .02


def test_where_moments_meet_a_jerk_costs_and_what_moves_does_not():
    torch.manual_seed(0)
    moves = torch.rand(1, 1, 3, 8, 8) + torch.arange(6).reshape(1, 6, 1, 1, 1) * .01
    boxes = [(0, 8, 0, 8)]
    half = torch.tensor([.02] * 3 + [-.02] * 3).reshape(1, 6, 1, 1, 1)
    jerks, dim = moves + half, moves + .02
    kinds = [(train_codec.loss_of(x, moves, boxes, True) - train_codec.loss_of(x, moves, boxes, False)).item() for x in (jerks, dim)]
    assert abs(kinds[0] - train_codec.STEADY * .04) < 1e-5 and abs(kinds[1]) < 1e-5
    assert (train_codec.meeting_step(jerks) + .03).abs().max() < 1e-5 and (train_codec.meeting_step(moves) - .01).abs().max() < 1e-5
