"""Trains the reader that tells what a clip shows, for `npm run obedience`.

python reader.py RUN --held                     clips that nothing is trained on, as prompts ask for them → RUN/held.npz
python reader.py RUN --part looks --minutes 15  subject, colour and scene, from single moments → RUN/reader-looks.pt
python reader.py RUN --part course --minutes 36 motion, camera and light, from whole clips → RUN/reader-course.pt
python reader.py RUN --export                   → ../obedience/reader.onnx and reader.json

It is shown the renderer's clips only: the shards, brought back to 41 frames of 64 pixels at 8 fps, varied, and behind the codec's linear encoder
again. The exported graph begins with that encoder, so that it takes frames.
"""
import argparse
import json
import os
import time

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import nn

from codec import CHANNELS, FRAMES_IN, group_frames, linear_frames, linear_inverse, load_codec
from data import Shards
from prompts import ALIKE, MORE, sample
from world import CAMERAS, COLOURS, LIGHTS, MOTIONS, SCENES, SUBJECTS, Clip, render_clip

CLASSES = {"subject": SUBJECTS, "colour": tuple(COLOURS), "scene": SCENES, "motion": MOTIONS, "camera": CAMERAS, "light": LIGHTS}
FIRSTS, EVEN = .6, .7  # share of single moments that are a clip's first; how far subjects are evened out
PARTS = {"looks": ("subject", "colour", "scene"), "course": ("motion", "camera", "light")}
MIRRORED = {"left": "right", "right": "left", "pan left": "pan right", "pan right": "pan left"}
REVERSED = {"left": "right", "right": "left", "rises": "falls", "falls": "rises", "towards": "away", "away": "towards", "grows": None, "pan left": "pan right", "pan right": "pan left",
            "tilt up": "tilt down", "tilt down": "tilt up", "zoom in": "zoom out", "zoom out": "zoom in"}


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


class Looks(nn.Module):
    """Latents [B, C, T, 8, 8] → logits, the mean over the moments: each is looked at by itself."""

    def __init__(self, width=128):
        super().__init__()
        self.entry = nn.Conv3d(CHANNELS, width, (1, 3, 3), padding=(0, 1, 1))
        self.place = nn.Parameter(torch.zeros(1, width, 1, 8, 8))
        self.body = nn.Sequential(*(Residual(width) for _ in range(3)))
        self.where = nn.Conv3d(width, len(PARTS["looks"]), 1)
        self.drop = nn.Dropout(.15)
        self.heads = nn.ModuleDict({name: nn.Linear(2 * width, len(CLASSES[name])) for name in PARTS["looks"]})

    def forward(self, z):
        x = F.silu(self.body(self.entry(z) + self.place)).flatten(3)  # [B, W, T, 64]
        weights = self.where(x[..., None]).flatten(3).softmax(3)  # [B, attributes, T, 64]
        mean = x.mean(3)
        return {name: self.heads[name](self.drop(torch.cat([(x * weights[:, i:i + 1]).sum(3), mean], 1).transpose(1, 2))).mean(1) for i, name in enumerate(PARTS["looks"])}


class Course(nn.Module):
    """Latents [B, C, 11, 8, 8] → logits. What is where, and when, is kept until the end."""

    def __init__(self, width=96):
        super().__init__()
        self.entry = nn.Conv3d(CHANNELS, width, 1)
        self.place = nn.Parameter(torch.zeros(1, width, 11, 8, 8))
        self.body = nn.Sequential(Residual(width), Residual(width, True), Residual(width), Residual(width, True))
        self.pool = nn.Conv3d(width, 2 * width, (1, 2, 2), stride=(1, 2, 2))
        self.late = nn.Sequential(Residual(2 * width), Residual(2 * width, True))
        self.where = nn.Conv3d(2 * width, len(PARTS["course"]), 1)
        self.way = nn.ModuleDict({name: nn.Linear(2 * width, width) for name in PARTS["course"]})
        self.drop = nn.Dropout(.15)
        self.heads = nn.ModuleDict({name: nn.Linear(13 * width, len(CLASSES[name])) for name in PARTS["course"]})

    def forward(self, z):
        x = self.late(self.pool(self.body(self.entry(z) + self.place))).flatten(3)  # [B, 2W, 11, 16]
        weights = self.where(x[..., None]).flatten(3).softmax(3)  # [B, attributes, 11, 16]
        mean = x.mean((2, 3))
        logits = {}
        for i, name in enumerate(PARTS["course"]):
            course = (x * weights[:, i:i + 1]).sum(3).transpose(1, 2)  # [B, 11, 2W]
            logits[name] = self.heads[name](self.drop(torch.cat([F.silu(self.way[name](course)).flatten(1), mean], 1)))
        return logits


