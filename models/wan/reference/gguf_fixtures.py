"""Writes test/fixtures/golden/gguf-types.gguf and .json: one small tensor of every GGUF type the app can read,
and the single-precision values that gguf-py, the format's reference, reads back from it.

Run from the repository root:  python3 models/wan/reference/gguf_fixtures.py
Needs: pip install gguf numpy
"""

import base64
import json
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import quants

OUT = Path("test/fixtures/golden")
ROWS = 2
# gguf-py can write these ...
WRITABLE = [T.F32, T.F16, T.BF16, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0]
# ... and only read these. Any bytes are a valid block except for the half-precision scales, whose places are listed.
READ_ONLY = {T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}


def random_blocks(rng: np.random.Generator, kind: T, columns: int, scales: list[int]) -> np.ndarray:
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (ROWS * columns // elements, size), dtype=np.uint8)
    for at in scales:
        values = rng.uniform(-0.02, 0.02, len(blocks)).astype(np.float16)
        blocks[:, at : at + 2] = values.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(ROWS, -1)


def main() -> None:
    rng = np.random.default_rng(20240117)
    OUT.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(OUT / "gguf-types.gguf", "kindling-test")
    writer.add_uint32("test.uint32", 4294967295)
    writer.add_int32("test.int32", -7)
    writer.add_uint64("test.uint64", 2**53 + 2)
    writer.add_int64("test.int64", -5)
    writer.add_float32("test.float32", 1.5)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "größe 大小")
    writer.add_array("test.strings", ["a", "", "猫"])
    writer.add_array("test.numbers", [3, 1, 2])
    writer.add_array("comfy.gguf.orig_shape.reshaped", [2, 4, 1, 2, 2])

    tensors = {}

    def keep(name: str, kind: T, data: np.ndarray, shape: list[int]) -> None:
        expected = quants.dequantize(data, kind).astype("<f4").reshape(-1)
        tensors[name] = {"type": kind.name, "shape": shape, "float32": base64.b64encode(expected.tobytes()).decode()}

    for kind in WRITABLE:
        columns = 96
        values = rng.standard_normal((ROWS, columns)).astype(np.float32) * 0.3
        values[0, :32] = 0  # a block of zeros has the scale zero
        data = quants.quantize(values, kind)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        keep(kind.name, kind, data, [ROWS, columns])
    for kind, scales in READ_ONLY.items():
        columns = 512
        data = random_blocks(rng, kind, columns, scales)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        keep(kind.name, kind, data, [ROWS, columns])
    reshaped = rng.standard_normal((2, 16)).astype(np.float32)
    writer.add_tensor("reshaped", reshaped)
    keep("reshaped", T.F32, reshaped, [2, 4, 1, 2, 2])

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    note = {"command": "python3 models/wan/reference/gguf_fixtures.py", "python": sys.version.split()[0], "numpy": np.__version__}
    (OUT / "gguf-types.json").write_text(json.dumps({**note, "tensors": tensors}, indent=1) + "\n")


if __name__ == "__main__":
    main()
