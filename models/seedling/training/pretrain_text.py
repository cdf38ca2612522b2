"""Teaches the text encoder what captions say, before there is anything to see: python pretrain_text.py RUN --minutes 4 → RUN/text.pt

Its states, pooled, must name the attributes that a caption was made from. It takes minutes, because no pixel is involved;
through the transformer alone the same would take most of the training. `train.py` begins with RUN/text.pt if it is there.
"""
import argparse
import os
import time

import numpy as np
import torch
from tokenizers import Tokenizer

from captions import caption
from data import make_attributes
from model import TEXT, TextEncoder, encode_ids
from world import CAMERAS, COLOURS, LIGHTS, MOTIONS, SCENES, STYLES, SUBJECTS

CLASSES = {"subject": (*SUBJECTS, "photo"), "colour": tuple(COLOURS), "scene": (*SCENES, "photo"), "motion": MOTIONS, "camera": CAMERAS, "light": LIGHTS,
           "style": (*STYLES, "photo"), "rider": SUBJECTS, "companion": SUBJECTS}


class Reader(torch.nn.Module):
    """Text encoder with one linear head an attribute, on the mean of its states."""

    def __init__(self):
        super().__init__()
        self.text = TextEncoder(**TEXT)
        self.heads = torch.nn.ModuleDict({name: torch.nn.Linear(TEXT["d_model"], len(classes)) for name, classes in CLASSES.items()})

    def forward(self, ids, lengths):
        pooled = self.text(ids, lengths).sum(1) / lengths[:, None]
        return {name: head(pooled) for name, head in self.heads.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--batch", type=int, default=192)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokenizer", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../weights/tokenizer.json"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    tokenizer = Tokenizer.from_file(options.tokenizer)
    reader = Reader()
    # Muon (in torch since 2.9) for the layers' matrices.
    matrices = [p for n, p in reader.text.blk.named_parameters() if p.ndim == 2 and "rel_b" not in n]
    known = set(map(id, matrices))
    optimisers = [torch.optim.AdamW([p for p in reader.parameters() if id(p) not in known], lr=options.lr, betas=(.9, .98), weight_decay=.01, fused=True),
                  torch.optim.Muon(matrices, lr=options.lr, weight_decay=.01, adjust_lr_fn="match_rms_adamw")]
    began, step, told = time.time(), 0, 0.
    while (progress := (time.time() - began) / 60 / options.minutes) < 1:
        attributes = [make_attributes(rng) for _ in range(options.batch)]
        ids, lengths = encode_ids(tokenizer, [caption(a, rng) for a in attributes])
        with torch.autocast("cpu", torch.bfloat16):
            logits = reader(ids, lengths)
        losses, hits = [], {}
        for name, classes in CLASSES.items():
            want = torch.tensor([classes.index(getattr(a, name)) for a in attributes])
            losses.append(torch.nn.functional.cross_entropy(logits[name].float(), want))
            hits[name] = (logits[name].argmax(1) == want).float().mean().item()
        sum(losses).backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.)
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = options.lr * min(1., (step + 1) / 30) * min(1., (1 - progress) / .5)
            optimiser.step()
            optimiser.zero_grad()
        step += 1
        if time.time() - told > 15:
            print(f"{progress:.0%} step {step} loss {sum(losses).item():.3f}", {n: round(h, 2) for n, h in hits.items()}, flush=True)
            told = time.time()
    torch.save(reader.text.state_dict(), f"{options.run}/text.pt")
