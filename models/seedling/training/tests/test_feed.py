import json
import os
import time
from argparse import Namespace
from dataclasses import asdict

import numpy as np
import pytest
import torch

from data import Shards
from feed import Feed
from world import Attributes

CAT = Attributes("cat", "orange", "meadow", "left", "pan right", "day")


@pytest.fixture
def run(tmp_path):
    (tmp_path / "shards").mkdir()
    for n, (T, w) in enumerate(((11, 8), (11, 14), (5, 8), (11, 8))):
        np.savez(tmp_path / "shards" / f"{n:05d}.npz", latents=np.full((64, 48, T, 8, w), n, np.float16), attributes=json.dumps([asdict(CAT)] * 64), covers=np.zeros((64, T, 8, w)))
    return tmp_path


def draw(step, progress, tokenizer, shards, rng, options):
    if options.fails:
        raise ValueError("nothing to draw")
    return {"step": step, "shards": sorted(shards.loaded), "progress": progress, "z": shards.batch(rng, 2, length=11)[0][:, :, :1].expand(-1, -1, 3, -1, -1)}


def feed(run, tokenizer, loaders, fails=False):
    options = Namespace(run=str(run), tokenizer=tokenizer, learnt=False, begin_with=1, loaders=loaders, fails=fails)
    return Feed(draw, options, time.time() - 30, time.time() + 30, 5, 0, torch.device("cpu"))


@pytest.fixture
def tokenizer():
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../weights/tokenizer.json")


def test_readers_share_the_shards_and_draw_of_one_length(run):
    readers = [Shards(str(run / "shards"), share=(k, 2)) for k in range(2)]
    for reader in readers:
        reader.refresh()
    assert [sorted(r.loaded) for r in readers] == [["00000.npz", "00002.npz"], ["00001.npz", "00003.npz"]]
    rng = np.random.default_rng(0)
    assert {readers[0].batch(rng, 3, length=11)[0].shape for _ in range(8)} == {(3, 48, 11, 8, 8)}
    assert {readers[1].batch(rng, 3, 0., 11)[0].shape for _ in range(8)} == {(3, 48, 11, 8, 14)}


def test_what_is_drawn_beside_the_training_is_every_step_once(run, tokenizer):
    beside = feed(run, tokenizer, 2)
    items, ends = [], time.time() + 60
    while len({i["shards"][0] for i in items}) < 2 and time.time() < ends:  # one process is quicker than the other
        items.append(beside.next())
    beside.end()
    assert {i["shards"][0] for i in items} == {"00000.npz", "00001.npz"} and all(len(i["shards"]) == 2 and .4 < i["progress"] < 2 for i in items)
    for parity in (0, 1):  # of each process, in order
        own = [i["step"] for i in items if i["step"] % 2 == parity]
        assert own == list(range(5 + (parity == 0), 5 + (parity == 0) + 2 * len(own), 2)), own
    assert beside.clips() == 256 and beside.waited > 0


def test_what_goes_wrong_beside_the_training_ends_it(run, tokenizer):
    beside = feed(run, tokenizer, 1, fails=True)
    with pytest.raises(ValueError, match="nothing to draw"):
        beside.next()
    beside.end()


def test_what_is_drawn_when_it_is_asked_for_is_of_all_shards(run, tokenizer):
    asked = feed(run, tokenizer, 0)
    first, second = asked.next(), asked.next()
    assert (first["step"], second["step"]) == (5, 6) and len(first["shards"]) == 4 and asked.clips() == 256