class Whole(nn.Module):
    """Frames [41, 3, 64, 64], 0..1 → logits, an output an attribute."""

    def __init__(self, codec, looks, course):
        super().__init__()
        self.encoder, self.looks, self.course = codec.encoder, looks, course

    def forward(self, frames):
        z = self.encoder(group_frames(frames)).transpose(0, 1)[None]
        return *self.looks(z).values(), *self.course(z).values()


class Pixels:
    """Between latents and frames, both ways linear."""

    def __init__(self, codec):
        self.encoder, self.inverse = codec.encoder, linear_inverse(codec)

    @torch.autocast("cpu", torch.bfloat16)
    @torch.no_grad()
    def frames(self, z, every=False):
        """[B, C, T, h, w] → [B, 4T − 3, 3, 8h, 8w]; every = also the three before the first."""
        frames = linear_frames(self.inverse, z.transpose(1, 2).flatten(0, 1)).float()
        return frames.unflatten(0, (len(z), -1)).flatten(1, 2)[:, 0 if every else FRAMES_IN - 1:]

    @torch.autocast("cpu", torch.bfloat16)
    @torch.no_grad()
    def latents(self, frames):
        """The way back, for any clips of 4n + 1 frames."""
        b, f = frames.shape[:2]
        frames = torch.cat([frames[:, :1].expand(-1, FRAMES_IN - 1, -1, -1, -1), frames], 1)
        z = self.encoder(frames.reshape(b * (f + 3) // FRAMES_IN, FRAMES_IN * 3, *frames.shape[3:]))
        return z.float().unflatten(0, (b, -1)).transpose(1, 2)


def halve(path):
    """Keeps a graph's weights as f16, cast when it is loaded: half the bytes."""
    graph = onnx.load(path)
    for tensor in list(graph.graph.initializer):
        if tensor.data_type == onnx.TensorProto.FLOAT and np.prod(tensor.dims) > 1000:
            values = onnx.numpy_helper.to_array(tensor).astype(np.float16)
            graph.graph.initializer.remove(tensor)
            graph.graph.initializer.append(onnx.numpy_helper.from_array(values, f"{tensor.name}.f16"))
            graph.graph.node.insert(0, onnx.helper.make_node("Cast", [f"{tensor.name}.f16"], [tensor.name], to=onnx.TensorProto.FLOAT))
    onnx.save(graph, path)


def label(a, name, changes):
    """Class index, −1 where the picture cannot tell."""
    value = getattr(a, name)
    for change in changes:
        value = change.get(value, value)
    if name in ("colour", "motion") and a.subject in ("none", "photo") or a.subject == "photo" and name in ("subject", "scene"):
        return -1
    return -1 if value is None else CLASSES[name].index(value)


def draw_clips(rng, shards, pixels, size, moment=None, kept=None):
    """Varied clips: frames [B, 41, 3, 64, 64], masks of their subjects [B, 11, 64, 64], attributes, changes of words. Of one moment: frames [B, 4, 3, 64, 64], masks [B, 1, 64, 64].

    Single moments are mostly a clip's first, from the shards of pictures: there are many times as many. kept = how often each subject is taken."""
    first = moment is not None and bool(shards.firsts) and rng.random() < FIRSTS
    moment = 0 if first else moment
    chosen = [s for s in shards.loaded.values() if s[0].shape[2] == (1 if first else 11) and s[0].shape[3] == 8]
    width = int(rng.choice([8, 8, 10, 14, 18]))
    chosen = [s for s in chosen if s[0].shape[4] == width] or [s for s in chosen if s[0].shape[4] == 8]
    picks = []
    while len(picks) < size:  # what is drawn seldom is shown as often as the rest
        shard = chosen[int(rng.integers(len(chosen)))]
        i = int(rng.integers(len(shard[1])))
        if kept is None or rng.random() < kept[shard[1][i].subject]:
            picks.append((shard, i))
    when = slice(None) if moment is None else slice(moment, moment + 1)
    z, covers = (torch.from_numpy(np.stack([x[i] for x, i in arrays]).astype(np.float32)) for arrays in (
        [(s[0][:, :, when], i) for s, i in picks], [(s[2][:, when], i) for s, i in picks]))
    attributes = [s[1][i] for s, i in picks]
    spare = z.shape[4] - 8
    if spare:  # of a wide picture a part with what it is about
        x = int(rng.integers(spare + 1))
        part = covers[..., x:x + 8]
        keep = [i for i in range(size) if not covers[i].sum() or float((part[i].sum((1, 2)) / covers[i].sum((1, 2)).clamp(min=.5)).min()) > .8]
        z, covers, attributes = z[keep][..., x:x + 8], part[keep], [attributes[i] for i in keep]
    frames = pixels.frames(z, moment is not None)
    masks = F.interpolate((covers > .02).float(), scale_factor=8.)  # [B, T, 64, 64]
    changes = []
    if rng.random() < .5:
        frames, masks = frames.flip(4), masks.flip(3)
        changes.append(MIRRORED)
    dy, dx = (int(n) for n in rng.integers(-4, 5, 2))  # not always on the codec's grid
    part = (..., slice(4 + dy, 68 + dy), slice(4 + dx, 68 + dx))
    frames = F.pad(frames.flatten(0, 1), (4, 4, 4, 4), mode="replicate")[part].unflatten(0, frames.shape[:2])
    return frames, F.pad(masks, (4, 4, 4, 4), mode="replicate")[part], attributes, changes


def even_out(shards):
    """How often each subject is taken, for draw_clips: rare ones always, photographs hardly ever."""
    counts = {}
    for _, attributes, _ in shards.loaded.values():
        for a in attributes:
            counts[a.subject] = counts.get(a.subject, 0) + 1
    fewest = min(n for subject, n in counts.items() if subject != "photo")
    return {subject: .05 if subject == "photo" else (fewest / n) ** EVEN for subject, n in counts.items()}


def vary_colours(frames):
    """Other light and tint for each clip."""
    b = len(frames)
    gain, shift = 1 + .12 * torch.randn(b, 1, 1, 1, 1), .05 * torch.randn(b, 1, 3, 1, 1)
    return ((frames - .5) * gain + .5 + shift).clamp(0, 1)


def soften(rng, z):
    """What a decoder or a model leaves out at times: the finest channels; and noise."""
    z = z + torch.randn_like(z) * .15 * torch.rand(len(z), 1, 1, 1, 1)
    cut = torch.arange(CHANNELS)[None] < torch.from_numpy(rng.integers(12, CHANNELS + 12, len(z)))[:, None]
    return z * torch.where(cut, 1., torch.rand(len(z), 1))[:, :, None, None, None]


def looks_batch(rng, shards, pixels, size, kept):
    """Single moments, half of them with another clip's background: (latents [B, C, 1, 8, 8], labels)."""
    frames, masks, attributes, _ = draw_clips(rng, shards, pixels, size, int(rng.integers(0, 11)), kept)
    want = {name: torch.tensor([label(a, name, ()) for a in attributes]) for name in PARTS["looks"]}
    if rng.random() < .5 and len(frames) > 1:
        mask = masks[:, :, None]  # [B, 1, 1, 64, 64]
        other = torch.roll(frames, 1, 0) * (1 - torch.roll(mask, 1, 0)) + torch.roll(frames, 2, 0) * torch.roll(mask, 1, 0)  # another scene, its subject hidden
        frames = frames * mask + other * (1 - mask)
        have = mask.flatten(1).sum(1) > 0
        want["scene"] = torch.full_like(want["scene"], -1)
        want["subject"] = torch.where(have, want["subject"], -1)
    if rng.random() < .3:  # a shape, whatever its colour
        frames = frames[:, :, torch.from_numpy(rng.permutation(3))]
        want["colour"], want["scene"] = torch.full_like(want["colour"], -1), torch.full_like(want["scene"], -1)
    return soften(rng, pixels.encoder(vary_colours(frames).flatten(1, 2))[:, :, None]), want


def course_batch(rng, shards, pixels, size, _):
    """Whole clips, at times running backwards or in other colours: (latents [B, C, 11, 8, 8], labels)."""
    frames, _, attributes, changes = draw_clips(rng, shards, pixels, size)
    backwards = rng.random() < .4
    if backwards:
        frames, changes = frames.flip(1), [*changes, REVERSED]
    recoloured = rng.random() < .4
    if recoloured:
        frames = frames[:, :, torch.from_numpy(rng.permutation(3))]
    want = {name: torch.tensor([label(a, name, changes) for a in attributes]) for name in PARTS["course"]}
    if backwards or recoloured:
        want["light"] = torch.full_like(want["light"], -1)
    return soften(rng, pixels.latents(vary_colours(frames))), want


def render_held(codec, clips=640):
    """Latents of clips as prompts ask for them: float16 [n, C, 11, 8, 8], attributes."""
    rng = np.random.default_rng(4)
    latents, said = [], []
    for i in range(clips):
        a = sample(rng, MORE[i % len(MORE)], i % 3 == 2)
        clip = Clip(a, 95_000_000 + i, 64, 64, 5.)
        with torch.no_grad():
            latents.append(codec.encode(render_clip(clip, 64, 64, np.arange(41) / 8)).numpy().astype(np.float16))
        said.append(a.__dict__)
    return np.stack(latents), said


def measure(part, network, held):
    """Share of right answers an attribute on RUN/held.npz, and the pairs confused."""
    latents, said = held["latents"], json.loads(str(held["attributes"]))
    logits = {name: [] for name in PARTS[part]}
    with torch.no_grad():
        for i in range(0, len(latents), 32):
            for name, values in network(torch.from_numpy(latents[i:i + 32].astype(np.float32))).items():
                logits[name].append(values)
    shares, confused = {}, {}
    for name in PARTS[part]:
        got = torch.cat(logits[name]).argmax(1).tolist()
        pairs = [tuple(ALIKE.get(word, word) for word in (a[name], CLASSES[name][g])) for g, a in zip(got, said)]
        shares[name] = float(np.mean([w == g for w, g in pairs]))
        for w, g in pairs:
            if w != g:
                key = (name, w, g)
                confused[key] = confused.get(key, 0) + 1
    return shares, sorted(confused.items(), key=lambda c: -c[1])[:16]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--part", choices=tuple(PARTS))
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--export", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    codec = load_codec(f"{options.run}/codec.pt")
    codec.requires_grad_(False)
    networks = {"looks": Looks, "course": Course}
    if options.held:
        latents, said = render_held(codec)
        np.savez(f"{options.run}/held.npz", latents=latents, attributes=json.dumps(said))
    if options.export:
        held, trained, shares = np.load(f"{options.run}/held.npz"), {}, {}
        for part, make in networks.items():
            trained[part] = make().eval()
            trained[part].load_state_dict(torch.load(f"{options.run}/reader-{part}.pt", weights_only=True))
            shares |= measure(part, trained[part], held)[0]
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../obedience")
        names = [name for part in PARTS.values() for name in part]
        torch.onnx.export(Whole(codec, **trained).eval(), (torch.rand(41, 3, 64, 64),), f"{folder}/reader.onnx", input_names=["frames"], output_names=names, dynamo=False,
                          do_constant_folding=False)  # begin.py finds its weights by name
        halve(f"{folder}/reader.onnx")
        with open(f"{folder}/reader.json", "w", encoding="utf-8") as file:
            json.dump({"classes": CLASSES, "alike": ALIKE, "held": shares, "clips": len(held["latents"])}, file, indent=1)
            file.write("\n")
        print(shares)
    if options.part:
        network, batch = networks[options.part](), {"looks": looks_batch, "course": course_batch}[options.part]
        size = options.batch or {"looks": 128, "course": 32}[options.part]
        path = f"{options.run}/reader-{options.part}.pt"
        if os.path.exists(path):
            network.load_state_dict(torch.load(path, weights_only=True))
        shards, pixels, held = Shards(f"{options.run}/shards"), Pixels(codec), np.load(f"{options.run}/held.npz")
        shards.refresh()
        kept = even_out(shards)
        average = {n: p.detach().clone() for n, p in network.state_dict().items()}
        optimiser = torch.optim.AdamW(network.parameters(), lr=options.lr, betas=(.9, .98), weight_decay=.05, fused=True)
        began, step, told, running = time.time(), 0, time.time(), None
        while (progress := (time.time() - began) / 60 / options.minutes) < 1:
            z, want = batch(rng, shards, pixels, size, kept)
            if len(z) < 2:
                continue
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(z)
            losses = [F.cross_entropy(logits[n].float(), want[n], ignore_index=-1, label_smoothing=.02) for n in PARTS[options.part] if (want[n] >= 0).any()]
            if not losses:
                continue
            sum(losses).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.)
            for group in optimiser.param_groups:
                group["lr"] = options.lr * min(1., (step + 1) / 50) * min(1., (1 - progress) / .6)
            optimiser.step()
            optimiser.zero_grad()
            step += 1
            k = min(.998, (1 + step) / (10 + step))
            with torch.no_grad():
                for n, p in network.state_dict().items():
                    average[n].lerp_(p, 1 - k)
            value = sum(losses).item() / len(losses)
            running = value if running is None else running * .98 + value * .02
            if time.time() - told > 120:
                tested = networks[options.part]().eval()
                tested.load_state_dict(average)
                print(f"{progress:.0%} step {step} loss {running:.3f}", {n: round(s, 3) for n, s in measure(options.part, tested, held)[0].items()}, flush=True)
                told = time.time()
                torch.save(average, path)
        torch.save(average, path)
        network.load_state_dict(average)
        shares, confused = measure(options.part, network.eval(), held)
        print({n: round(s, 4) for n, s in shares.items()})
        for pair, count in confused:
            print(count, pair)
