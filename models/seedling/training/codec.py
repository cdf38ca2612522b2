"""Seedling's codec: 4 frames × 8×8 pixels ↔ one latent of 48 numbers. Linear in, learnt out."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

CHANNELS, STRIDE, FRAMES_IN, FRAMES_OUT = 48, 8, 4, 15
COARSE_CHANNELS = 24  # chosen for all moments alike; the others also for the first, a still picture, where the eye has longest to look


def group_frames(frames):
    """[F, 3, H, W] at 8 fps, F = 4(T-1)+1 → [T, 12, H, W], channel = frame * 3 + rgb."""
    first = frames[:1].repeat(FRAMES_IN, 1, 1, 1)
    grouped = torch.cat([first, frames[1:]]).reshape(-1, FRAMES_IN, 3, *frames.shape[2:])  # [T, 4, 3, H, W]
    return grouped.flatten(1, 2)


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Conv2d(width, width, 3, padding=1)
        self.b = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.b(F.silu(self.a(x)))


class Decoder(nn.Module):
    """Latents of three neighbouring moments → 15 frames at 30 fps, 32 pixels a latent (4× the base size).

    A linear skip paints the frames at the base size; the stages beside it only have to sharpen what it shows."""

    def __init__(self, channels=CHANNELS, frames=FRAMES_OUT, trunk=128, c1=48, c2=32, c3=16):
        super().__init__()
        self.frames, self.c1 = frames, c1
        self.add_module("in", nn.Conv2d(channels * 3, trunk, 3, padding=1))
        self.trunk = nn.ModuleList([Residual(trunk), Residual(trunk)])
        self.expand = nn.Conv2d(trunk, frames * c1 * 4, 1)
        self.stage1 = Residual(c1)
        self.up1 = nn.Conv2d(c1, c2 * 4, 1)
        self.stage2 = Residual(c2)
        self.up2 = nn.Conv2d(c2, c3 * 4, 1)
        self.skip = nn.Conv2d(trunk, frames * 3 * 64, 1)
        self.out = nn.Conv2d(c3 + 3, 3 * 16, 3, padding=1, padding_mode="replicate")  # zeros would darken the edges

    def forward(self, z, picks=None):
        """[B, 3C, h, w] → [B, frames, 3, 32h, 32w], RGB 0..1, not clamped; picks = which frames, None = all."""
        b, _, h, w = z.shape
        n = self.frames if picks is None else len(picks)

        def framewise(conv, x):
            """A 1×1 convolution whose outputs are the frames' channels, one frame after another → [B*n, channels, h, w]."""
            weight, bias = conv.weight.unflatten(0, (self.frames, -1)), conv.bias.unflatten(0, (self.frames, -1))
            if picks is not None:
                weight, bias = weight[picks], bias[picks]
            return F.conv2d(x, weight.flatten(0, 1), bias.flatten()).reshape(b * n, -1, h, w)

        x = getattr(self, "in")(z)
        for block in self.trunk:
            x = block(x)
        base = F.pixel_shuffle(framewise(self.skip, x), 8)  # [B*n, 3, 8h, 8w]
        x = F.pixel_shuffle(framewise(self.expand, F.silu(x)), 2)  # [B*n, c1, 2h, 2w]
        x = F.silu(self.stage1(x))
        x = F.pixel_shuffle(self.up1(x), 2)  # [B*n, c2, 4h, 4w]
        x = F.silu(self.stage2(x))
        x = F.silu(F.pixel_shuffle(self.up2(x), 2))  # [B*n, c3, 8h, 8w]
        x = F.pixel_shuffle(self.out(torch.cat([x, base], 1)), 4)  # [B*n, 3, 32h, 32w]
        return x.reshape(b, n, 3, h * 32, w * 32)


