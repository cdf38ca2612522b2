"""Renders clips into shards of latents.

python data.py RUN --fit              fits the encoder on a few hundred clips → RUN/codec.pt; --keep codec.gguf goes on from its channels
python data.py RUN --shards A B       renders shards A ≤ n < B (64 clips each) → RUN/shards/NNNNN.npz
python data.py RUN --pictures A B     the same of first frames only (512 each) → RUN/shards/pNNNNN.npz
Shard n and clip i of it are deterministic: seed = n * 64 + i (pictures: n * 4096 + … from PICTURE_SEED on).
"""
import argparse
import json
import os
import time
from dataclasses import asdict, replace

import gguf
import numpy as np
import torch

from codec import CHANNELS, COARSE_CHANNELS, Codec, fit_encoder, load_codec, start_decoder
from photos import photographs, sample_photo_attributes
from world import Attributes, Clip, PhotoClip, companion_of, render_clip, rider_of, sample_attributes, sensible

CLIPS = 64  # in a shard, all of one size
PICTURES, PICTURE_SEED = 512, 20_000_000  # in a shard of first frames: forty times as cheap as clips, so that none need be seen often
SQUARE_FROM, MIXED_FROM = 20_000, 40_000
FIRST_SHARE = .8  # of single pictures: a clip's first; others tell how it goes on
PHOTO_SHARE, FAVOURITE_SHARE = .10, .08
# What the app's example prompts ask for; a share of the clips are these, with something changed.
FAVOURITES = (
    Attributes("cat", "orange", "snowy forest", "still", "zoom in", "sunset"), Attributes("car", "red", "city", "right", "still", "windows"),
    Attributes("rocket", "white", "space", "rises", "still", "day"), Attributes("boat", "blue", "ocean", "left", "still", "sunrise"),
    Attributes("balloon", "pink", "mountains", "rises", "tilt up", "day"), Attributes("robot", "green", "beach", "jumps", "still", "day"),
    Attributes("castle", "purple", "desert", "still", "zoom out", "darkens"), Attributes("bird", "yellow", "meadow", "right", "pan right", "day"))
# Base pixels (width, height): the short side is always 64.
BUCKETS = {"1:1": (64, 64), "4:3": (80, 64), "16:9": (112, 64), "21:9": (144, 64), "4:5": (64, 80), "9:16": (64, 112)}
FPS = 8
# How often a picture is taken for its subject: what is drawn well already needs to be seen less.
HARD, EASY = {k: 1. for k in ("dog", "horse", "butterfly", "person", "bird", "dragon", "fish", "cat", "child", "rabbit", "ball", "balloon", "robot", "plane")}, .35


def favourite_attributes(rng):
    """One of the favourites, half of the time with one attribute taken from another clip."""
    favourite = FAVOURITES[int(rng.integers(len(FAVOURITES)))]
    if rng.random() < .5:
        return favourite
    other = sample_attributes(rng)
    key = str(rng.choice(["colour", "camera", "light", "scene", "subject"]))
    if key == "subject" and other.subject == "none" or "space" in (other.scene, favourite.scene):
        key = "colour"
    return sensible(replace(favourite, **{key: getattr(other, key)}))


# How often a clip is drawn for its motion, once a model does well what is here: `train.py --learnt`.
LEARNT = {"still": .6, "looks around": .6, "rises": .6, "away": .5, "towards": .5, "grows": .7, "flies": .8, "jumps": .8}
# How readily a clip is taken for the shards from some number on: else nearly every second one stands still; and what is hardest to learn is seldom.
TAKEN = {30_000: {"still": .25, "looks around": .1},
         35_000: {"still": .1, "looks around": .05, "left": .4, "right": .4, "jumps": .4, "rises": .4, "falls": .6},
         MIXED_FROM: {"still": .25, "looks around": .15, "left": .6, "right": .6, "jumps": .6, "rises": .7, "falls": .8}}
