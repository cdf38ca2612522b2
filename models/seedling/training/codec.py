"""Seedling's codec: 4 frames × 8×8 pixels ↔ one latent of 24 numbers. Linear in, learnt out."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

CHANNELS, STRIDE, FRAMES_IN, FRAMES_OUT = 24, 8, 4, 15


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

    A linear skip paints the frames at the base size; the convolutions beside it only have to sharpen what it shows."""

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
        self.skip = nn.Conv2d(channels * 3, frames * 3 * 64, 1)
        self.out = nn.Conv2d(c3 + 3, 3 * 16, 3, padding=1, padding_mode="replicate")  # zeros would darken the edges

    def forward(self, z):
        """[B, 3C, h, w] → [B, frames, 3, 32h, 32w], RGB 0..1, not clamped."""
        b, _, h, w = z.shape
        base = F.pixel_shuffle(self.skip(z).reshape(b * self.frames, 3 * 64, h, w), 8)  # [B*frames, 3, 8h, 8w]
        x = getattr(self, "in")(z)
        for block in self.trunk:
            x = block(x)
        x = self.expand(F.silu(x)).reshape(b * self.frames, self.c1 * 4, h, w)
        x = F.pixel_shuffle(x, 2)  # [B*frames, c1, 2h, 2w]
        x = F.silu(self.stage1(x))
        x = F.pixel_shuffle(self.up1(x), 2)  # [B*frames, c2, 4h, 4w]
        x = F.silu(self.stage2(x))
        x = F.silu(F.pixel_shuffle(self.up2(x), 2))  # [B*frames, c3, 8h, 8w]
        x = F.pixel_shuffle(self.out(torch.cat([x, base], 1)), 4)  # [B*frames, 3, 32h, 32w]
        return x.reshape(b, self.frames, 3, h * 32, w * 32)


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


def linear_decode(codec, latents):
    """The plain inverse of the encoder, [C, T, h, w] → [T*4, H, W, 3]: for a quick look without a decoder."""
    weight = codec.encoder.weight.detach().flatten(1)  # [C, 768]
    inverse = torch.linalg.pinv(weight).T  # [C, 768]
    mean = codec.encoder.mean
    z = latents.transpose(0, 1)
    x = F.conv_transpose2d(z, inverse.reshape(-1, FRAMES_IN * 3, STRIDE, STRIDE), stride=STRIDE)
    t, _, h, w = x.shape
    x = x + mean.reshape(1, FRAMES_IN * 3, STRIDE, STRIDE).repeat(1, 1, h // STRIDE, w // STRIDE)
    return x.reshape(t * FRAMES_IN, 3, h, w).permute(0, 2, 3, 1).clamp(0, 1)


def fit_encoder(frames_of_clips):
    """Principal components of 4×8×8 patches, partly whitened (÷ eigenvalue^0.4), overall deviation 1."""
    total, outer, count = 0, 0, 0
    for frames in frames_of_clips:
        x = group_frames(torch.as_tensor(frames).float().permute(0, 3, 1, 2) / 255)
        patches = F.unfold(x, STRIDE, stride=STRIDE).transpose(1, 2).reshape(-1, FRAMES_IN * 3 * STRIDE * STRIDE).double()
        total, outer, count = total + patches.sum(0), outer + patches.T @ patches, count + len(patches)
    mean = total / count
    values, vectors = torch.linalg.eigh(outer / count - torch.outer(mean, mean))
    values, vectors = values.flip(0)[:CHANNELS], vectors.flip(1)[:, :CHANNELS]
    scaled = vectors / values ** .4
    scale = (values ** .2).mean().sqrt()  # a channel's variance is now eigenvalue^0.2
    weight = (scaled / scale).T
    return weight.float().reshape(CHANNELS, FRAMES_IN * 3, STRIDE, STRIDE), (-weight @ mean).float(), mean.float(), values


@torch.no_grad()
def start_decoder(codec):
    """Lets the decoder begin as the plain inverse of the encoder, straight lines between its frames and between its pixels:
    from there it learns to sharpen in minutes, where a random start was still mush after half an hour."""
    decoder, c = codec.decoder, codec.encoder.weight.shape[0]
    inverse = torch.linalg.pinv(codec.encoder.weight.flatten(1)).reshape(FRAMES_IN, 3, STRIDE * STRIDE, c)  # [4, 3, 64, C]
    mean = codec.encoder.mean.reshape(FRAMES_IN, 3, STRIDE * STRIDE)
    weight = torch.zeros(decoder.frames, 3, STRIDE * STRIDE, 3 * c)
    bias = torch.zeros(decoder.frames, 3, STRIDE * STRIDE)
    for f in range(decoder.frames):
        at = (f + 1) / decoder.frames * FRAMES_IN - 1  # in frames of this moment; below 0 lies the last frame of the one before
        for k in range(-1, FRAMES_IN):
            share = max(0., 1 - abs(at - k))
            moment, frame = (0, FRAMES_IN - 1) if k < 0 else (1, k)
            weight[f, ..., moment * c:(moment + 1) * c] += share * inverse[frame]
            bias[f] += share * mean[frame]
    decoder.skip.weight.copy_(weight.flatten(0, 2)[..., None, None])
    decoder.skip.bias.copy_(bias.flatten())
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
