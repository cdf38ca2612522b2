import json
import re
from dataclasses import replace

import numpy as np
import torch

import data
import reader
from captions import light_phrases
from codec import CHANNELS, FRAMES_IN, STRIDE, Codec, fit_encoder, group_frames
from data import UNSEEN_COLOURS, UNSEEN_SCENES, Shards, make_attributes, picture_bucket, render_picture_shard, render_shard, taken_of, unseen
from prompts import prompts
from reader import (CLASSES, MIRRORED, REVERSED, Course, Looks, Softener, Whole, course_batch, draw_attributes, label, load_frames, looks_batch, render_clips, render_pictures,
                    save_frames, train_against_the_clock)
from world import Attributes


def test_prompts_expect_only_what_they_say_and_pair_two_languages():
    lines = list(prompts())
    assert len(lines) == 240 and len({line["text"] for line in lines}) > 220
    for english, chinese in zip(lines[::2], lines[1::2]):
        assert english["expect"] == chinese["expect"] and (english["language"], chinese["language"]) == ("en", "zh")
        assert english["text"].isascii() and not chinese["text"].isascii()
        assert all(value in CLASSES[name] for name, value in english["expect"].items())
    for line in [*lines, *prompts(1, ("motion",), True)]:
        ways = {"left", "right"} & {*re.findall(r"\w+", line["text"].replace("左", " left ").replace("右", " right "))}
        assert not ways or line["expect"].get("motion", line["expect"].get("camera", "")).removeprefix("pan ") in ways
        assert line["expect"].get("motion") not in ("left", "right") or ways  # "it goes" could be either
    new = [line["expect"] for line in lines if not line["seen"]]
    assert len(new) == 80 and any(UNSEEN_COLOURS.get(e["subject"]) == e["colour"] for e in new)


def test_training_never_shows_an_unseen_pair():
    rng = np.random.default_rng(0)
    assert not any(unseen(make_attributes(rng)) for _ in range(3000))
    assert unseen(Attributes("cat", "blue", "city", "still", "still", "day")) and not unseen(Attributes("cat", "red", "city", "still", "still", "day"))
    assert light_phrases(Attributes("cat", "red", "city", "still", "still", "fog"), 0)


def test_shards_that_move_hold_few_clips_that_stand_still():
    def share(taken, motions):
        return np.mean([make_attributes(np.random.default_rng(i), 0., taken).motion in motions for i in range(600)])
    moving, seldom = taken_of(30_000), taken_of(35_003)
    assert share(None, moving) > .35 and share(moving, moving) < .2 and taken_of(20_003) is None
    assert share(seldom, ("flies", "spins", "towards", "away", "grows")) > share(moving, ("flies", "spins", "towards", "away", "grows")) + .12


def test_the_reader_has_seen_every_pair_that_the_models_have_not():
    rng = np.random.default_rng(0)
    drawn = [draw_attributes(rng) for _ in range(6000)]
    assert {(a.subject, a.colour) for a in drawn} >= set(UNSEEN_COLOURS.items())
    assert {(a.subject, a.scene) for a in drawn} >= set(UNSEEN_SCENES.items())
    for name, words in CLASSES.items():  # and nothing is so seldom that it need not be learnt
        counts = [sum(getattr(a, name) == word for a in drawn) for word in words if word not in ("none", "broom")]
        assert min(counts) > 60, (name, dict(zip(words, counts)))


def test_labels_follow_the_picture():
    a = Attributes("cat", "red", "city", "left", "zoom in", "day")
    assert CLASSES["motion"][label(a, "motion", [MIRRORED])] == "right"
    assert CLASSES["motion"][label(a, "motion", [MIRRORED, REVERSED])] == "left"
    assert CLASSES["camera"][label(a, "camera", [MIRRORED, REVERSED])] == "zoom out"
    assert label(Attributes("none", "red", "city", "still", "still", "day"), "colour") == -1
    assert label(replace(a, motion="grows"), "motion", [REVERSED]) == -1