class Codec(nn.Module):
    """Names of its tensors = names in the GGUF file."""

    def __init__(self, **sizes):
        super().__init__()
        channels = sizes.get("channels", CHANNELS)
        self.encoder = nn.Conv2d(FRAMES_IN * 3, channels, STRIDE, stride=STRIDE)
        self.decoder = Decoder(**sizes)

    def encode(self, frames):
        """uint8 or 0..1 frames [F, H, W, 3] → latents [C, T, h, w]."""
        x = torch.as_tensor(frames)
        x = (x.float() / 255 if x.dtype == torch.uint8 else x).permute(0, 3, 1, 2)
        return self.encoder(group_frames(x)).transpose(0, 1)

    def decode(self, latents):
        """[C, T, h, w] → frames [(T-1)*15+1, H, W, 3] in 0..1 at 30 fps."""
        z = neighbours(latents)
        frames = torch.cat([self.decoder(z[t:t + 1])[0] for t in range(z.shape[0])])
        return frames[self.decoder.frames - 1:].permute(0, 2, 3, 1).clamp(0, 1)


def neighbours(latents):
    """[C, T, h, w] → [T, 3C, h, w]: previous, this and next moment; the ends repeat."""
    z = latents.transpose(0, 1)
    return torch.cat([torch.cat([z[:1], z[:-1]]), z, torch.cat([z[1:], z[-1:]])], 1)


def linear_inverse(codec):
    """The plain inverse of the encoder, for `linear_frames`: kernel [C, 12, 8, 8] and mean [1, 12, 8, 8]."""
    shape = (-1, FRAMES_IN * 3, STRIDE, STRIDE)
    return torch.linalg.pinv(codec.encoder.weight.detach().flatten(1)).T.reshape(shape), codec.encoder.mean.reshape(shape)


def linear_frames(inverse, latents):
    """Latents [N, C, h, w] → frames [N, 4, 3, 8h, 8w], not clamped."""
    kernel, mean = inverse
    x = F.conv_transpose2d(latents, kernel, stride=STRIDE) + mean.repeat(1, 1, *latents.shape[2:])
    return x.unflatten(1, (FRAMES_IN, 3))


def linear_decode(codec, latents):
    """[C, T, h, w] → [T*4, H, W, 3]: for a quick look without a decoder."""
    return linear_frames(linear_inverse(codec), latents.transpose(0, 1)).flatten(0, 1).permute(0, 2, 3, 1).clamp(0, 1)


def fit_encoder(frames_of_clips, begin=None):
    """Principal components of 4×8×8 patches, partly whitened (÷ eigenvalue^0.4), overall deviation 1.

    The first 24 of all moments; the rest of what those leave over, a clip's first moment weighing half as much again as all
    of it: there pictures are still, and finer detail is worth more than movement. begin = an encoder's weight to keep as the first."""
    total, outer, count, first, first_count = 0, 0, 0, 0, 0
    for frames in frames_of_clips:
        x = group_frames(torch.as_tensor(frames).float().permute(0, 3, 1, 2) / 255)
        patches = F.unfold(x, STRIDE, stride=STRIDE).transpose(1, 2).double()  # [T, n, 768]
        total, outer, count = total + patches.sum((0, 1)), outer + patches.flatten(0, 1).T @ patches.flatten(0, 1), count + patches[..., 0].numel()
        first, first_count = first + patches[0].T @ patches[0], first_count + len(patches[0])
    mean = total / count
    centre = torch.outer(mean, mean)
    covariance, of_first = outer / count - centre, first / first_count - centre
    if begin is None:
        vectors = torch.linalg.eigh(covariance)[1].flip(1)[:, :COARSE_CHANNELS]
    else:
        vectors = torch.nn.functional.normalize(begin.flatten(1).double()).T
    left = torch.eye(len(mean), dtype=torch.double) - vectors @ torch.linalg.pinv(vectors)
    finer = torch.linalg.eigh(left @ (covariance + .5 * of_first) @ left)[1].flip(1)[:, :CHANNELS - vectors.shape[1]]
    vectors = torch.cat([vectors, finer], 1)
    values = (vectors.T @ covariance @ vectors).diagonal()
    scaled = vectors / values ** .4
    scale = (values[:COARSE_CHANNELS] ** .2).mean().sqrt()  # a channel's variance is now eigenvalue^0.2
    weight = (scaled / scale).T
    if begin is not None:
        weight *= (begin.flatten(1).norm(dim=1) / weight[:len(begin)].norm(dim=1)).median()
        weight[:len(begin)] = begin.flatten(1)
    return weight.float().reshape(CHANNELS, FRAMES_IN * 3, STRIDE, STRIDE), (-weight @ mean).float(), mean.float(), values


