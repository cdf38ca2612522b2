"""Trains the two critics that a student is taught with (train.py --critics): they tell from latents what is in a picture, and what happens in a clip.

python critic.py RUN --part looks --minutes 14    subject, colour, scene, from single latent frames → RUN/critic-looks.pt
python critic.py RUN --part course --minutes 21   motion, camera, light, from every other latent frame of clips → RUN/critic-course.pt

Neither is the reader that obedience is measured with (reader.py): they look at latents, the reader at pixels; they are other networks; they are
trained on the shards that the transformer is trained on, the reader on renders of its own; and they never see a pair that is kept from training.
"""
import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from codec import CHANNELS, FRAMES_IN, group_frames, linear_frames, linear_inverse, load_codec
from data import Shards
from prompts import ALIKE
from reader import CLASSES, MIRRORED, PARTS, REVERSED, Residual, label, train_against_the_clock
from world import CAMERAS, LIGHTS, MOTIONS

MOMENTS, EVERY = 6, 2  # latent frames of a clip of eleven that are looked at: every other one
# Shares of batches for the critic of clips: run backwards, or frozen at their first frame. What stands on the right and looks to the left will mostly go
# left: it shall read what happens, not what is to be expected.
BACKWARDS, FROZEN = .3, .12
STILL = {**dict.fromkeys((*MOTIONS, *CAMERAS), "still"), **dict.fromkeys(LIGHTS)}
# How many have their fine channels weakened, as a model's are; and how few channels are coarse and how little is left of the others, most of the time.
# What moves is to be seen in the coarse ones: a student soon finds fine patterns that say "flies" to a critic of clips which looks at them, and nobody else sees.
BLUR = {"looks": (.5, 1), "course": (.9, 2.5)}
# The most noise that is added, in deviations, and how seldom that is much. What happens can be seen through a lot of noise, and what
# can be seen through it cannot be feigned with little.
NOISE = {"looks": (.35, 2), "course": (1.2, 1)}


class Looks(nn.Module):
    """Latents [B, C, h, w] of any size → logits an attribute: convolutions, then each attribute looks where it likes, twice."""

    def __init__(self, width=128):
        super().__init__()
        self.entry = nn.Conv2d(CHANNELS, width, 3, padding=1)
        self.body = nn.Sequential(*(Residual(width) for _ in range(4)))
        self.where = nn.Conv2d(width, 2 * len(PARTS["looks"]), 1)
        self.drop = nn.Dropout(.2)
        self.heads = nn.ModuleDict({name: nn.Linear(3 * width, len(CLASSES[name])) for name in PARTS["looks"]})

    def forward(self, z):
        x = F.silu(self.body(self.entry(z)))
        seen = (self.where(x).flatten(2).softmax(2) @ x.flatten(2).mT).unflatten(1, (-1, 2)).flatten(2)  # [B, attributes, 2W]
        mean = x.mean((2, 3))
        return {name: head(self.drop(torch.cat([seen[:, i], mean], 1))) for i, (name, head) in enumerate(self.heads.items())}


