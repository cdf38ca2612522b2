"""Trains the reader that tells what a clip shows, for `npm run obedience`.

python reader.py RUN --held                     clips that nothing is trained on, as prompts ask for them → RUN/held.npz
python reader.py RUN --clips 0 60               64 clips each → RUN/reader/NNNNN.npz (--step 2 for two processes)
python reader.py RUN --pictures 0 60            2,048 single moments each → RUN/reader/pNNNNN.npz
python reader.py RUN --part looks --minutes 30  subject, colour and scene, from single moments → RUN/reader-looks.pt
python reader.py RUN --part course --minutes 40 motion, camera and light, from whole clips → RUN/reader-course.pt
python reader.py RUN --export                   → ../obedience/reader.onnx and reader.json

It is shown nothing but renders. Unlike the models that it measures it has seen every pair of a subject with a colour or a scene: what
it had never seen it would take for something that it had, and count that against them.
"""
import argparse
import json
import os
import time
from dataclasses import asdict, replace

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import nn

from codec import FRAMES_IN, group_frames, linear_frames, linear_inverse, load_codec
from prompts import ALIKE, MORE, sample
from world import CAMERAS, COLOURS, LIGHTS, MOTIONS, SCENES, SUBJECTS, Attributes, Clip, render_clip, sample_attributes, sensible

CLASSES = {"subject": SUBJECTS, "colour": tuple(COLOURS), "scene": SCENES, "motion": MOTIONS, "camera": CAMERAS, "light": LIGHTS}
PARTS = {"looks": ("subject", "colour", "scene"), "course": ("motion", "camera", "light")}
MIRRORED = {"left": "right", "right": "left", "pan left": "pan right", "pan right": "pan left"}
REVERSED = {"left": "right", "right": "left", "rises": "falls", "falls": "rises", "towards": "away", "away": "towards", "grows": None, "pan left": "pan right", "pan right": "pan left",
            "tilt up": "tilt down", "tilt down": "tilt up", "zoom in": "zoom out", "zoom out": "zoom in"}
SIDE, FRAMES, MOMENTS, DURATION = 64, 41, 11, 5.  # pixels, frames at 8 fps, groups of four of them, seconds
CLIPS, PICTURES, HELD, TOLD = 64, 2048, 640, 320  # clips of a shard, moments of a shard of pictures, clips that are kept from training, those of them that are looked at on the way
CLIP_SEED, PICTURE_SEED, HELD_SEED = 91_000_000, 92_000_000, 95_000_000
ASKED, EVENLY, NEW = .75, .6, .3  # shares: clips as prompts ask for them; of those, what happens drawn evenly; pairs kept from the models
SOFTENED = .6  # share of clips that go through the codec, with some of it left out, and noise


class Residual(nn.Module):
    """Two convolutions over rows and columns, or over time: [B, C, ...] → the same."""

    def __init__(self, width, time=False):
        super().__init__()
        kernel, padding = ((3, 1), (1, 0)) if time else (3, 1)
        self.norm = nn.GroupNorm(8, width)
        self.a, self.b = (nn.Conv2d(width, width, kernel, padding=padding) for _ in range(2))
        nn.init.zeros_(self.b.weight)

    def forward(self, x):
        return x + self.b(F.silu(self.a(F.silu(self.norm(x)))))