# Pairs that no training clip shows, so that it can be measured whether words are understood one by one.
UNSEEN_COLOURS = {"cat": "blue", "dog": "green", "car": "purple", "boat": "yellow", "castle": "pink", "house": "orange", "bus": "white", "bird": "red",
                  "rocket": "black", "fish": "brown", "train": "green", "robot": "pink", "rabbit": "purple", "balloon": "white", "horse": "blue", "dragon": "yellow"}
UNSEEN_SCENES = {"cat": "desert", "dog": "castle hill", "car": "snow", "robot": "mountains", "house": "snowy forest", "bird": "night town", "tree": "beach",
                 "flower": "city", "child": "forest", "ball": "ocean", "bicycle": "beach", "butterfly": "snow"}


def unseen(a):
    """Whether a clip shows a pair that is kept from training."""
    pairs = ((a.subject, a.colour), (a.rider, a.rider_colour), (a.companion, a.companion_colour))
    return any(UNSEEN_COLOURS.get(kind) == colour for kind, colour in pairs) or UNSEEN_SCENES.get(a.subject) == a.scene


def make_attributes(rng, photo_share=PHOTO_SHARE, taken=None):
    """What a clip shall show; taken = how readily each motion is, None = all alike."""
    if rng.random() < photo_share and photographs():
        return sample_photo_attributes(rng)
    while True:
        attributes = favourite_attributes(rng) if rng.random() < FAVOURITE_SHARE else sample_attributes(rng)
        if not unseen(attributes) and (taken is None or rng.random() < taken.get(attributes.motion, 1.)):
            return attributes


def make_clip(seed, width, height, duration, photo_share=PHOTO_SHARE, taken=None):
    """(clip, attributes): everything from the seed."""
    rng = np.random.default_rng(seed)
    attributes = make_attributes(rng, photo_share, taken)
    if attributes.subject == "photo":
        pictures = photographs()
        return PhotoClip(attributes, seed, width, height, duration, pictures[int(rng.integers(len(pictures)))]), attributes
    return Clip(attributes, seed, width, height, duration), attributes


def shard_shape(n):
    """(bucket, latent frames) of shard n: square first, then mostly the others (of 120 shards 40 % are 16:9, 30 % 1:1); from SQUARE_FROM on all are square, from MIXED_FROM on a third; see also TAKEN."""
    if SQUARE_FROM <= n < MIXED_FROM:
        return "1:1", 11
    rng = np.random.default_rng(n + 1_000_003)
    if n < 40:
        return ("16:9" if n % 4 == 3 else "1:1"), 11
    bucket = str(rng.choice(list(BUCKETS), p=[.06, .15, .49, .14, .06, .10] if n < MIXED_FROM else [.34, .09, .35, .07, .05, .10]))
    return bucket, int(rng.choice([11, 7, 5], p=[.84, .09, .07]))


def taken_of(n):
    """How readily each motion is taken for shard n, or None: all alike."""
    return max(((begin, taken) for begin, taken in TAKEN.items() if n >= begin), default=(0, None))[1]


def picture_bucket(n):
    """Shape of picture shard n: two thirds are square, the cheapest to learn from."""
    return str(np.random.default_rng(n + 2_000_003).choice(list(BUCKETS), p=[.64, .07, .14, .05, .03, .07]))


def subject_cover(clip, T, h, w):
    """How much of each latent (0..1) the subject's box covers: [T, h, w]."""
    cover = np.zeros((T, h, w), np.float32)
    for k in range(T):
        box = clip.subject_box(max(0., (4 * k - 1.5) / FPS))
        if box:
            along = [np.clip(np.minimum(b * n, np.arange(n) + 1) - np.maximum(a * n, np.arange(n)), 0, 1) for a, b, n in ((box[1], box[3], h), (box[0], box[2], w))]
            cover[k] = along[0][:, None] * along[1][None]
    return cover