class Course(nn.Module):
    """Six latent frames of clips [B, C, 6, h, w] → logits an attribute. What is where, and when, is kept until the end.

    A place is known as one of 8 × 8, or between those."""

    def __init__(self, width=96):
        super().__init__()
        self.entry = nn.Conv2d(CHANNELS, width, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(1, width, MOMENTS, 64))
        self.body = nn.ModuleList([Residual(width), Residual(width, True), Residual(width), Residual(width, True)])
        self.pool = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.late = nn.ModuleList([Residual(2 * width), Residual(2 * width, True)])
        self.where = nn.Conv2d(2 * width, len(PARTS["course"]), 1)
        self.drop = nn.Dropout(.2)
        self.way = nn.ModuleDict({name: nn.Linear(2 * width, width) for name in PARTS["course"]})
        self.heads = nn.ModuleDict({name: nn.Linear(MOMENTS * width + 2 * width, len(CLASSES[name])) for name in PARTS["course"]})

    @staticmethod
    def stages(x, blocks):
        """Blocks over rows and columns and over time in turns, of [B, W, 6, h, w]."""
        b, _, t, rows, columns = x.shape
        for i, block in enumerate(blocks):
            if i % 2 == 0:
                x = block(x.transpose(1, 2).flatten(0, 1)).unflatten(0, (b, t)).transpose(1, 2)
            else:
                x = block(x.flatten(3)).unflatten(3, (rows, columns))
        return x

    def forward(self, z):
        b = len(z)
        place = self.place.unflatten(3, (8, 8))
        if z.shape[3:] != (8, 8):
            place = F.interpolate(place[0], z.shape[3:], mode="bilinear")[None]
        x = self.entry(z.transpose(1, 2).flatten(0, 1)).unflatten(0, (b, MOMENTS)).transpose(1, 2) + place
        x = self.stages(x, self.body)
        x = self.pool(x.transpose(1, 2).flatten(0, 1)).unflatten(0, (b, MOMENTS)).transpose(1, 2)
        x = F.silu(self.stages(x, self.late)).flatten(3)  # [B, 2W, 6, 16]
        weights, mean = self.where(x).softmax(3), x.mean((2, 3))
        logits = {}
        for i, name in enumerate(PARTS["course"]):
            way = F.silu(self.way[name]((x * weights[:, i:i + 1]).sum(3).transpose(1, 2)))  # [B, 6, W]
            logits[name] = self.heads[name](self.drop(torch.cat([way.flatten(1), mean], 1)))
        return logits


NETWORKS = {"looks": Looks, "course": Course}


class Learning:
    """Goes on training critics, {part: network}, with what is drawn beside what they judge: what deceives them does not do so for long."""

    def __init__(self, critics, vary, rate=1e-3):
        self.critics, self.vary, self.rate = critics, vary, rate
        self.weights = [p for network in critics.values() for p in network.parameters()]
        self.optimiser = torch.optim.AdamW(self.weights, lr=rate, betas=(.9, .98), weight_decay=.05)

    def step(self, drawn, rate):
        """drawn: {part: (latents, changed, labels)}, see draw(); rate: 0..1. Returns {attribute: share of right answers}."""
        right = {}
        for part, (z, changed, want) in drawn.items():
            network = self.critics[part].train().requires_grad_(True)
            with torch.autocast(z.device.type, torch.bfloat16):
                logits = network(soften(seen(z, changed, self.vary), part))
            loss = sum(F.cross_entropy(logits[n].float(), w, ignore_index=-1, label_smoothing=.05, reduction="sum") / len(w) for n, w in want.items()) / len(want)
            loss.backward()
            right |= {n: ((logits[n].argmax(1) == w).sum() / (w >= 0).sum()).detach() for n, w in want.items()}
        torch.nn.utils.clip_grad_norm_(self.weights, 1.)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * rate
        self.optimiser.step()
        self.optimiser.zero_grad()
        for network in self.critics.values():
            network.eval().requires_grad_(False)
        return right


def load_critic(path, part):
    network = NETWORKS[part]().eval().requires_grad_(False)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network


def labels(said, part, *changes):
    """Class indices an attribute of Attributes, after changes of words; −1 where latents cannot tell: of a photograph nothing but camera and light."""
    return {name: torch.tensor([-1 if a.subject == "photo" and name not in ("camera", "light") else label(a, name, (ALIKE, *changes)) for a in said])
            for name in PARTS[part]}


def soften(z, part):
    """What a part is shown of latents [B, C, ...]: as a model might have made them, fine channels weaker, and noise."""
    channels, size = z.shape[1], (len(z), *[1] * (z.ndim - 1))

    def some():
        return torch.rand(size, device=z.device)

    share, low = BLUR[part]
    fine = torch.arange(channels, device=z.device).view(-1, *size[2:]) >= 6 + (channels - 6) * some() ** low
    strength = torch.where((some() < share) & fine, some() ** low, 1.)
    most, power = NOISE[part]
    return z * strength + torch.randn_like(z) * (most * some() ** power)


