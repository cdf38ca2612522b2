"""Trains the codec's decoder: python train_codec.py RUN --minutes 25 (resumes from RUN/codec.pt)

Target: the same clip rendered at 256 px (short side) and 30 fps. Each example is a window of the
latent grid of one moment, or of two that follow each other: each is decoded by itself, so frames where
they meet are compared with their neighbours as well, else what moves would jerk twice a second. Where the
window cuts the picture its edge is context and not compared.
"""
import argparse
import os
import sys
import time

import numpy as np
import torch

from codec import FRAMES_OUT, STRIDE, load_codec
from data import BUCKETS, FPS, make_clip
from world import render_clip

UPSCALE = 4
WINDOW, MARGIN = 8, 2  # latents: 256 × 256 pixels, up to 64 at a cut edge not compared
NOISE = .12
MOMENTS = 2  # taken from each clip
GROUPS = 3  # an example of one moment holds every third of its 15 frames: neighbours teach the same
BEFORE, AFTER = (12, 13, 14), (0, 1, 2)  # an example of two moments holds these of the first and of the second
MEETINGS = .5  # of the steps: two moments
HELD, HELD_CLIPS = 9_100_000, 24  # seeds from there on, and how many of each kind of example
STEADY = 1.  # weight of how the two frames differ that meet; of others it would be too much: the decoder then paints one frame three times


def picks_of(group):
    """Which frames of a moment an example of that group holds."""
    return list(range(group, FRAMES_OUT, GROUPS))


def latents_of(codec, clip, width, height, moment):
    """What the encoder makes of a moment of a clip: [1, C, h, w]."""
    times = [0.] * 4 if moment == 0 else [(4 * (moment - 1) + k + 1) / FPS for k in range(4)]
    x = torch.from_numpy(render_clip(clip, width, height, times)).permute(0, 3, 1, 2).float() / 255
    return codec.encoder(x.reshape(1, 12, height, width))


def painted(clip, width, height, moment, picks):
    """What the decoder should make of a moment: [len(picks), 4 height, 4 width, 3] uint8."""
    if moment == 0:
        return np.repeat(render_clip(clip, width * UPSCALE, height * UPSCALE, [0.]), len(picks), 0)
    return render_clip(clip, width * UPSCALE, height * UPSCALE, [.5 * (moment - 1) + (k + 1) / 30 for k in picks])


def example(codec, seed, group):
    """Windows of one clip: latents [N, M, C, 8, 8] of M neighbouring moments, frames [N, 5 or 6, 3, 256, 256] uint8, compared [N, 4] (y0, y1, x0, x1).

    group: 0, 1, 2 = every third frame of the middle one of three moments; GROUPS = where the two in the middle of four meet."""
    rng = np.random.default_rng(seed)
    width, height = BUCKETS[str(rng.choice(["1:1", "16:9", "9:16"], p=[.5, .35, .15]))]
    clip, _ = make_clip(seed, width, height, 5., photo_share=.10)
    meeting = group == GROUPS
    inputs, targets, boxes = [], [], []
    for _ in range(MOMENTS):
        t = int(rng.integers(0, 10 if meeting else 11))
        if t == 0 and rng.random() < .5:
            t = int(rng.integers(1, 10 if meeting else 11))
        around = [min(max(s, 0), 10) for s in range(t - 1, t + (3 if meeting else 2))]
        z = torch.cat([latents_of(codec, clip, width, height, s) for s in around])  # [M, C, h, w]
        if meeting:
            frames = np.concatenate([painted(clip, width, height, t, BEFORE), painted(clip, width, height, t + 1, AFTER)])
        else:
            frames = painted(clip, width, height, t, picks_of(group))
        h, w = z.shape[2:]
        y, x = int(rng.integers(h - WINDOW + 1)), int(rng.integers(w - WINDOW + 1))
        p = STRIDE * UPSCALE
        inputs.append(z[..., y:y + WINDOW, x:x + WINDOW].numpy().astype(np.float16))
        targets.append(frames[:, y * p:(y + WINDOW) * p, x * p:(x + WINDOW) * p].transpose(0, 3, 1, 2))
        m = MARGIN * p
        boxes.append([m if y else 0, WINDOW * p - (m if y + WINDOW < h else 0), m if x else 0, WINDOW * p - (m if x + WINDOW < w else 0)])
    return inputs, targets, boxes


def decoded(decoder, z, group):
    """Noisy or clean latents [B, M, C, h, w] of an example → its frames [B, 5 or 6, 3, 32h, 32w]."""
    def one(z, picks):
        return decoder(z.flatten(1, 2).contiguous(memory_format=torch.channels_last), list(picks))

    return torch.cat([one(z[:, :3], BEFORE), one(z[:, 1:], AFTER)], 1) if group == GROUPS else one(z, picks_of(group))


def meeting_step(frames):
    """How the first frame of the second moment differs from the last of the first: [B, 6, 3, H, W] → [B, 3, H, W]."""
    return frames[:, len(BEFORE)] - frames[:, len(BEFORE) - 1]


def mask_of(boxes, height, width):
    """1 where frames are compared, else 0: [B, 1, 1, H, W]."""
    mask = torch.zeros(len(boxes), 1, 1, height, width)
    for m, (y0, y1, x0, x1) in zip(mask, boxes):
        m[..., y0:y1, x0:x1] = 1
    return mask