class Looks(nn.Module):
    """Frames [B, 3, 64, 64], 0..1 → logits: each is looked at by itself."""

    def __init__(self, width=128):
        super().__init__()
        self.entry = nn.Conv2d(3, 32, 5, stride=2, padding=2)
        self.second = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.early = Residual(64)
        self.third = nn.Conv2d(64, width, 3, stride=2, padding=1)
        self.place = nn.Parameter(torch.zeros(1, width, SIDE // 8, SIDE // 8))
        self.body = nn.Sequential(Residual(width), Residual(width))
        self.where = nn.Conv2d(width, len(PARTS["looks"]), 1)
        self.drop = nn.Dropout(.1)
        self.heads = nn.ModuleDict({name: nn.Linear(2 * width, len(CLASSES[name])) for name in PARTS["looks"]})

    def forward(self, frames):
        x = self.early(self.second(F.silu(self.entry(frames - .5))))
        x = F.silu(self.body(self.third(F.silu(x)) + self.place)).flatten(2)  # [B, W, 64]
        weights = self.where(x[..., None])[..., 0].softmax(2)  # [B, attributes, 64]
        seen, mean = x @ weights.transpose(1, 2), x.mean(2)
        return {name: self.heads[name](self.drop(torch.cat([seen[..., i], mean], 1))) for i, name in enumerate(PARTS["looks"])}


class Course(nn.Module):
    """Four frames each of eleven moments [B, 11, 12, 64, 64], 0..1 → logits. What is where, and when, is kept until the end."""

    def __init__(self, width=96):
        super().__init__()
        self.entry = nn.Conv2d(3 * FRAMES_IN, 48, 4, stride=4)
        self.early = Residual(48)
        self.second = nn.Conv2d(48, width, 3, stride=2, padding=1)
        self.place = nn.Parameter(torch.zeros(1, width, MOMENTS, 64))
        self.body = nn.ModuleList([Residual(width), Residual(width, True), Residual(width), Residual(width, True)])
        self.pool = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.late = nn.ModuleList([Residual(2 * width), Residual(2 * width, True)])
        self.where = nn.Conv2d(2 * width, len(PARTS["course"]), 1)
        self.way = nn.ModuleDict({name: nn.Linear(2 * width, width) for name in PARTS["course"]})
        self.drop = nn.Dropout(.15)
        self.heads = nn.ModuleDict({name: nn.Linear((MOMENTS + 2) * width, len(CLASSES[name])) for name in PARTS["course"]})

    @staticmethod
    def stages(x, blocks, b):
        """Blocks over rows and columns and over time in turns, of [B * 11, W, h, w]."""
        _, w, rows, columns = x.shape
        for i, block in enumerate(blocks):
            if i % 2 == 0:
                x = block(x)
            else:  # the same memory, seen as [B, W, 11, h * w]
                x = x.unflatten(0, (b, MOMENTS)).permute(0, 2, 1, 3, 4).flatten(3)
                x = block(x).unflatten(3, (rows, columns)).permute(0, 2, 1, 3, 4).flatten(0, 1)
        return x

    def forward(self, moments):
        b = len(moments)
        x = self.second(F.silu(self.early(self.entry(moments.flatten(0, 1) - .5))))
        x = x + self.place.permute(0, 2, 1, 3).unflatten(3, (8, 8)).expand(b, -1, -1, -1, -1).flatten(0, 1)
        x = self.stages(self.pool(self.stages(x, self.body, b)), self.late, b)
        x = x.unflatten(0, (b, MOMENTS)).transpose(1, 2).flatten(3)  # [B, 2W, 11, 16]
        weights = self.where(x.flatten(2)[..., None])[..., 0].unflatten(2, (MOMENTS, -1)).softmax(3)  # [B, attributes, 11, 16]
        mean = x.mean((2, 3))
        logits = {}
        for i, name in enumerate(PARTS["course"]):
            course = (x * weights[:, i:i + 1]).sum(3).transpose(1, 2)  # [B, 11, 2W]
            logits[name] = self.heads[name](self.drop(torch.cat([F.silu(self.way[name](course)).flatten(1), mean], 1)))
        return logits


class Whole(nn.Module):
    """Frames [41, 3, 64, 64], 0..1 → logits, an output an attribute; what it looks like is the mean of eleven moments."""

    def __init__(self, looks, course):
        super().__init__()
        self.looks, self.course = looks, course

    def forward(self, frames):
        return *read("looks", self.looks, frames).values(), *read("course", self.course, frames).values()


def read(part, network, frames):
    """What a part of the reader makes of a clip [41, 3, 64, 64], 0..1: logits [1, classes] an attribute."""
    if part == "looks":
        return {name: values.log_softmax(1).mean(0, keepdim=True) for name, values in network(frames[::FRAMES_IN]).items()}
    return network(group_frames(frames)[None])


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


def draw_attributes(rng):
    """What a clip for the reader shows: mostly what prompts can ask for, seldom motions and moves as often as others."""
    if rng.random() >= ASKED:
        return sample_attributes(rng)
    a = sample(rng, MORE[int(rng.integers(len(MORE)))], rng.random() < NEW)
    if rng.random() < EVENLY:
        a = replace(a, motion=str(rng.choice(MOTIONS)))
    if rng.random() < EVENLY:
        a = replace(a, camera=str(rng.choice(CAMERAS)))
    if rng.random() < EVENLY:
        a = replace(a, light=str(rng.choice(LIGHTS)))
    return sensible(a)


def render_frames(a, seed, times):
    return render_clip(Clip(a, seed, SIDE, SIDE, DURATION), SIDE, SIDE, times)


def render_clips(n):
    """uint8 [64, 41, 64, 64, 3] and attributes of shard n."""
    rng = np.random.default_rng(CLIP_SEED + n)
    said = [draw_attributes(rng) for _ in range(CLIPS)]
    return np.stack([render_frames(a, CLIP_SEED + n * CLIPS + i, np.arange(FRAMES) / 8) for i, a in enumerate(said)]), said


def render_pictures(n):
    """uint8 [2048, 1, 64, 64, 3]: a moment each of as many clips."""
    rng = np.random.default_rng(PICTURE_SEED + n)
    said = [draw_attributes(rng) for _ in range(PICTURES)]
    return np.stack([render_frames(a, PICTURE_SEED + n * PICTURES + i, rng.uniform(0, DURATION, 1)) for i, a in enumerate(said)]), said


def render_held():
    """The same of clips as prompts ask for them, a third of them with pairs that are kept from the models."""
    rng = np.random.default_rng(4)
    said = [sample(rng, MORE[i % len(MORE)], i % 3 == 2) for i in range(HELD)]
    return np.stack([render_frames(a, HELD_SEED + i, np.arange(FRAMES) / 8) for i, a in enumerate(said)]), said


def save_frames(path, frames, said):
    np.savez(path + ".tmp.npz", frames=frames, attributes=json.dumps([asdict(a) for a in said]))
    os.rename(path + ".tmp.npz", path)


def load_frames(path):
    with np.load(path) as saved:
        return torch.from_numpy(saved["frames"]).permute(0, 1, 4, 2, 3), [Attributes(**a) for a in json.loads(str(saved["attributes"]))]


def label(a, name, changes=()):
    """Class index, −1 where the picture cannot tell."""
    value = getattr(a, name)
    for change in changes:
        value = change.get(value, value)
    return -1 if value is None or name in ("colour", "motion") and a.subject == "none" else CLASSES[name].index(value)


class Softener:
    """Brings frames as near to what a model makes as renders can be brought: through the linear codec, fine channels weaker or left out, and noise."""

    def __init__(self, codec):
        self.encoder, self.inverse = codec.encoder, linear_inverse(codec)

    @torch.no_grad()
    def __call__(self, rng, moments):
        """[N, 12, 64, 64] → the same, one amount of everything for all."""
        z = self.encoder(moments)
        channels = z.shape[1]
        strength = torch.where(torch.arange(channels) < int(rng.integers(10, channels + 12)), 1., float(rng.random()))
        z = z * strength[:, None, None] + torch.randn_like(z) * .25 * float(rng.random()) ** 2
        return linear_frames(self.inverse, z).flatten(1, 2)


def vary(rng, frames):
    """One clip [F, 3, 64, 64] with other light and tint, moved a little, at times mirrored: (frames, whether mirrored)."""
    mirrored = bool(rng.random() < .5)
    frames = frames.flip(3) if mirrored else frames
    dy, dx = (int(n) for n in rng.integers(-3, 4, 2))
    frames = F.pad(frames, (3, 3, 3, 3), mode="replicate")[:, :, 3 + dy:3 + dy + SIDE, 3 + dx:3 + dx + SIDE]
    tint = torch.from_numpy(rng.normal(0, .025, (1, 3, 1, 1)).astype(np.float32))
    return (frames - .5) * (1 + .08 * float(rng.normal())) + .5 + tint, mirrored


def looks_batch(rng, shards, softener, size):
    """Single moments: (frames [B, 3, 64, 64], labels)."""
    frames, said = [], []
    for _ in range(size):
        shard = shards[int(rng.integers(len(shards)))]
        i = int(rng.integers(len(shard[1])))
        frames.append(vary(rng, shard[0][i].float() / 255)[0])
        said.append(shard[1][i])
    frames = torch.cat(frames)
    part = int(SOFTENED * size)
    for some in torch.arange(part).chunk(4):
        frames[some] = softener(rng, frames[some].repeat(1, FRAMES_IN, 1, 1))[:, :3]
    return frames.clamp(0, 1), {name: torch.tensor([label(a, name) for a in said]) for name in PARTS["looks"]}


def course_batch(rng, shards, softener, size):
    """Whole clips, at times running backwards: (moments [B, 11, 12, 64, 64], labels)."""
    moments, want = [], {name: [] for name in PARTS["course"]}
    for _ in range(size):
        shard = shards[int(rng.integers(len(shards)))]
        i = int(rng.integers(len(shard[1])))
        frames, mirrored = vary(rng, shard[0][i].float() / 255)
        changes = [MIRRORED] if mirrored else []
        backwards = rng.random() < .3
        if backwards:
            frames, changes = frames.flip(0), [*changes, REVERSED]
        grouped = group_frames(frames)
        moments.append((softener(rng, grouped) if rng.random() < SOFTENED else grouped).clamp(0, 1))
        for name in want:
            want[name].append(-1 if backwards and name == "light" else label(shard[1][i], name, changes))
    return torch.stack(moments), {name: torch.tensor(values) for name, values in want.items()}


def measure(parts, held):
    """Share of right answers an attribute of some parts, networks by name, on clips that nothing was trained on; and what was taken for what."""
    frames, said = held
    answers = {name: [] for part in parts for name in PARTS[part]}
    with torch.no_grad():
        for clip in frames:
            told = {name: values for part, network in parts.items() for name, values in read(part, network, clip.float() / 255).items()}
            for name, values in told.items():
                answers[name].append(CLASSES[name][int(values.argmax())])
    shares, confused = {}, {}
    for name, words in answers.items():
        pairs = [tuple(ALIKE.get(word, word) for word in (getattr(a, name), word)) for a, word in zip(said, words)]
        shares[name] = float(np.mean([w == g for w, g in pairs]))
        for w, g in pairs:
            if w != g:
                confused[name, w, g] = confused.get((name, w, g), 0) + 1
    return shares, sorted(confused.items(), key=lambda c: -c[1])


def train_against_the_clock(make, path, names, draw, tell, minutes, rate, smoothing=.02):
    """A network of one answer an attribute, from the file `path` on if there is one, and into it: the moving average of its weights.

    draw() → (what it looks at [B, ...], {name: class indices [B], −1 where there is nothing to tell}); every two minutes tell(network) is printed."""
    network = make()
    if os.path.exists(path):
        network.load_state_dict(torch.load(path, weights_only=True))
    network.to(memory_format=torch.channels_last)
    average = {n: p.detach().clone() for n, p in network.state_dict().items()}
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, betas=(.9, .98), weight_decay=.05, fused=True)
    began, step, seen, told, running = time.time(), 0, 0, time.time(), None
    while (progress := (time.time() - began) / 60 / minutes) < 1:
        shown, want = draw()
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(shown)
        # An attribute that no picture of a batch can tell has no mean.
        loss = sum(F.cross_entropy(logits[n].float(), want[n], ignore_index=-1, label_smoothing=smoothing) for n in names if (want[n] >= 0).any()) / len(names)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.)
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1., (step + 1) / 50) * min(1., (1 - progress) / .6)
        optimiser.step()
        optimiser.zero_grad()
        step, seen = step + 1, seen + len(shown)
        k = min(.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for n, p in network.state_dict().items():
                average[n].lerp_(p, 1 - k)
        running = loss.item() if running is None else running * .98 + loss.item() * .02
        if time.time() - told > 120:
            tested = make().eval()
            tested.load_state_dict(average)
            shares = tell(tested)
            print(f"{progress:.0%} step {step} ({seen / (time.time() - began):.0f}/s) loss {running:.3f}", {n: round(s, 3) for n, s in shares.items()}, flush=True)
            told = time.time()
            torch.save(average, path)
    torch.save(average, path)


def train(run, part, minutes, rate, size):
    """A part of the reader, from RUN/reader-PART.pt if there is one."""
    rng = np.random.default_rng(int(time.time()))
    make, batch = {"looks": (Looks, looks_batch), "course": (Course, course_batch)}[part]
    files = sorted(n for n in os.listdir(f"{run}/reader") if ".tmp" not in n and n.startswith("p") == (part == "looks"))
    shards, held = [load_frames(f"{run}/reader/{n}") for n in files], tuple(all_of[:TOLD] for all_of in load_frames(f"{run}/held.npz"))
    softener = Softener(load_codec(f"{run}/codec.pt").requires_grad_(False))
    train_against_the_clock(make, f"{run}/reader-{part}.pt", PARTS[part], lambda: batch(rng, shards, softener, size),
                            lambda network: measure({part: network}, held)[0], minutes, rate)


def export(run):
    parts = {"looks": Looks().eval(), "course": Course().eval()}
    for part, network in parts.items():
        network.load_state_dict(torch.load(f"{run}/reader-{part}.pt", weights_only=True))
    whole = Whole(**parts).eval()
    shares, confused = measure(parts, load_frames(f"{run}/held.npz"))
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../obedience")
    torch.onnx.export(whole, (torch.rand(FRAMES, 3, SIDE, SIDE),), f"{folder}/reader.onnx", input_names=["frames"], output_names=list(shares), dynamo=False,
                      do_constant_folding=False)  # begin.py finds its weights by name
    halve(f"{folder}/reader.onnx")
    with open(f"{folder}/reader.json", "w", encoding="utf-8") as file:
        json.dump({"classes": CLASSES, "alike": ALIKE, "held": shares, "clips": HELD}, file, indent=1)
        file.write("\n")
    print({n: round(s, 4) for n, s in shares.items()})
    for pair, count in confused[:24]:
        print(count, pair)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--clips", type=int, nargs=2)
    parser.add_argument("--pictures", type=int, nargs=2)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--part", choices=tuple(PARTS))
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--export", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    os.makedirs(f"{options.run}/reader", exist_ok=True)
    if options.held:
        save_frames(f"{options.run}/held.npz", *render_held())
    for asked, render, prefix in ((options.clips, render_clips, ""), (options.pictures, render_pictures, "p")):
        for n in range(*asked, options.step) if asked else ():
            path = f"{options.run}/reader/{prefix}{n:05d}.npz"
            if not os.path.exists(path):
                began = time.time()
                save_frames(path, *render(n))
                print(path, f"{time.time() - began:.1f} s", flush=True)
    if options.part:
        train(options.run, options.part, options.minutes, options.lr, options.batch or {"looks": 128, "course": 32}[options.part])
    if options.export:
        export(options.run)
