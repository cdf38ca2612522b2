"""Numbers by formula, so that golden files hold outputs only. The same formula in TypeScript: test/fixtures/formula-weights.ts.

For element i (row-major) of the tensor NAME: h = FNV-1a of NAME in 32 bits, x = h + i * 0x9E3779B1, then murmur3's
finaliser; the value is (x / 2^32 * 2 - 1) * scale, rounded to float32.
"""

import base64
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).resolve().parents[3] / "test" / "fixtures" / "golden"


def fnv1a(name: str) -> int:
    h = 0x811C9DC5
    for byte in name.encode():
        h = (h ^ byte) * 0x01000193 % 2**32
    return h


PIECE = 2**20  # numbers at a time: matrices of full-size models would need gigabytes for the steps between


def uniform(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers in [-1, 1), float64."""
    start, count = np.uint64(fnv1a(name)), math.prod(shape)
    out = np.empty(count)
    for first in range(0, count, PIECE):
        x = np.arange(first, min(first + PIECE, count), dtype=np.uint64) * np.uint64(0x9E3779B1) + start
        x %= 2**32
        x ^= x >> np.uint64(16)
        x = x * np.uint64(0x85EBCA6B) % 2**32
        x ^= x >> np.uint64(13)
        x = x * np.uint64(0xC2B2AE35) % 2**32
        x ^= x >> np.uint64(16)
        out[first : first + PIECE] = x.astype(np.float64) / 2**32 * 2 - 1
    return out.reshape(shape)


def weight(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The tensor with the canonical name NAME: norms around 1, biases and modulation tables small, matrices 1/sqrt(fan-in)."""
    values = uniform(name, shape)
    if is_norm(name):
        values = 1 + 0.1 * values
    elif name.endswith((".bias", "modulation")):
        values = 0.1 * values
    else:
        values = values / math.sqrt(math.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32))


def is_norm(name: str) -> bool:
    return name.endswith(".weight") and "norm" in name.split(".")[-2]


def sample(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """An input, in [-1, 1)."""
    assert name.startswith("input")
    return torch.from_numpy(uniform(name, shape).astype(np.float32))


def load(model: torch.nn.Module, canonical) -> None:
    """Gives every parameter its formula weight. `canonical` maps the library's names."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weight(canonical(name), tuple(parameter.shape)))


def array(tensor: torch.Tensor) -> dict:
    data = tensor.detach().to(torch.float32).contiguous().numpy()
    return {"shape": list(data.shape), "data": base64.b64encode(data.astype("<f4").tobytes()).decode()}


def write(file: str, cases: list[dict], **libraries: str) -> None:
    """Writes one golden file, with what made it."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    document = {
        "command": f"python models/wan/reference/{Path(sys.argv[0]).name}",
        "libraries": {"torch": torch.__version__, **libraries},
        "cases": cases,
    }
    path = GOLDEN / file
    path.write_text(json.dumps(document, indent=1) + "\n")
    print(f"{path}: {path.stat().st_size / 1024:.0f} kB")
