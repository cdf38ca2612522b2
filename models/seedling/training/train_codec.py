"""Trains the codec's decoder: python train_codec.py RUN --minutes 25 (resumes from RUN/codec.pt)

Target: the same clip rendered at 256 px (short side) and 30 fps. Each example is a window of the
latent grid of one moment; where the window cuts the picture its edge is context and not compared.
"""
import argparse
import os
import time

import numpy as np
import torch

from codec import STRIDE, load_codec
from data import BUCKETS, FPS, make_clip
from world import render_clip

UPSCALE = 4
WINDOW, MARGIN = 8, 2  # latents: 256 × 256 pixels, up to 64 at a cut edge not compared
NOISE = .12
MOMENTS = 2  # taken from each clip
GROUPS = 3  # an example holds every third of a moment's 15 frames: neighbours teach the same


def example(codec, seed, group):
    """Windows of one clip: latents [N, 3C, 8, 8], frames group, group + 3 … [N, 5, 3, 256, 256] uint8, compared [N, 4] (y0, y1, x0, x1)."""
    rng = np.random.default_rng(seed)
    width, height = BUCKETS[str(rng.choice(["1:1", "16:9", "9:16"], p=[.5, .35, .15]))]
    clip, _ = make_clip(seed, width, height, 5., photo_share=.10)
    inputs, targets, boxes = [], [], []
    for _ in range(MOMENTS):
        t = int(rng.integers(0, 11))
        if t == 0 and rng.random() < .5:
            t = int(rng.integers(1, 11))
        times = [0.] * 4 if t == 0 else [(4 * (t - 1) + k + 1) / FPS for k in range(4)]
        around = []
        for s in (max(t - 1, 0), t, min(t + 1, 10)):
            ts = [0.] * 4 if s == 0 else [(4 * (s - 1) + k + 1) / FPS for k in range(4)]
            x = torch.from_numpy(render_clip(clip, width, height, ts)).permute(0, 3, 1, 2).float() / 255
            around.append(codec.encoder(x.reshape(1, 12, height, width)))
        z = torch.cat(around, 1)[0]  # [3C, h, w]
        times = [.5 * (t - 1) + (k + 1) / 30 for k in range(group, 15, GROUPS)]
        if t == 0:
            frames = np.repeat(render_clip(clip, width * UPSCALE, height * UPSCALE, [0.]), len(times), 0)
        else:
            frames = render_clip(clip, width * UPSCALE, height * UPSCALE, times)
        h, w = z.shape[1:]
        y, x = int(rng.integers(h - WINDOW + 1)), int(rng.integers(w - WINDOW + 1))
        p = STRIDE * UPSCALE
        inputs.append(z[:, y:y + WINDOW, x:x + WINDOW].numpy().astype(np.float16))
        targets.append(frames[:, y * p:(y + WINDOW) * p, x * p:(x + WINDOW) * p].transpose(0, 3, 1, 2))
        m = MARGIN * p
        boxes.append([m if y else 0, WINDOW * p - (m if y + WINDOW < h else 0), m if x else 0, WINDOW * p - (m if x + WINDOW < w else 0)])
    return inputs, targets, boxes


def loss_of(out, target, boxes):
    mask = torch.zeros(len(boxes), 1, 1, *out.shape[-2:])
    for m, (y0, y1, x0, x1) in zip(mask, boxes):
        m[..., y0:y1, x0:x1] = 1
    out, target = out * mask, target * mask
    loss = (out - target).abs().mean()
    for axis in (-1, -2):
        loss = loss + .6 * (out.diff(dim=axis) - target.diff(dim=axis)).abs().mean()
    return loss + 2. * (out - target).square().mean()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--pool", type=int, default=256, help="examples of each group kept in memory, renewed all the time")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    path = f"{options.run}/codec.pt"
    codec = load_codec(path).train()
    codec.decoder.to(memory_format=torch.channels_last)
    mean = codec.encoder.mean
    rng = np.random.default_rng(int(time.time()))
    weights = list(codec.decoder.parameters())
    average = [p.detach().clone() for p in weights]
    fitted = [p for n, p in codec.decoder.named_parameters() if n.startswith(("in.", "skip."))]  # good already: smaller steps
    rest = [p for n, p in codec.decoder.named_parameters() if not n.startswith(("in.", "skip."))]
    optimiser = torch.optim.AdamW([{"params": fitted, "share": .2}, {"params": rest, "share": 1.}], lr=options.lr, betas=(.9, .98), weight_decay=0)
    began, saved_at, told_at, step, running, psnr = time.time(), time.time(), time.time(), 0, None, None
    pools = [[] for _ in range(GROUPS)]
    seed = 20_000_000 + int(rng.integers(1 << 20)) * 64

    def renew(group):
        global seed
        with torch.no_grad():
            made = example(codec, seed, group)
        seed += 1
        for one in zip(*made):
            if len(pools[group]) < options.pool:
                pools[group].append(one)
            else:
                pools[group][int(rng.integers(options.pool))] = one

    def save():
        state = codec.state_dict()
        for (n, _), a in zip(codec.decoder.named_parameters(), average):
            state[f"decoder.{n}"] = a.clone(memory_format=torch.contiguous_format)
        torch.save({"model": state, "mean": mean}, path + ".tmp")
        os.replace(path + ".tmp", path)

    for i in range(24):
        renew(i % GROUPS)
    while (elapsed := (time.time() - began) / 60) < options.minutes:
        group = step % GROUPS
        if rng.random() < .5:
            renew(group)
        rate = min(1., (step + 1) / 50) * min(1., (1 - elapsed / options.minutes) / .5)
        for settings in optimiser.param_groups:
            settings["lr"] = options.lr * rate * settings["share"]
        inputs, targets, boxes = zip(*(pools[group][i] for i in rng.integers(len(pools[group]), size=options.batch)))
        z = torch.from_numpy(np.stack(inputs)).float()
        z = z + torch.randn_like(z) * NOISE * torch.rand(len(z), 1, 1, 1)
        target = torch.from_numpy(np.stack(targets)).float() / 255
        with torch.autocast("cpu", torch.bfloat16):  # convolutions only; with channels last 1.8 times as fast here
            out = codec.decoder(z.contiguous(memory_format=torch.channels_last), list(range(group, 15, GROUPS))).float()
        loss = loss_of(out, target, boxes)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        with torch.no_grad():
            k = min(.995, (1 + step) / (10 + step))
            for a, p in zip(average, weights):
                a.lerp_(p, 1 - k)
            value = -10 * torch.log10((out - target).square().mean()).item()
        running = loss.item() if running is None else running * .98 + loss.item() * .02
        psnr = value if psnr is None else psnr * .98 + value * .02
        if time.time() - told_at > 30:
            print(f"{elapsed:.1f} min step {step} loss {running:.4f} psnr {psnr:.2f} pool {sum(map(len, pools))}", flush=True)
            told_at = time.time()
        if time.time() - saved_at > 120:
            save()
            saved_at = time.time()
    save()
