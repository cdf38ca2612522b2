import numpy as np
import torch

import train_codec
from codec import Codec
from data import BUCKETS, make_clip
from world import render_clip

GROUPS = range(train_codec.GROUPS + 1)


def square(seed):
    return str(np.random.default_rng(seed).choice(["1:1", "16:9", "9:16"], p=[.5, .35, .15])) == "1:1"


def test_an_example_holds_what_the_decoder_makes_of_a_clip():
    torch.manual_seed(0)
    codec = Codec(trunk=8, c1=4, c2=4, c3=4)
    codec.encoder.mean = torch.zeros(768)
    seed = next(s for s in range(100) if square(s))  # a window is all of its picture
    clip, _ = make_clip(seed, *BUCKETS["1:1"], 5., photo_share=.10)
    with torch.no_grad():
        latents = codec.encode(render_clip(clip, 64, 64, [k / 8 for k in range(41)]))
        frames = codec.decode(latents).permute(0, 3, 1, 2)
        true = [torch.from_numpy(render_clip(clip, 256, 256, [k / 30])[0]).permute(2, 0, 1) for k in range(3)]
        for group in GROUPS:
            for z, target in zip(*train_codec.example(codec, seed, group)[:2]):
                z = torch.from_numpy(z).float()
                assert z.shape == (4 if group == train_codec.GROUPS else 3, 48, 8, 8)
                at = [t for t in range(11) if (latents[:, t] - z[1]).abs().max() < .01]
                assert at, "its second moment is one of the clip"
                made = train_codec.decoded(codec.decoder, z[None], group)[0].clamp(0, 1)
                assert made.shape == target.shape
                picks = [*train_codec.BEFORE, *(15 + k for k in train_codec.AFTER)] if group == train_codec.GROUPS else train_codec.picks_of(group)
                whole = [max(0, 15 * (at[0] - 1) + 1 + k) for k in picks]
                if at[0]:
                    assert (made - frames[whole]).abs().max() < .02
                    k = int(np.argmin(whole))
                    shown = torch.from_numpy(render_clip(clip, 256, 256, [whole[k] / 30])[0]).permute(2, 0, 1)
                    assert np.abs(target[k].astype(int) - shown.numpy()).max() == 0
                else:
                    assert np.abs(target[0].astype(int) - true[0].numpy()).max() == 0
                    if group == train_codec.GROUPS:
                        assert np.abs(target[3].astype(int) - true[1].numpy()).max() == 0


def test_where_moments_meet_a_jerk_costs_and_what_moves_does_not():
    torch.manual_seed(0)
    moves = torch.rand(1, 1, 3, 8, 8) + torch.arange(6).reshape(1, 6, 1, 1, 1) * .01
    boxes = [(0, 8, 0, 8)]
    assert train_codec.loss_of(moves, moves, boxes, True) == 0
    half = torch.tensor([.02] * 3 + [-.02] * 3).reshape(1, 6, 1, 1, 1)
    jerks, dim = moves + half, moves + .02
    kinds = [(train_codec.loss_of(x, moves, boxes, True) - train_codec.loss_of(x, moves, boxes, False)).item() for x in (jerks, dim)]
    assert abs(kinds[0] - train_codec.STEADY * .04) < 1e-5 and abs(kinds[1]) < 1e-5
    assert (train_codec.meeting_step(jerks) + .03).abs().max() < 1e-5 and (train_codec.meeting_step(moves) - .01).abs().max() < 1e-5
