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
    """Six latent frames of clips [B, C, 6, 8, 8] → logits an attribute. What is where, and when, is kept until the end."""

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
        x = self.entry(z.transpose(1, 2).flatten(0, 1)).unflatten(0, (b, MOMENTS)).transpose(1, 2) + self.place.unflatten(3, (8, 8))
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


def load_critic(path, part):
    network = NETWORKS[part]().eval().requires_grad_(False)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network


def labels(said, part, *changes):
    """Class indices an attribute of Attributes, after changes of words; −1 where latents cannot tell: of a photograph nothing but camera and light."""
    return {name: torch.tensor([-1 if a.subject == "photo" and name not in ("camera", "light") else label(a, name, (ALIKE, *changes)) for a in said])
            for name in PARTS[part]}


def soften(rng, z, part):
    """What a part is shown of latents [B, C, ...]: as a model might have made them, fine channels weaker, and noise."""
    channels, size = z.shape[1], (len(z), *[1] * (z.ndim - 1))
    share, low = BLUR[part]
    fine = torch.arange(channels).view(-1, *size[2:]) >= torch.from_numpy(6 + (channels - 6) * rng.random(size) ** low)
    weaker = torch.from_numpy(rng.random(size) < share) & fine
    strength = torch.where(weaker, torch.from_numpy(rng.random(size) ** low), 1.).float()
    most, power = NOISE[part]
    return z * strength + torch.randn_like(z) * torch.from_numpy(most * rng.random(size) ** power).float()


class Vary:
    """Latents [B, C, 11, h, w] of the mirrored clip, or of the clip that runs backwards: through the linear codec, which loses next to nothing of them."""

    def __init__(self, codec):
        self.encoder, self.inverse = codec.encoder, linear_inverse(codec)

    def mirror(self, z):
        return self.through(z, lambda frames: frames.flip(-1))

    def backwards(self, z):
        return self.through(z, lambda frames: frames.flip(0))

    @torch.no_grad()
    def through(self, z, change):
        return torch.stack([self.encoder(group_frames(change(linear_frames(self.inverse, clip.transpose(0, 1)).flatten(0, 1)[FRAMES_IN - 1:]))).transpose(0, 1) for clip in z])


def draw(part, rng, shards, size, vary=None):
    """(latents, labels): single frames of all shapes, or every other frame of square clips."""
    if part == "looks":
        z, said, _, _ = shards.pictures(rng, size, .9)
        return z[:, :, 0], labels(said, part)
    chosen = shards.by_shape[CHANNELS, MOMENTS * EVERY - 1, 8, 8]
    picks = [(chosen[s], i) for s, i in zip(rng.integers(len(chosen), size=size), rng.integers(len(chosen[0][1]), size=size))]
    z, said = torch.from_numpy(np.stack([s[0][i] for s, i in picks]).astype(np.float32)), [s[1][i] for s, i in picks]
    changes = []
    if vary and rng.random() < .5:
        z, changes = vary.mirror(z), [MIRRORED]
    kind = rng.random() if vary else 1.
    if kind < FROZEN:
        z, changes = z[:, :, :1].expand_as(z), [STILL]
    elif kind < FROZEN + BACKWARDS:
        z, changes = vary.backwards(z), [*changes, REVERSED, dict.fromkeys(LIGHTS)]
    return z[:, :, ::EVERY], labels(said, part, *changes)


def measure(critic, part, shards):
    """Share of right answers an attribute."""
    rng, right = np.random.default_rng(5), {name: [] for name in PARTS[part]}
    with torch.no_grad():
        for _ in range(16):
            z, want = draw(part, rng, shards, 48)
            for name, logits in critic(z).items():
                right[name] += (logits.argmax(1) == want[name])[want[name] >= 0].tolist()
    return {name: float(np.mean(r)) for name, r in right.items()}


def train(options):
    part = options.part
    rng = np.random.default_rng(torch.initial_seed())
    vary = Vary(load_codec(f"{options.run}/codec.pt").requires_grad_(False))
    shards, held = Shards(f"{options.run}/shards"), Shards(options.held) if options.held else None
    for some in filter(None, (shards, held)):
        some.refresh()

    def seen():
        z, want = draw(part, rng, shards, options.batch, vary)
        return soften(rng, z, part), want

    train_against_the_clock(NETWORKS[part], f"{options.run}/critic-{part}.pt", PARTS[part], seen,
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