def loss_of(out, target, boxes, meeting):
    """Absolute and squared error of frames [B, N, 3, H, W], of their edges and, where moments meet, of how the two frames there differ."""
    mask = mask_of(boxes, *out.shape[-2:])
    out, target = out * mask, target * mask
    loss = (out - target).abs().mean()
    for axis in (-1, -2):
        loss = loss + .6 * (out.diff(dim=axis) - target.diff(dim=axis)).abs().mean()
    if meeting:
        loss = loss + STEADY * (meeting_step(out) - meeting_step(target)).abs().mean()
    return loss + 2. * (out - target).square().mean()


def measure(codec):
    """Prints, of HELD_CLIPS clips a group that it is not taught with, how near the decoder comes and how frames differ where moments meet, levels of 255."""
    errors, edges, steps = ([], []), [], []
    for k in range(HELD_CLIPS * (GROUPS + 1)):
        group = k % (GROUPS + 1)
        z, target, boxes = example(codec, HELD + k, group)
        z, target = torch.from_numpy(np.stack(z)).float(), torch.from_numpy(np.stack(target)).float() / 255
        mask = mask_of(boxes, *target.shape[-2:])
        share = mask.mean()
        out, target = decoded(codec.decoder, z, group).clamp(0, 1) * mask, target * mask
        errors[group == GROUPS].append((out - target).square().mean() / share)
        edges.append(out.diff(dim=-1).abs().sum() / target.diff(dim=-1).abs().sum())
        if group == GROUPS:
            beside = out[:, 1] - out[:, 0]
            steps.append(torch.stack([x.abs().mean() * 255 / share for x in (meeting_step(out), beside, meeting_step(target))]))
    moment, meeting = (-10 * torch.log10(torch.stack(e).mean()).item() for e in errors)
    there, beside, should = torch.stack(steps).mean(0).tolist()
    print(f"{moment:.2f} dB, where moments meet {meeting:.2f} dB; edges are {100 * torch.stack(edges).mean():.1f} % of what they should be; "
          f"where moments meet frames differ by {there:.2f} levels, beside it by {beside:.2f}, and should by {should:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--pool", type=int, default=256, help="examples of each group kept in memory, renewed all the time")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--measure", action="store_true", help="learn nothing, but tell how well it does")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    path = f"{options.run}/codec.pt"
    codec = load_codec(path).train()
    if options.measure:
        with torch.no_grad():
            measure(codec)
        sys.exit()
    codec.decoder.to(memory_format=torch.channels_last)
    mean = codec.encoder.mean
    rng = np.random.default_rng(int(time.time()))
    weights = list(codec.decoder.parameters())
    average = [p.detach().clone() for p in weights]
    fitted = [p for n, p in codec.decoder.named_parameters() if n.startswith(("in.", "skip."))]  # good already: smaller steps
    rest = [p for n, p in codec.decoder.named_parameters() if not n.startswith(("in.", "skip."))]
    optimiser = torch.optim.AdamW([{"params": fitted, "share": .2}, {"params": rest, "share": 1.}], lr=options.lr, betas=(.9, .98), weight_decay=0)
    began, saved_at, told_at, step = time.time(), time.time(), time.time(), 0
    pools = [[] for _ in range(GROUPS + 1)]
    told = {}  # running means
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

    for i in range(32):
        renew(i % len(pools))
    while (elapsed := (time.time() - began) / 60) < options.minutes:
        group = GROUPS if rng.random() < MEETINGS else int(rng.integers(GROUPS))
        if rng.random() < .5:
            renew(group)
        rate = min(1., (step + 1) / 50) * min(1., (1 - elapsed / options.minutes) / .5)
        for settings in optimiser.param_groups:
            settings["lr"] = options.lr * rate * settings["share"]
        inputs, targets, boxes = zip(*(pools[group][i] for i in rng.integers(len(pools[group]), size=options.batch)))
        z = torch.from_numpy(np.stack(inputs)).float()
        z = z + torch.randn_like(z) * NOISE * torch.rand(len(z), 1, 1, 1, 1)
        target = torch.from_numpy(np.stack(targets)).float() / 255
        with torch.autocast("cpu", torch.bfloat16):  # convolutions only; with channels last 1.8 times as fast here
            out = decoded(codec.decoder, z, group).float()
        loss = loss_of(out, target, boxes, group == GROUPS)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.)
        optimiser.step()
        optimiser.zero_grad()
        step += 1
        with torch.no_grad():
            k = min(.995, (1 + step) / (10 + step))
            for a, p in zip(average, weights):
                a.lerp_(p, 1 - k)
            values = {"psnr": -10 * torch.log10((out - target).square().mean()).item()}
            if group == GROUPS:
                values |= {"loss where moments meet": loss.item(), "step there, of what it should be": (meeting_step(out).abs().mean() / meeting_step(target).abs().mean()).item()}
            else:
                values |= {"loss": loss.item()}
        for name, value in values.items():
            told[name] = told.get(name, value) * .98 + value * .02
        if time.time() - told_at > 30:
            print(f"{elapsed:.1f} min step {step} {', '.join(f'{name} {value:.4f}' for name, value in told.items())}", flush=True)
            told_at = time.time()
        if time.time() - saved_at > 120:
            save()
            saved_at = time.time()
    save()
