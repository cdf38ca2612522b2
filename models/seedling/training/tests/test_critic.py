import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

import critic
import train
from codec import Codec, group_frames, linear_frames, linear_inverse
from model import Seedling
from world import Attributes

CAT = Attributes("cat", "orange", "meadow", "left", "pan right", "day")


class OneClip:
    """Shards of one clip, over and over: latents of noise, 11 frames."""

    def __init__(self, attributes):
        self.attributes, self.latents = attributes, torch.randn(1, 48, 11, 8, 8)

    def batch(self, rng, size, square_share=None, length=None):
        return self.latents.repeat(size, 1, 1, 1, 1), [self.attributes] * size, torch.ones(size, 11, 8, 8), None

    def pictures(self, rng, size, square_share=None):
        return self.latents[:, :, :1].repeat(size, 1, 1, 1, 1), [self.attributes] * size, torch.ones(size, 1, 8, 8), torch.zeros(size, 1)


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../weights/tokenizer.json"))


@pytest.fixture
def student():
    torch.manual_seed(0)
    model = Seedling()
    torch.nn.init.normal_(model.transformer.head.head.weight, std=.02)
    critics = {part: network().eval().requires_grad_(False) for part, network in critic.NETWORKS.items()}
    return model, critics


def test_labels_say_only_what_latents_can_tell():
    photo, nothing = Attributes("photo", "red", "photo", "still", "zoom in", "rain", "photo"), Attributes("none", "red", "meadow", "still", "still", "day")
    looks, course = (critic.labels([CAT, photo, nothing], part) for part in ("looks", "course"))
    names = critic.CLASSES
    assert looks["subject"].tolist() == [names["subject"].index("cat"), -1, names["subject"].index("none")]
    assert looks["colour"].tolist()[1:] == [-1, -1] and looks["scene"].tolist() == [names["scene"].index("meadow"), -1, names["scene"].index("meadow")]
    assert [names["motion"][i] if i >= 0 else None for i in course["motion"]] == ["left", None, None]
    assert [names["camera"][i] for i in course["camera"]] == ["pan right", "zoom in", "still"]
    mirrored = critic.labels([CAT], "course", critic.MIRRORED)
    assert names["motion"][mirrored["motion"][0]] == "right" and names["camera"][mirrored["camera"][0]] == "pan left"


@pytest.mark.parametrize("way", ["mirror", "backwards"])
def test_varied_latents_are_those_of_the_varied_clip(way):
    torch.manual_seed(0)
    codec = Codec().requires_grad_(False)
    weight = codec.encoder.weight.flatten(1)
    codec.encoder.weight.copy_(torch.linalg.qr(weight.T)[0].T.view_as(codec.encoder.weight))
    codec.encoder.mean = torch.zeros(weight.shape[1])
    codec.encoder.bias.zero_()
    smooth = torch.nn.functional.interpolate(torch.randn(1, 3, 12, 5, 5), (41, 24, 24), mode="trilinear")[0].transpose(0, 1)
    of = lambda frames: codec.encoder(group_frames(frames)).transpose(0, 1)[None]
    shown = linear_frames(linear_inverse(codec), of(smooth)[0].transpose(0, 1)).flatten(0, 1)[3:]
    varied = shown.flip(-1) if way == "mirror" else shown.flip(0)
    assert torch.allclose(getattr(critic.Vary(codec), way)(of(smooth)), of(varied), atol=1e-4)


def test_clips_for_the_critic_run_backwards_or_stand_still_at_times(monkeypatch):
    codec = Codec().requires_grad_(False)
    codec.encoder.mean = torch.zeros(codec.encoder.weight[0].numel())
    shards = OneClip(CAT)
    names, rng = critic.CLASSES, np.random.default_rng(0)

    def told(backwards, frozen):
        monkeypatch.setattr(critic, "BACKWARDS", backwards)
        monkeypatch.setattr(critic, "FROZEN", frozen)
        seen = set()
        for _ in range(12):
            z, changed, want = critic.draw("course", rng, shards, 1, True)
            z = critic.seen(z, changed, critic.Vary(codec))
            assert z.shape == (1, 48, 6, 8, 8) and (frozen == 0 or (z == z[:, :, :1]).all())
            seen.add(tuple(names[n][i] if i >= 0 else None for n, i in ((n, int(v[0])) for n, v in want.items())))
        return seen

    assert told(0, 0) == {("left", "pan right", "day"), ("right", "pan left", "day")}
    assert told(1, 0) == {("right", "pan left", None), ("left", "pan right", None)}
    assert told(0, 1) == {("still", "still", None)}


def test_a_clip_keeps_the_frame_that_it_begins_with(student):
    model, _ = student
    start, which = torch.randn(2, 48, 1, 8, 8), torch.arange(0, 11, 2)
    with torch.no_grad():
        made = train.make(model.transformer, torch.randn(2, 7, 128), torch.tensor([7, 5]), torch.randn(2, 48, 6, 8, 8), start, (which, 11))
    assert made.shape == (2, 48, 6, 8, 8) and torch.equal(made[:, :, :1], start)