class Vary:
    """Latents [B, C, 11, h, w] of the mirrored clip, or of the clip that runs backwards: through the linear codec, which loses next to nothing of them."""

    def __init__(self, codec, inverse=None):
        self.encoder, self.inverse = codec.encoder, inverse or linear_inverse(codec)

    def mirror(self, z):
        return self.through(z, lambda frames: frames.flip(-1))

    def backwards(self, z):
        return self.through(z, lambda frames: frames.flip(0))

    @torch.no_grad()
    def through(self, z, change):
        """Latents of what change makes of frames [F, B, 3, 8h, 8w]; of all clips at once."""
        frames = change(linear_frames(self.inverse, z.transpose(1, 2).flatten(0, 1)).unflatten(0, z.shape[:3:2]).flatten(1, 2).transpose(0, 1)[FRAMES_IN - 1:])
        return self.encoder(torch.cat([group_frames(clip) for clip in frames.unbind(1)])).unflatten(0, z.shape[:3:2]).transpose(1, 2)


def draw(part, rng, shards, size, vary=False, square_share=None):
    """(latents, what was changed, labels): single frames, or whole clips, of which `seen` shows the critic some; of all shapes."""
    if part == "looks":
        z, said, _, _ = shards.pictures(rng, size, .9 if square_share is None else square_share)
        return z[:, :, 0], (), labels(said, part)
    z, said, _, _ = shards.batch(rng, size, 1. if square_share is None else square_share, MOMENTS * EVERY - 1)
    mirrored, kind = vary and rng.random() < .5, rng.random() if vary else 1.
    changes = ([MIRRORED] if mirrored else []) + ([STILL] if kind < FROZEN else [REVERSED, dict.fromkeys(LIGHTS)] if kind < FROZEN + BACKWARDS else [])
    return z, (mirrored, kind), labels(said, part, *changes)


def seen(z, changed, vary=None):
    """What a critic is shown of what was drawn."""
    if z.ndim == 4:
        return z
    mirrored, kind = changed
    if mirrored:
        z = vary.mirror(z)
    if kind < FROZEN:
        z = z[:, :, :1].expand_as(z)
    elif kind < FROZEN + BACKWARDS:
        z = vary.backwards(z)
    return z[:, :, ::EVERY]


def measure(critic, part, shards):
    """Share of right answers an attribute."""
    rng, right = np.random.default_rng(5), {name: [] for name in PARTS[part]}
    with torch.no_grad():
        for _ in range(16):
            z, changed, want = draw(part, rng, shards, 48)
            for name, logits in critic(seen(z, changed)).items():
                right[name] += (logits.argmax(1) == want[name])[want[name] >= 0].tolist()
    return {name: float(np.mean(r)) for name, r in right.items()}


def train(options):
    part = options.part
    rng = np.random.default_rng(torch.initial_seed())
    vary = Vary(load_codec(f"{options.run}/codec.pt").requires_grad_(False))
    shards, held = Shards(f"{options.run}/shards"), Shards(options.held) if options.held else None
    for some in filter(None, (shards, held)):
        some.refresh()

    def show():
        z, changed, want = draw(part, rng, shards, options.batch, True)
        return soften(seen(z, changed, vary), part), want

    train_against_the_clock(NETWORKS[part], f"{options.run}/critic-{part}.pt", PARTS[part], show,
                            lambda critic: measure(critic, part, held) if held else {}, options.minutes, options.lr, smoothing=.05)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--part", choices=tuple(PARTS), required=True)
    parser.add_argument("--minutes", type=float, default=14)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--held", help="a folder of shards to tell of on the way")
    options = parser.parse_args()
    options.batch = options.batch or {"looks": 128, "course": 48}[options.part]
    torch.set_num_threads(1)
    torch.manual_seed(int(time.time()))
    train(options)
