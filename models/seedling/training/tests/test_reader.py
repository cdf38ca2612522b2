import json

import numpy as np
import torch

import data
from captions import light_phrases
from codec import CHANNELS, FRAMES_IN, STRIDE, Codec, fit_encoder
from data import UNSEEN_COLOURS, Shards, make_attributes, picture_bucket, render_picture_shard, render_shard, unseen
from prompts import prompts
from reader import CLASSES, MIRRORED, REVERSED, Course, Looks, Pixels, draw_clips, even_out, label
from world import Attributes, Clip, render_clip


def test_prompts_expect_only_what_they_say_and_pair_two_languages():
    lines = list(prompts())
    assert len(lines) == 240 and len({line["text"] for line in lines}) > 220
    for english, chinese in zip(lines[::2], lines[1::2]):
        assert english["expect"] == chinese["expect"] and (english["language"], chinese["language"]) == ("en", "zh")
        assert english["text"].isascii() and not chinese["text"].isascii()
        assert all(value in CLASSES[name] for name, value in english["expect"].items())
    new = [line["expect"] for line in lines if not line["seen"]]
    assert len(new) == 80 and any(UNSEEN_COLOURS.get(e["subject"]) == e["colour"] for e in new)


def test_training_never_shows_an_unseen_pair():
    rng = np.random.default_rng(0)
    assert not any(unseen(make_attributes(rng)) for _ in range(3000))
    assert unseen(Attributes("cat", "blue", "city", "still", "still", "day")) and not unseen(Attributes("cat", "red", "city", "still", "still", "day"))
    assert light_phrases(Attributes("cat", "red", "city", "still", "still", "fog"), 0)


def test_frames_come_back_from_latents_and_turn_around():
    clips = [render_clip(Clip(make_attributes(np.random.default_rng(i), 0), i, 64, 64, 5.), 64, 64, np.arange(41) / 8) for i in range(6)]
    weight, bias, mean, _ = fit_encoder(clips)
    codec = Codec().requires_grad_(False)
    codec.encoder.weight.copy_(weight)
    codec.encoder.bias.copy_(bias)
    codec.encoder.mean = mean
    pixels, z = Pixels(codec), torch.stack([codec.encode(c) for c in clips])
    frames = pixels.frames(z)
    assert frames.shape == (6, 41, 3, 64, 64)
    assert (frames - torch.from_numpy(np.stack(clips)).permute(0, 1, 4, 2, 3) / 255).square().mean() < .004
    assert (pixels.latents(frames) - z)[:, :, 1:].abs().max() < .01 * z.abs().max()  # in bfloat16


def test_labels_follow_the_picture():
    a = Attributes("cat", "red", "city", "left", "zoom in", "day")
    assert CLASSES["motion"][label(a, "motion", [MIRRORED])] == "right"
    assert CLASSES["motion"][label(a, "motion", [MIRRORED, REVERSED])] == "left"
    assert CLASSES["camera"][label(a, "camera", [MIRRORED, REVERSED])] == "zoom out"
    assert label(Attributes("none", "red", "city", "still", "still", "day"), "colour", []) == -1


def test_the_reader_answers_for_every_attribute():
    z = torch.randn(2, CHANNELS, 11, 8, 8)
    told = Looks().eval()(z) | Course().eval()(z)
    assert {n: v.shape for n, v in told.items()} == {n: (2, len(c)) for n, c in CLASSES.items()}


def test_pictures_are_the_first_moments_of_clips_and_drawn_evenly(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "PICTURES", 40)
    monkeypatch.setattr(data, "CLIPS", 2)
    torch.manual_seed(0)
    codec = Codec().requires_grad_(False)
    codec.encoder.mean = torch.full((FRAMES_IN * 3, STRIDE, STRIDE), .5)
    square = next(n for n in range(20) if picture_bucket(n) == "1:1")
    for name, render, n in (("p00000", render_picture_shard, square), ("00000", render_shard, 0)):
        latents, said, covers = render(n, codec)
        assert not any(unseen(Attributes(**a)) for a in said)
        np.savez(tmp_path / f"{name}.npz", latents=latents, attributes=json.dumps(said), covers=covers)
    shards = Shards(str(tmp_path))
    shards.refresh()
    assert [s[0][0].shape for s in shards.firsts.values()] == [(40, CHANNELS, 1, 8, 8)] and list(shards.by_size) == [(8, 8)]
    rng = np.random.default_rng(0)
    for square_share in (None, 1.):
        z, attributes, cover, when = shards.pictures(rng, 6, square_share)
        assert z.shape == (6, CHANNELS, 1, 8, 8) and cover.shape == (6, 1, 8, 8) and len(attributes) == 6 and ((0 <= when) & (when <= 1)).all()
    frames, masks, attributes, _ = draw_clips(rng, shards, Pixels(codec), 8, 3, even_out(shards))
    assert frames.shape[1:] == (4, 3, 64, 64) and masks.shape == (len(attributes), 1, 64, 64)