def render_shard(n, codec):
    """(latents, what is said, where the subjects are) of shard n."""
    bucket, T = shard_shape(n)
    width, height = BUCKETS[bucket]
    duration = (T - 1) / 2
    times = np.arange((T - 1) * 4 + 1) / FPS
    latents = np.zeros((CLIPS, CHANNELS, T, height // 8, width // 8), np.float16)
    covers = np.zeros((CLIPS, *latents.shape[2:]), np.float16)
    said = []
    for i in range(CLIPS):
        clip, attributes = make_clip(n * CLIPS + i, width, height, duration, taken=taken_of(n))
        covers[i] = subject_cover(clip, *latents.shape[2:])
        with torch.no_grad():
            latents[i] = codec.encode(render_clip(clip, width, height, times)).numpy()
        said.append(asdict(attributes))
    return latents, said, covers


def render_picture_shard(n, codec):
    """Like render_shard of clips that are one latent frame, taken as often as they are plain; no photographs."""
    width, height = BUCKETS[picture_bucket(n)]
    rng = np.random.default_rng(n)
    latents = np.zeros((PICTURES, CHANNELS, 1, height // 8, width // 8), np.float16)
    covers = np.zeros((PICTURES, *latents.shape[2:]), np.float16)
    said, seed = [], PICTURE_SEED + n * PICTURES * 8
    while len(said) < PICTURES:
        clip, attributes = make_clip(seed, width, height, 5., photo_share=0)
        seed += 1
        if rng.random() < plainness(attributes):
            covers[len(said)] = subject_cover(clip, *latents.shape[2:])
            with torch.no_grad():
                latents[len(said)] = codec.encode(render_clip(clip, width, height, np.zeros(1))).numpy()
            said.append(asdict(attributes))
    return latents, said, covers


def plainness(a):
    """How often a clip is taken for its pictures (0..1): what is asked for most is taken most."""
    share = 1. if a.style in ("picture book", "photo") else .35
    share *= 1. if rider_of(a) == companion_of(a) == "none" else .6
    return share * (.5 if a.light in ("night", "sunrise", "storm") else 1.)


class Shards:
    """All shards on disk, listed anew by refresh(); draws batches of one size. learnt = how often a clip is drawn for its motion, None = all alike.

    share = (k, n): of n readers this is the one that takes every n-th shard, from the k-th on."""

    def __init__(self, folder, learnt=None, share=(0, 1)):
        self.folder, self.loaded, self.learnt, self.share = folder, {}, learnt or {}, share

    def refresh(self):
        for name in sorted(os.listdir(self.folder)):
            own = name.endswith(".npz") and ".tmp" not in name and int(name.removesuffix(".npz").lstrip("p")) % self.share[1] == self.share[0]
            if own and name not in self.loaded:
                with np.load(os.path.join(self.folder, name)) as z:
                    self.loaded[name] = (z["latents"], [Attributes(**a) for a in json.loads(str(z["attributes"]))], z["covers"])
        self.by_shape, self.by_size, self.firsts = {}, {}, {}
        for shard in self.loaded.values():
            shape = shard[0].shape[1:]
            if shape[1] == 1:
                self.firsts.setdefault(shape[2:], []).append(shard)
            else:
                self.by_shape.setdefault(shape, []).append(shard)
                self.by_size.setdefault(shape[2:], []).append(shard)

    def clips(self):
        return sum(len(a) for _, a, _ in self.loaded.values())

    def batch(self, rng, size, square_share=None, length=None):
        """(latents [B, C, T, h, w] f32, attributes, subject_cover [B, T, h, w], None); square_share = how many batches are 1:1, None = as rendered; length = the only T."""
        shapes = [s for s in self.by_shape if length in (None, s[1])]
        weights = np.array([len(self.by_shape[s]) for s in shapes], float)
        square = np.array([s[2:] == (8, 8) and s[1] == 11 for s in shapes])
        if square_share is not None and square.any() and not square.all():
            weights[square] *= square_share / weights[square].sum()
            weights[~square] *= (1 - square_share) / weights[~square].sum()
        chosen = self.by_shape[shapes[rng.choice(len(shapes), p=weights / weights.sum())]]
        picks = []
        while len(picks) < size:
            shard = chosen[int(rng.integers(len(chosen)))]
            i = int(rng.integers(len(shard[1])))  # of some shards only part of the clips may be kept
            a = shard[1][i]
            if a.subject == "photo" or rng.random() < self.learnt.get(a.motion, 1.):
                picks.append((shard, i))
        latents, covers = (torch.from_numpy(np.stack([s[k][i] for s, i in picks]).astype(np.float32)) for k in (0, 2))
        return latents, [s[1][i] for s, i in picks], covers, None

    def pictures(self, rng, size, square_share=None):
        """The same of single latent frames, most of them a clip's first, the others any of it: [B, C, 1, h, w], attributes, [B, 1, h, w], when in its clip each is (0..1) [B, 1].

        Firsts come from shards of pictures if there are any, else from the clips. square_share = how many batches are 1:1, None = as rendered."""
        first = rng.random() < FIRST_SHARE
        chosen = self.firsts if first and self.firsts else self.by_size
        shapes = list(chosen)
        counts = np.array([len(chosen[shape]) for shape in shapes], float)
        if square_share is not None and (8, 8) in chosen and len(shapes) > 1:
            square = np.array([shape == (8, 8) for shape in shapes])
            counts[square], counts[~square] = square_share, counts[~square] / counts[~square].sum() * (1 - square_share)
        same = chosen[shapes[int(rng.choice(len(shapes), p=counts / counts.sum()))]]
        picks = []
        while len(picks) < size:
            shard = same[int(rng.integers(len(same)))]
            i, T = int(rng.integers(len(shard[1]))), shard[0].shape[2]
            a = shard[1][i]
            if rng.random() < HARD.get(a.subject, EASY) * (1 if chosen is self.firsts else plainness(a)):
                picks.append((shard, i, 0 if first else int(rng.integers(T)), max(T - 1, 1)))
        latents, covers = np.stack([s[0][i][:, t] for s, i, t, _ in picks])[:, :, None], np.stack([s[2][i][t] for s, i, t, _ in picks])[:, None]
        times = torch.tensor([[t / last] for _, _, t, last in picks])
        return torch.from_numpy(latents.astype(np.float32)), [s[1][i] for s, i, _, _ in picks], torch.from_numpy(covers.astype(np.float32)), times


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--keep")
    parser.add_argument("--shards", type=int, nargs=2)
    parser.add_argument("--pictures", type=int, nargs=2)
    parser.add_argument("--step", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(f"{options.run}/shards", exist_ok=True)
    if options.fit:
        def clips():
            for seed in range(500):
                clip, _ = make_clip(10_000_000 + seed, 64, 64, 5., photo_share=.1)
                yield render_clip(clip, 64, 64, np.arange(41) / FPS)

        def pairs():
            for seed in range(240):
                clip, _ = make_clip(11_000_000 + seed, 64, 64, 5., photo_share=.1)
                yield render_clip(clip, 64, 64, np.arange(41) / FPS), render_clip(clip, 64, 64, np.arange(151) / 30)
        kept = None
        if options.keep:
            tensors = {t.name: t for t in gguf.GGUFReader(options.keep).tensors}
            kept = torch.from_numpy(np.array(tensors["encoder.weight"].data, np.float32)[:COARSE_CHANNELS])
        weight, bias, mean, values = fit_encoder(clips(), kept)
        codec = Codec()
        with torch.no_grad():
            codec.encoder.weight.copy_(weight)
            codec.encoder.bias.copy_(bias)
        codec.encoder.mean = mean
        start_decoder(codec, pairs())
        torch.save({"model": codec.state_dict(), "mean": mean}, f"{options.run}/codec.pt")
        print("eigenvalues", values.numpy().round(4))
    for asked, render, prefix in ((options.shards, render_shard, ""), (options.pictures, render_picture_shard, "p")):
        if not asked:
            continue
        codec = load_codec(f"{options.run}/codec.pt")
        for n in range(asked[0], asked[1], options.step):
            path = f"{options.run}/shards/{prefix}{n:05d}.npz"
            if os.path.exists(path):
                continue
            start = time.time()
            latents, said, covers = render(n, codec)
            np.savez(path + ".tmp.npz", latents=latents, attributes=json.dumps(said), covers=covers)
            os.rename(path + ".tmp.npz", path)
            print(path, latents.shape, f"{time.time() - start:.1f} s", flush=True)
