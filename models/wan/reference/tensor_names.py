"""Names and shapes of the published models' tensors, as the reference code makes them, for test/unit.

    python models/wan/reference/tensor_names.py

The models are built on the meta device: names and shapes, no memory. Layers that repeat are stored once, with `{i}`, after
the check that they are all alike. The names in GGUF files are those of gguf-py's table for umT5, and for Wan those of the
original release, which diffusers' own converter has to turn into diffusers' names.
"""

import json
import os
import re

import gguf
import torch
from diffusers import WanTransformer3DModel
from diffusers.loaders.single_file_utils import convert_wan_transformer_to_diffusers
from transformers import UMT5Config, UMT5EncoderModel

import wan_golden

WAN = {  # the published configurations (config.json of each transformer)
    "Wan2.1-T2V-1.3B": dict(heads=12, layers=30, ffn=8960, channels=16, patch=(1, 2, 2)),
    "Wan2.2-TI2V-5B": dict(heads=24, layers=30, ffn=14336, channels=48, patch=(1, 2, 2)),
}


def wan(heads, layers, ffn, channels, patch):
    config = dict(dim=heads * 128, ffnDim=ffn, layers=layers, heads=heads, channels=channels, patch=list(patch), freqDim=256, textDim=4096, eps=1e-6)
    with torch.device("meta"):
        model = WanTransformer3DModel(patch_size=patch, num_attention_heads=heads, attention_head_dim=128, in_channels=channels, out_channels=channels,
                                      text_dim=4096, freq_dim=256, ffn_dim=ffn, num_layers=layers, cross_attn_norm=True, qk_norm="rms_norm_across_heads", eps=1e-6)
    return config, model, r"^blocks\.(\d+)\."


def umt5():
    config = dict(vocab=256384, dim=4096, ffnDim=10240, layers=24, heads=64, headDim=64, buckets=32, maxDistance=128, eps=1e-6)
    with torch.device("meta"):
        model = UMT5EncoderModel(UMT5Config(vocab_size=256384, d_model=4096, d_kv=64, d_ff=10240, num_layers=24, num_heads=64, feed_forward_proj="gated-gelu"))
    return config, model, r"^encoder\.block\.(\d+)\."


def original_wan(state):
    """The same tensors under their original names."""
    originals = {wan_golden.canonical(name): tensor for name, tensor in state.items()}
    assert len(originals) == len(state)
    shapes = lambda tensors: {name: tensor.shape for name, tensor in tensors.items()}
    assert shapes(convert_wan_transformer_to_diffusers(dict(originals))) == shapes(state)
    return originals


def gguf_umt5(state):
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.T5ENCODER, 24)
    return {names.get_name(name, try_suffixes=(".weight",)): tensor for name, tensor in state.items() if name != "encoder.embed_tokens.weight"}


def folded(state, pattern, layers):
    """[name with {i} for the layer, shape] of every tensor; tied copies (the embedding twice) once."""
    whole, of_layers, seen = [], [{} for _ in range(layers)], set()
    for name, tensor in state.items():
        if name == "encoder.embed_tokens.weight":  # the same tensor as shared.weight; files hold the latter
            continue
        assert name not in seen
        seen.add(name)
        match = re.match(pattern, name)
        if match:
            of_layers[int(match[1])][name[:match.start(1)] + "{i}" + name[match.end(1):]] = list(tensor.shape)
        else:
            whole.append([name, list(tensor.shape)])
    assert all(layer == of_layers[0] for layer in of_layers)
    return whole + [[n, s] for n, s in of_layers[0].items()]


def described(config, model, pattern):
    state = model.state_dict()
    in_gguf, blocks = (gguf_umt5, r"^enc\.blk\.(\d+)\.") if pattern.startswith("^encoder") else (original_wan, pattern)
    return {
        "config": config,
        "parameters": sum(t.numel() for t in model.parameters()),
        "tensors": folded(state, pattern, config["layers"]),
        "ggufTensors": folded(in_gguf(state), blocks, config["layers"]),
    }


if __name__ == "__main__":
    models = {name: wan(**sizes) for name, sizes in WAN.items()}
    models["umt5-xxl-encoder"] = umt5()
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../test/fixtures/golden/tensor-names.json")
    with open(path, "w") as file:
        json.dump({
            "command": "python models/wan/reference/tensor_names.py",
            "models": {name: described(*model) for name, model in models.items()},
        }, file, indent=1)
        file.write("\n")
    print({name: f"{sum(t.numel() for t in model.parameters()) / 1e9:.3f} B" for name, (_, model, _) in models.items()}, os.path.getsize(path), "bytes")