@torch.no_grad()
def start_decoder(codec, clips):
    """Lets the decoder begin as the best linear one, straight lines between its pixels: from there it learns to sharpen in
    minutes, where a random start was still mush after half an hour.

    The trunk passes on this moment, the strongest channels of the two others and of what lies beside this one; the skip is fitted to them by least squares.
    clips yields (frames at 8 fps, frames at 30 fps), both [F, H, W, 3] uint8 at the base size."""
    decoder, c = codec.decoder, codec.encoder.weight.shape[0]
    entry = getattr(decoder, "in")
    entry.weight.zero_()
    entry.bias.zero_()
    others = min(c, COARSE_CHANNELS)
    passed = [*range(others), *range(c, 2 * c), *range(2 * c, 2 * c + others)]
    for i, channel in enumerate(passed):
        entry.weight[i, channel, 1, 1] = 1
    for i in range(entry.out_channels - len(passed)):  # the neighbours of this moment's strongest channels
        y, x = ((1, 0), (1, 2), (0, 1), (2, 1))[i % 4]
        entry.weight[len(passed) + i, c + i // 4, y, x] = 1
    for block in decoder.trunk:
        block.b.weight.zero_()
        block.b.bias.zero_()
    n = entry.out_channels + 1
    xx, xy = torch.zeros(n, n, dtype=torch.float64), 0
    for coarse, fine in clips:
        features = entry(neighbours(codec.encode(coarse))).permute(0, 2, 3, 1)  # [T, h, w, trunk]
        x = F.pad(features, (0, 1), value=1.).flatten(0, 2).double()
        T, h, w, _ = features.shape
        moments = torch.as_tensor(np.concatenate([fine[:1].repeat(decoder.frames, 0), fine[1:]])).float() / 255
        y = moments.reshape(T, decoder.frames, h, STRIDE, w, STRIDE, 3).permute(0, 2, 4, 1, 6, 3, 5).reshape(len(x), -1).double()
        xx, xy = xx + x.T @ x, xy + x.T @ y
    solution = torch.linalg.solve(xx + 1e-3 * xx.diagonal().mean() * torch.eye(n), xy).T.float()  # [frames · 3 · 64, trunk + 1]
    decoder.skip.weight.copy_(solution[:, :-1, None, None])
    decoder.skip.bias.copy_(solution[:, -1])
    near = torch.zeros(4, 3)  # of a pixel's four sub-pixels along an axis: how much of the pixel before, this one, the one after
    for i in range(4):
        offset = (i + .5) / 4 - .5
        near[i, 1], near[i, 0 if offset < 0 else 2] = 1 - abs(offset), abs(offset)
    decoder.out.weight.zero_()
    decoder.out.bias.zero_()
    kernel = torch.einsum("iy,jx->ijyx", near, near).reshape(16, 3, 3)
    for colour in range(3):
        decoder.out.weight[colour * 16:(colour + 1) * 16, -3 + colour] = kernel


def load_codec(path):
    """A codec from the .pt written by data.py / train_codec.py."""
    saved = torch.load(path, weights_only=True)
    codec = Codec()
    codec.load_state_dict(saved["model"])
    codec.encoder.mean = saved["mean"]
    return codec.eval()
