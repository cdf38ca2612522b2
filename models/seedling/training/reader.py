"""Trains the reader that tells what a clip shows, for `npm run obedience`.

python reader.py RUN --minutes 25 → RUN/reader.pt, tested on RUN/held; python reader.py RUN --export → ../obedience/reader.onnx

It is shown renders only: the shards' latents, which are 41 frames of 64 pixels at 8 fps behind the codec's linear encoder. The exported
graph begins with that encoder, so that it takes frames. What no clip of its world can show by sight alone is not asked: a motion whose
subject is not there, the colour of a photograph.
"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from codec import CHANNELS, STRIDE, group_frames, load_codec
from data import Shards
from world import CAMERAS, COLOURS, LIGHTS, MOTIONS, SCENES, SUBJECTS

CLASSES = {"subject": SUBJECTS, "colour": tuple(COLOURS), "scene": SCENES, "motion": MOTIONS, "camera": CAMERAS, "light": LIGHTS}
WIDTH = 96


class Residual(nn.Module):
    """Two convolutions over rows and columns, or over time."""

    def __init__(self, width, time=False):
        super().__init__()
        kernel, padding = ((3, 1, 1), (1, 0, 0)) if time else ((1, 3, 3), (0, 1, 1))
        self.norm = nn.GroupNorm(8, width)
        self.a, self.b = (nn.Conv3d(width, width, kernel, padding=padding) for _ in range(2))
        nn.init.zeros_(self.b.weight)

    def forward(self, x):
        return x + self.b(F.silu(self.a(F.silu(self.norm(x)))))


class Reader(nn.Module):
    """Latents [B, C, 11, 8, 8] → logits for every attribute. What is where, and when, is kept until the end."""

    def __init__(self, width=WIDTH):
        super().__init__()
        self.entry = nn.Conv3d(CHANNELS, width, 1)
        self.place = nn.Parameter(torch.zeros(1, width, 11, 8, 8))
        self.body = nn.Sequential(Residual(width), Residual(width, True), Residual(width), Residual(width, True))
        self.pool = nn.Conv3d(width, 2 * width, (1, 2, 2), stride=(1, 2, 2))
        self.late = nn.Sequential(Residual(2 * width), Residual(2 * width, True))
        self.look = nn.Conv3d(2 * width, len(CLASSES), 1)  # where to look for each attribute
        self.way = nn.ModuleDict({name: nn.Linear(2 * width, width) for name in ("motion", "camera", "light")})
        self.heads = nn.ModuleDict({name: nn.Linear(4 * width + (11 * width if name in self.way else 0), len(classes)) for name, classes in CLASSES.items()})

    def forward(self, z):
        x = self.late(self.pool(self.body(self.entry(z) + self.place)))  # [B, 2W, 11, 4, 4]
        looks = self.look(x).flatten(2).softmax(2)  # [B, attributes, 176]
        flat = x.flatten(2)
        mean = flat.mean(2)
        logits = {}
        for i, name in enumerate(CLASSES):
            seen = [(flat * looks[:, i:i + 1]).sum(2), mean]
            if name in self.way:  # its course in time
                weights = self.look(x)[:, i:i + 1].flatten(3).softmax(3)  # [B, 1, 11, 16]
                course = (x.flatten(3) * weights).sum(3).mT  # [B, 11, 2W]
                seen.append(F.silu(self.way[name](course)).flatten(1))
            logits[name] = self.heads[name](torch.cat(seen, 1))
        return logits


def flip(z, mirror):
    """Mirrored latents; `mirror` [C, C] is what the codec's linear encoder makes of a mirrored picture."""
    return torch.einsum("dc,bcthw->bdthw", mirror, z.flip(4))


def mirror_matrix(codec):
    """How latents of mirrored pictures follow from latents, as well as a linear codec allows."""
    weight = codec.encoder.weight.detach()
    inverse = torch.linalg.pinv(weight.flatten(1))  # [768, C]
    return weight.flip(3).flatten(1) @ inverse


def labels_of(attributes, flipped):
    """Class indices, −1 where the picture cannot tell."""
    def index(a, name):
        value = getattr(a, name)
        if flipped and name == "motion":
            value = {"left": "right", "right": "left"}.get(value, value)
        if flipped and name == "camera":
            value = {"pan left": "pan right", "pan right": "pan left"}.get(value, value)
        if name in ("colour", "motion") and a.subject in ("none", "photo") or a.subject == "photo" and name in ("subject", "scene"):
            return -1
        return CLASSES[name].index(value)
    return {name: torch.tensor([index(a, name) for a in attributes]) for name in CLASSES}


