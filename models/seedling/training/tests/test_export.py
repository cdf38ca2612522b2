import gguf
import numpy as np
import torch


def read(path):
    reader = gguf.GGUFReader(path)
    tensors = {}
    for t in reader.tensors:
        tensors[t.name] = (gguf.quants.dequantize(t.data, t.tensor_type).reshape([int(n) for n in t.shape[::-1]]), t.tensor_type.name)
    return reader, tensors


def test_files_hold_the_checkpoint_within_quantisation(exported):
    model, codec, folder = exported
    reader, tensors = read(folder / "seedling-transformer-q8_0.gguf")
    want = {k[12:]: v for k, v in model.state_dict().items() if k.startswith("transformer.")}
    assert set(tensors) == set(want)
    for name, value in want.items():
        got, kind = tensors[name]
        tolerance = {"Q8_0": 1 / 127, "F16": 1e-3, "F32": 0}[kind] * float(value.abs().max())
        assert np.abs(got.reshape(value.shape) - value.numpy()).max() <= tolerance, name
    assert tensors["blocks.0.self_attn.q.weight"][1] == "Q8_0" and tensors["patch_embedding.weight"][0].shape == (256, 57)
    shape = reader.get_field("comfy.gguf.orig_shape.patch_embedding.weight")
    assert [int(shape.parts[i][0]) for i in shape.data] == [256, 57, 1, 1, 1]
    _, text = read(folder / "seedling-text-q8_0.gguf")
    assert text["enc.blk.3.attn_rel_b.weight"][0].shape == (32, 4) and text["token_embd.weight"][1] == "Q8_0"
    _, parts = read(folder / "seedling-codec-f16.gguf")
    assert parts["encoder.weight"][0].shape == (48, 12, 8, 8) and parts["decoder.expand.weight"][0].shape == (15 * 48 * 4, 128, 1, 1)
    for name, value in codec.state_dict().items():
        assert np.abs(parts[name][0] - value.numpy()).max() <= 1e-3 * float(value.abs().max())