def test_the_reader_answers_for_every_attribute():
    told = Looks().eval()(torch.rand(2, 3, 64, 64)) | Course().eval()(torch.rand(2, 11, 12, 64, 64))
    assert {n: v.shape for n, v in told.items()} == {n: (2, len(c)) for n, c in CLASSES.items()}
    whole = Whole(Looks().eval(), Course().eval())(torch.rand(41, 3, 64, 64))
    assert [v.shape[1] for v in whole] == [len(c) for c in CLASSES.values()]


def test_what_it_looks_like_is_the_mean_of_moments_and_its_course_knows_the_order():
    torch.manual_seed(0)
    looks, course = Looks().eval(), Course().eval()
    for network in (looks, course):
        for p in network.parameters():
            p.data.normal_(0, .05)
    frames = torch.rand(41, 3, 64, 64)
    forwards, backwards = (Whole(looks, course)(f) for f in (frames, frames.flip(0)))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(forwards[:3], backwards[:3]))
    assert not any(torch.allclose(a, b, atol=1e-4) for a, b in zip(forwards[3:], backwards[3:]))


def test_batches_are_renders_moved_mirrored_and_softened(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "CLIPS", 2)
    monkeypatch.setattr(reader, "PICTURES", 6)
    for name, made in (("clips", render_clips(0)), ("again", render_clips(0)), ("pictures", render_pictures(0))):
        save_frames(str(tmp_path / name), *made)
    clips, again, pictures = (load_frames(str(tmp_path / name)) for name in ("clips", "again", "pictures"))
    assert clips[0].shape == (2, 41, 3, 64, 64) and pictures[0].shape == (6, 1, 3, 64, 64)
    assert (clips[0] == again[0]).all() and clips[1] == again[1]
    weight, bias, mean, _ = fit_encoder(clips[0].permute(0, 1, 3, 4, 2).numpy())
    codec = Codec().requires_grad_(False)
    codec.encoder.weight.copy_(weight)
    codec.encoder.bias.copy_(bias)
    codec.encoder.mean = mean
    rng, softener = np.random.default_rng(0), Softener(codec)
    seen, want = looks_batch(rng, [pictures], softener, 8)
    assert seen.shape == (8, 3, 64, 64) and seen.min() >= 0 and seen.max() <= 1 and {len(v) for v in want.values()} == {8}
    moments, want = course_batch(rng, [clips], softener, 3)
    assert moments.shape == (3, 11, 12, 64, 64) and {len(v) for v in want.values()} == {3}
    grouped = group_frames(clips[0][0].float() / 255)
    errors = [(softener(rng, grouped) - grouped).square().mean().item() for _ in range(8)]
    assert max(errors) < .05 and min(errors) < .5 * max(errors)  # a picture still, now more and now less of it


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
    there = {a.motion for shard in shards.by_shape.values() for _, said, _ in shard for a in said}
    assert {a.motion for a in shards.batch(rng, 40)[1]} == there and len(there) == 2
    one, other = sorted(there)
    learnt = Shards(str(tmp_path), {one: 0.})
    learnt.refresh()
    assert {a.motion for a in learnt.batch(rng, 40)[1]} == {other}


def test_a_network_is_trained_against_the_clock_and_goes_on_from_its_file(tmp_path):
    class Sign(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.said, self.untold = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)

        def forward(self, x):
            return {"said": self.said(x), "untold": self.untold(x)}

    def draw():
        x = torch.randn(64, 2)
        return x, {"said": (x[:, 0] > 0).long(), "untold": torch.full((64,), -1)}

    def right():
        network, (x, want) = Sign(), draw()
        network.load_state_dict(torch.load(path, weights_only=True))
        assert all(p.isfinite().all() for p in network.parameters())
        return (network(x)["said"].argmax(1) == want["said"]).float().mean().item()

    path = str(tmp_path / "sign.pt")
    torch.manual_seed(0)
    train_against_the_clock(Sign, path, ("said", "untold"), draw, lambda network: {}, .02, .05)
    assert right() > .9
    train_against_the_clock(Sign, path, ("said", "untold"), draw, lambda network: {}, 1e-5, 0.)
    assert right() > .9