def measure(reader, shards):
    """Share of right answers an attribute, on all clips of shards, and the confused pairs."""
    right, total, confused = dict.fromkeys(CLASSES, 0), dict.fromkeys(CLASSES, 0), {}
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for latents, attributes, _ in shards.loaded.values():
            logits = reader(torch.from_numpy(latents.astype(np.float32)))
            for name, want in labels_of(attributes, False).items():
                got = logits[name].argmax(1)
                right[name] += int(((got == want) & (want >= 0)).sum())
                total[name] += int((want >= 0).sum())
                for w, g in zip(want.tolist(), got.tolist()):
                    if w >= 0 and w != g:
                        key = (name, CLASSES[name][w], CLASSES[name][g])
                        confused[key] = confused.get(key, 0) + 1
    return {name: right[name] / total[name] for name in CLASSES}, sorted(confused.items(), key=lambda c: -c[1])[:24]


class Whole(nn.Module):
    """Frames [41, 3, 64, 64], 0..1 → logits, an output an attribute."""

    def __init__(self, codec, reader):
        super().__init__()
        self.encoder, self.reader = codec.encoder, reader

    def forward(self, frames):
        z = self.encoder(group_frames(frames)).transpose(0, 1)[None]
        return tuple(self.reader(z).values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--export", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    codec, reader = load_codec(f"{options.run}/codec.pt"), Reader()
    path = f"{options.run}/reader.pt"
    if options.export:
        reader.load_state_dict(torch.load(path, weights_only=True))
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../obedience")
        torch.onnx.export(Whole(codec, reader).eval(), (torch.rand(41, 3, 64, 64),), f"{folder}/reader.onnx", input_names=["frames"], output_names=list(CLASSES), dynamo=False)
        with open(f"{options.run}/reader.json", encoding="utf-8") as file:
            held = json.load(file)
        with open(f"{folder}/reader.json", "w", encoding="utf-8") as file:
            json.dump({"classes": CLASSES, **held}, file, indent=1)
            file.write("\n")
        raise SystemExit
    held, shards, mirror = Shards(f"{options.run}/held"), Shards(f"{options.run}/shards"), mirror_matrix(codec)
    held.refresh()
    held.loaded = {n: s for n, s in held.loaded.items() if s[0].shape[2:] == (11, 8, 8)}
    average = {n: p.detach().clone() for n, p in reader.state_dict().items()}
    optimiser = torch.optim.AdamW(reader.parameters(), lr=options.lr, betas=(.9, .98), weight_decay=.05, fused=True)
    began, step, told, running = time.time(), 0, 0., None
    shards.refresh()
    while (progress := (time.time() - began) / 60 / options.minutes) < 1:
        square = [s for s in shards.loaded.values() if s[0].shape[2:] == (11, 8, 8)]
        wide = [s for s in shards.loaded.values() if s[0].shape[2] == 11 and s[0].shape[3] == 8]
        chosen = wide if rng.random() < .5 else square
        latents, attributes = [], []
        for _ in range(options.batch):
            s = chosen[int(rng.integers(len(chosen)))]
            i = int(rng.integers(len(s[1])))
            x = (s[0].shape[4] - 8) // 2
            if x:  # of a wide picture the middle, as far as what is asked for is in it
                x = int(np.clip(x + rng.integers(-1, 2), 0, s[0].shape[4] - 8))
                inside = s[2][i].astype(np.float32)
                if inside.sum() and inside[:, :, x:x + 8].sum((1, 2)).min() < .8 * inside.sum((1, 2)).max():
                    continue
            latents.append(s[0][i][..., x:x + 8].astype(np.float32))
            attributes.append(s[1][i])
        if len(latents) < 2:
            continue
        z = torch.from_numpy(np.stack(latents))
        flipped = rng.random() < .5
        if flipped:
            z = flip(z, mirror)
        z = z + torch.randn_like(z) * .12 * torch.rand(len(z), 1, 1, 1, 1)
        # What a decoder or a model leaves out at times: the finest channels.
        z[:, int(rng.integers(14, CHANNELS + 1)):] *= float(rng.random())
        with torch.autocast("cpu", torch.bfloat16):
            logits = reader(z)
        want = labels_of(attributes, flipped)
        losses = [F.cross_entropy(logits[n].float(), want[n], ignore_index=-1, label_smoothing=.02) for n in CLASSES if (want[n] >= 0).any()]
        sum(losses).backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.)
        for group in optimiser.param_groups:
            group["lr"] = options.lr * min(1., (step + 1) / 50) * min(1., (1 - progress) / .6)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        k = min(.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for n, p in reader.state_dict().items():
                average[n].lerp_(p, 1 - k)
        value = sum(losses).item()
        running = value if running is None else running * .98 + value * .02
        if time.time() - told > 60:
            shards.refresh()
            print(f"{progress:.0%} step {step} loss {running:.3f}", flush=True)
            told = time.time()
            torch.save(average, path)
    torch.save(average, path)
    reader.load_state_dict(average)
    right, confused = measure(reader.eval(), held)
    with open(f"{options.run}/reader.json", "w", encoding="utf-8") as file:
        json.dump({"held": right, "clips": held.clips()}, file)
    print({n: round(r, 4) for n, r in right.items()})
    for pair, count in confused:
        print(count, pair)