def test_steps_that_are_left_out_lie_between_the_others(student, monkeypatch):
    model, _ = student
    monkeypatch.setitem(train.DEFAULTS, "steps", 4)
    noise, told = torch.randn(1, 48, 1, 8, 8), []
    watched = lambda x, t, *rest: told.append(t.item()) or model.transformer(x, t, *rest)
    with torch.no_grad():
        for left_out in ((), [1, 3]):
            train.make(watched, torch.randn(1, 7, 128), torch.tensor([7]), noise, left_out=left_out)
    assert np.allclose(told, [1000, 900, 750, 500, 1000, 750], atol=1e-3)


def test_noise_hides_as_much_as_a_critic_is_used_to():
    z = torch.zeros(400, 48, 4, 4)
    torch.manual_seed(0)
    for part, (most, power) in critic.NOISE.items():
        deviations = critic.soften(z, part).flatten(1).std(1)
        assert deviations.max() <= 1.1 * most and abs(deviations.mean() - most / (power + 1)) < .05 * most


def test_a_critic_of_clips_mostly_sees_coarse_channels_and_one_of_looks_does_not(monkeypatch):
    monkeypatch.setattr(critic, "NOISE", dict.fromkeys(critic.NOISE, (0., 1)))
    left = {}
    torch.manual_seed(0)
    for part in critic.NOISE:
        seen = critic.soften(torch.ones(800, 48, 1, 1), part).flatten(1)
        assert (seen[:, :6] == 1).all() and ((seen == 1).all(1)).float().mean() > .05  # some as they are
        left[part] = seen[:, 24:].mean().item()
    assert left["course"] < .55 < .75 < left["looks"], left


@pytest.mark.parametrize("clips", [False, True])
def test_what_critics_say_reaches_every_block(student, tokenizer, clips, monkeypatch):
    model, critics = student
    monkeypatch.setitem(train.DEFAULTS, "steps", 3)
    for network in critics.values():  # their heads begin at nearly nothing
        for head in network.heads.values():
            torch.nn.init.normal_(head.weight)
    rng = np.random.default_rng(0)
    loss, (right, said) = train.judged_loss(model, critics, train.draw_judged(tokenizer, OneClip(CAT), rng, clips, 2, 1.), rng, steps=2)
    loss.backward()
    assert 0 <= right <= said <= 2 and loss.item() > 0
    assert all(block.self_attn.q.weight.grad.abs().max() > 0 for block in model.transformer.blocks)
    assert all(p.grad is None for network in critics.values() for p in network.parameters())


def test_a_student_comes_to_draw_what_its_critic_wants_to_see(student, tokenizer, monkeypatch):
    model, critics = student
    monkeypatch.setitem(train.DEFAULTS, "steps", 2)
    optimiser, rng = torch.optim.Adam(model.transformer.parameters(), lr=1e-3), np.random.default_rng(0)
    losses = []
    for _ in range(12):
        loss, _ = train.judged_loss(model, critics, train.draw_judged(tokenizer, OneClip(CAT), rng, False, 4, 1.), rng)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    assert sum(losses[-3:]) < .8 * sum(losses[:3])


def test_only_what_is_said_is_judged(student, tokenizer, monkeypatch):
    model, critics = student

    def judge(attributes):
        torch.manual_seed(3)
        rng = np.random.default_rng(3)
        return train.judged_loss(model, critics, train.draw_judged(tokenizer, OneClip(attributes), rng, False, 2, 1.), rng)[0].item()

    monkeypatch.setitem(train.DEFAULTS, "steps", 1)
    monkeypatch.setattr(train, "caption", lambda a, rng, whole, told: told.add("scene") or "a cat in the meadow")
    assert judge(CAT) == judge(replace(CAT, colour="blue")) != judge(replace(CAT, scene="city"))


def test_a_critic_of_clips_looks_at_any_shape():
    torch.manual_seed(0)
    network = critic.Course().eval()
    torch.nn.init.normal_(network.place)
    z = torch.randn(2, 48, 6, 8, 14)
    for head in network.heads.values():
        torch.nn.init.normal_(head.weight)
    with torch.no_grad():
        wide, apart = network(z)["motion"], network(z.roll(7, 4))["motion"]
    assert wide.shape == (2, len(critic.CLASSES["motion"])) and (wide - apart).abs().max() > 1e-3  # where it is, matters


def test_critics_go_on_learning_and_are_left_as_judges():
    torch.manual_seed(0)
    codec = Codec().requires_grad_(False)
    codec.encoder.mean = torch.zeros(codec.encoder.weight[0].numel())
    critics = {part: network().eval().requires_grad_(False) for part, network in critic.NETWORKS.items()}
    learning, rng = critic.Learning(critics, critic.Vary(codec), rate=1e-2), np.random.default_rng(0)
    before = {part: network.entry.weight.clone() for part, network in critics.items()}
    for _ in range(4):
        right = learning.step({part: critic.draw(part, rng, OneClip(CAT), 4, True) for part in critic.PARTS}, 1.)
    assert set(right) == set(critic.CLASSES) and right["subject"] == 1.
    for part, network in critics.items():
        assert not network.training and not any(p.requires_grad for p in network.parameters()) and (network.entry.weight != before[part]).any()
