"""The noise of src/core/seeded-noise.ts in numpy, to the bit, for comparing with other implementations of a model.

Run from the repository root:  python3 models/wan/reference/seeded_noise.py
prints the SHA-256 sums that test/unit/seeded-noise.test.ts expects.
"""

import hashlib

import numpy as np

U32 = np.uint64(0xFFFFFFFF)


def philox(counter: list[np.ndarray], key: tuple[int, int]) -> list[np.ndarray]:
    """Philox4x32-10 on arrays of 32-bit words held in uint64."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0 = c0 * np.uint64(0xD2511F53)
        p1 = c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (p1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0), p1 & U32, (p0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1), p0 & U32
        k0 = (k0 + 0x9E3779B9) & 0xFFFFFFFF
        k1 = (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


def log(x: np.ndarray) -> np.ndarray:
    m, exponent = np.frexp(x)  # ½ ≤ m < 1
    m, exponent = m * 2, exponent - 1
    large = m >= np.sqrt(2.0)
    m, exponent = np.where(large, m * 0.5, m), exponent + large
    s = (m - 1) / (m + 1)
    square = s * s
    series = np.zeros_like(s)
    for k in range(23, 2, -2):
        series = (series + 1 / k) * square
    return exponent * np.log(2.0) + 2 * s * (1 + series)


def cos_sin(turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    quarter = np.floor(turn / 2**30 + 0.5)
    angle = (turn - quarter * 2**30) * (np.pi / 2**31)
    square = angle * angle
    sin = np.ones_like(angle)
    for k in range(17, 2, -2):
        sin = 1 - (sin * square) / (k * (k - 1))
    sin = sin * angle
    cos = np.ones_like(angle)
    for k in range(18, 1, -2):
        cos = 1 - (cos * square) / (k * (k - 1))
    q = quarter.astype(int) & 3
    return np.choose(q, [cos, -sin, -cos, sin]), np.choose(q, [sin, cos, -sin, -cos])


def gaussian_noise(seed: int, stream: int, length: int) -> np.ndarray:
    """Standard normal numbers, float32 [length]; seed 0 … 2^53 − 1, stream 0 … 2^32 − 1."""
    block = np.arange((length + 3) // 4, dtype=np.uint64)
    zero = np.zeros_like(block)
    words = philox([block, zero, zero + np.uint64(stream), zero], (seed & 0xFFFFFFFF, seed >> 32))
    out = np.empty((len(block), 4), np.float32)
    for i in (0, 2):
        r = np.sqrt(-2 * log((words[i].astype(np.float64) + 0.5) / 2**32))
        cos, sin = cos_sin(words[i + 1].astype(np.float64) + 0.5)
        out[:, i], out[:, i + 1] = r * cos, r * sin
    return out.reshape(-1)[:length]


if __name__ == "__main__":
    for arguments in [(42, 0, 1_000_000), (2**53 - 1, 2**32 - 1, 100_000)]:
        print(arguments, hashlib.sha256(gaussian_noise(*arguments).astype("<f4").tobytes()).hexdigest())
