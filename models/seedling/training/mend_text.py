"""Teaches the text encoder to tell “from left to right” from “from right to left”: python mend_text.py RUN --minutes 11 → RUN/text.pt, from what is there.

In four minutes (pretrain_text.py) it had not learnt it: both were nearly the same states in another order, and half of what was told so went the
other way or stayed. What a transformer has learnt to read must stay what it is, so the states of the one are to become those that the encoder
has for “to the right”, and those of all other captions are to stay. No transformer has to be trained again for that.
"""
import argparse
import copy
import os
import time
from dataclasses import replace

import numpy as np
import torch
from tokenizers import Tokenizer

from captions import caption
from data import make_attributes
from model import TEXT, TextEncoder, encode_ids
from world import sensible

ACROSS = {"left": "from right to left", "right": "from left to right"}
CHANGED = .5  # share of a batch that says one of these
LONG, LONG_SHARE = 160, .02  # bytes; how many of the captions that are longer are taken: they cost most of the time
CHANGED_WEIGHT = 1.5


def draw_pair(rng, all_of):
    """(caption to be read, caption whose states it is to have)."""
    a, changed = all_of[int(rng.integers(len(all_of)))], rng.random() < CHANGED
    while True:
        if changed:
            a = sensible(replace(all_of[int(rng.integers(len(all_of)))], motion=str(rng.choice(list(ACROSS)))))
        text = caption(a, rng, .95 if changed else .5)
        if len(text.encode()) > LONG and rng.random() > LONG_SHARE:
            continue
        across, way = ACROSS.get(a.motion), f"to the {a.motion}"
        if not changed:
            return text, text
        if across and across in text:
            return text, text.replace(across, way, 1)
        if across and way in text:
            return text.replace(way, across, 1), text


def wanted(old, tokenizer, pairs):
    """States that the first captions of pairs are to have, [B, M, D] for their tokens: of the second ones, where words differ spread over as many tokens as there are."""
    ids, _ = encode_ids(tokenizer, [text for text, _ in pairs])
    with torch.no_grad():
        states = old(*encode_ids(tokenizer, [other for _, other in pairs]))
    target = torch.zeros(*ids.shape, states.shape[2])
    for row, have, (text, other) in zip(target, states, pairs):
        x, y = tokenizer.encode(text).ids, tokenizer.encode(other).ids
        head = next((i for i, (p, q) in enumerate(zip(x, y)) if p != q), len(x))
        tail = next((i for i, (p, q) in enumerate(zip(x[head:][::-1], y[head:][::-1])) if p != q), 0)
        here, there = len(x) - head - tail, len(y) - head - tail  # how many tokens differ
        places = [head + round(k * (there - 1) / max(here - 1, 1)) for k in range(here)]
        row[:len(x)] = have[[*range(head), *places, *range(len(y) - tail, len(y))]]
    return target


def error(new, tokenizer, pairs, target):
    """Squared errors relative to what is wanted, [B]."""
    ids, lengths = encode_ids(tokenizer, [text for text, _ in pairs])
    return (new(ids, lengths) - target).square().sum((1, 2)) / target.square().sum((1, 2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--minutes", type=float, default=11)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=2e-3)
    options = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    rng, path = np.random.default_rng(0), f"{options.run}/text.pt"
    tokenizer = Tokenizer.from_file(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../weights/tokenizer.json"))
    old = TextEncoder(**TEXT).requires_grad_(False)
    old.load_state_dict(torch.load(path, weights_only=True))
    new = copy.deepcopy(old).requires_grad_(True)
    all_of = [make_attributes(rng) for _ in range(4000)]
    optimiser = torch.optim.AdamW(new.parameters(), lr=options.lr, betas=(.9, .98), weight_decay=0.)
    began, step, told = time.time(), 0, 0.
    while (progress := (time.time() - began) / 60 / options.minutes) < 1:
        pairs = [draw_pair(rng, all_of) for _ in range(options.batch)]
        errors = error(new, tokenizer, pairs, wanted(old, tokenizer, pairs))
        changed = torch.tensor([text != other for text, other in pairs])
        (errors * torch.where(changed, CHANGED_WEIGHT, 1.)).mean().backward()
        torch.nn.utils.clip_grad_norm_(new.parameters(), 1.)
        for group in optimiser.param_groups:
            group["lr"] = options.lr * min(1., (step + 1) / 20) * min(1., (1 - progress) / .8)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        if time.time() - told > 15:
            print(f"{progress:.0%} step {step} relative error of what stays {errors[~changed].mean().item() ** .5:.3f}, of what changes {errors[changed].mean().item() ** .5:.3f}", flush=True)
            told = time.time()
    torch.save(new.state_dict(), path)
