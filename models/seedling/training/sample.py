"""Generates clips: python sample.py RUN OUT.png "prompt" ... [--bucket 16:9] [--picture FILE]  (rows of 8 frames)"""
import argparse
import os

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer

from codec import CHANNELS, linear_decode, load_codec
from data import BUCKETS
from export import DEFAULTS
from model import Seedling, encode_ids
from sheet import sheet


def sigmas(steps, shift):
    s = torch.linspace(1, 0, steps + 1)
    return shift * s / (1 + (shift - 1) * s)


def denoise(velocity, x, levels, start=None):
    """Euler steps from noise x [B, C, T, h, w], at the levels (sigmas, from 1 to 0), to latents; velocity(x, t [B], prefix) → like x.

    What it begins with, start [B, C, k, h, w], stays. Gradients go through all steps."""
    prefix = 0 if start is None else start.shape[2]

    def begun(x):
        return torch.cat([start, x[:, :, prefix:]], 2) if prefix else x

    for a, b in zip(levels, levels[1:]):
        x = begun(x)
        x = x + (b - a) * velocity(x, torch.full((len(x),), float(a) * 1000, device=x.device), prefix).float()
    return begun(x)


@torch.no_grad()
def generate(model, tokenizer, prompts, shape, steps, guidance, shift, seed=0, start=None):
    """Latents [B, C, T, h, w]; start = clean first latent frames [B, C, k, h, w], or None: then the first frame is made first, by itself."""
    if start is None and shape[1] > 1:
        start = generate(model, tokenizer, prompts, (shape[0], 1, *shape[2:]), steps, guidance, shift, seed)
    ids, lengths = encode_ids(tokenizer, [p.lower().strip() for p in prompts])
    text = model.text(ids, lengths)
    empty = model.text(*encode_ids(tokenizer, [""] * len(prompts)))
    generator = torch.Generator().manual_seed(seed + (start is not None))
    x = torch.randn(len(prompts), *shape, generator=generator)

    def velocity(x, t, prefix):
        v = model.transformer(x, t, text, prefix, lengths)
        if guidance == 1:
            return v
        u = model.transformer(x, t, empty, prefix)
        return u + guidance * (v - u)

    return denoise(velocity, x, sigmas(steps, shift), start)


def load(run, name="checkpoint"):
    saved = torch.load(f"{run}/{name}.pt", weights_only=True)
    model = Seedling()
    model.load_state_dict(saved["ema"])
    return model.eval(), saved["steps"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("out")
    parser.add_argument("prompts", nargs="+")
    parser.add_argument("--name", default="checkpoint")
    parser.add_argument("--bucket", default="1:1", choices=list(BUCKETS))
    parser.add_argument("--T", type=int, default=11)
    parser.add_argument("--steps", type=int, default=DEFAULTS["steps"])
    parser.add_argument("--guidance", type=float, default=DEFAULTS["guidance"])
    parser.add_argument("--shift", type=float, default=DEFAULTS["shift"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture")
    parser.add_argument("--linear", action="store_true", help="decode with the plain inverse of the encoder")
    options = parser.parse_args()
    torch.set_num_threads(2)
    model, step = load(options.run, options.name)
    codec = load_codec(f"{options.run}/codec.pt")
    tokenizer = Tokenizer.from_file(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../weights/tokenizer.json"))
    width, height = BUCKETS[options.bucket]
    start = None
    if options.picture:
        picture = Image.open(options.picture).convert("RGB")
        scale = max(width / picture.width, height / picture.height)
        w, h = round(width / scale), round(height / scale)
        x, y = (picture.width - w) // 2, (picture.height - h) // 2
        picture = picture.crop((x, y, x + w, y + h)).resize((width, height), Image.Resampling.BOX)
        start = codec.encode(np.asarray(picture)[None])[None].detach().expand(len(options.prompts), -1, -1, -1, -1)
    latents = generate(model, tokenizer, options.prompts, (CHANNELS, options.T, height // 8, width // 8), options.steps, options.guidance, options.shift, options.seed, start)
    rows = []
    for z in latents:
        with torch.no_grad():
            frames = linear_decode(codec, z) if options.linear else codec.decode(z)
        picks = np.linspace(0 if not options.linear else 3, len(frames) - 1, 8).round().astype(int)
        frames = (frames[picks].numpy() * 255).astype(np.uint8)
        if options.linear:
            frames = frames.repeat(2, 1).repeat(2, 2)
        else:
            frames = np.stack([np.asarray(Image.fromarray(f).resize((f.shape[1] // 2, f.shape[0] // 2), Image.Resampling.BOX)) for f in frames])
        rows.append(frames)
    sheet(rows, options.out)
    print("step", step)
