"""Golden numbers of the codec at a tiny size, for the TypeScript engine: python golden.py → test/fixtures/golden/codec.json"""
import base64
import json
import os

import numpy as np
import torch

from codec import Codec, Decoder, neighbours

SIZES = dict(channels=8, frames=5, trunk=16, c1=8, c2=8, c3=8)
T, H, W = 3, 3, 5


def formula(name, shape, scale):
    """Numbers anyone can make again: FNV-1a of the name, a counter, murmur3's finaliser, −scale…scale."""
    seed = np.uint64(2166136261)
    for byte in name.encode():
        seed = (seed ^ np.uint64(byte)) * np.uint64(16777619) & np.uint64(0xFFFFFFFF)
    mask = np.uint64(0xFFFFFFFF)
    x = (seed + np.arange(int(np.prod(shape)), dtype=np.uint64) * np.uint64(0x9E3779B1)) & mask
    x = (x ^ x >> np.uint64(16)) * np.uint64(0x85EBCA6B) & mask
    x = (x ^ x >> np.uint64(13)) * np.uint64(0xC2B2AE35) & mask
    x ^= x >> np.uint64(16)
    return torch.from_numpy(((x.astype(np.float64) / 2**32 * 2 - 1) * scale).astype(np.float32).reshape(shape))


def scale_of(name, shape):
    return .1 if name.endswith("bias") else 1 / np.sqrt(np.prod(shape[1:]))


def packed(tensor):
    return {"shape": list(tensor.shape), "data": base64.b64encode(tensor.detach().contiguous().numpy().astype("<f4").tobytes()).decode()}


if __name__ == "__main__":
    codec = Codec(**SIZES).eval()
    with torch.no_grad():
        for name, p in codec.named_parameters():
            p.copy_(formula(name, tuple(p.shape), scale_of(name, p.shape)))
        latents = formula("input", (SIZES["channels"], T, H, W), 1)
        z = neighbours(latents)
        raw = codec.decoder(z)  # [T, 5, 3, 32h, 32w], not clamped
        frames = formula("frames", (9, H * 8, W * 8, 3), 1) * .5 + .5
        encoded = codec.encode(frames)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../test/fixtures/golden/codec.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump({
            "command": "python models/seedling/training/golden.py",
            "config": {"channels": 8, "patch": 8, "framesIn": 4, "framesOut": 5, "trunk": 16, "stage1": 8, "stage2": 8, "stage3": 8, "final": 4},
            "tensors": {n: list(p.shape) for n, p in codec.named_parameters()},
            "decode": {
                "note": "latents = formula('input', scale 1); input = [T, 3C, h, w] previous, this, next; output[t] = decoder frames of moment 1 before clamping: all means [frame, rgb], and one frame whole (a file for a repository stays small)",
                "latents": {"name": "input", "shape": list(latents.shape)}, "input": packed(z[1]), "moment": 1,
                "means": packed(raw[1].mean((2, 3))), "frame": 4, "output": packed(raw[1, 4])},
            "encode": {
                "note": "frames [F, H, W, 3] = formula('frames', scale 1) * 0.5 + 0.5; first frame repeated 4 times, then groups of 4; output [C, T, h, w]",
                "frames": {"name": "frames", "shape": list(frames.shape)}, "output": packed(encoded)},
        }, file)
        file.write("\n")
    print(os.path.getsize(path), "bytes", float(raw.mean()), float(encoded.std()))
