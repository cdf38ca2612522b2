"""Writes the shipped files: python export.py RUN --name shipped [--weights ../weights] (transformer, text: EMA; codec)."""
import argparse
import datetime
import hashlib
import json
import os

import gguf
import numpy as np
import torch

from codec import CHANNELS, FRAMES_IN, FRAMES_OUT, STRIDE
from data import BUCKETS, FPS
from model import EPS, PATCH, ROPE_THETA, TEXT, TEXT_BLOCK, TRANSFORMER

VERSION = "0.11.0"
DEFAULTS = {"steps": 8, "guidance": 1.0, "shift": 3.0}
Q8, F16, F32 = gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.F16, gguf.GGMLQuantizationType.F32


def write(path, architecture, name, tensors, metadata=None):
    """tensors: {name: (array, type)}; metadata(writer) adds keys."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(name)
    writer.add_author("The Kindling project")
    writer.add_license("Apache-2.0")
    if metadata:
        metadata(writer)
    for key, (array, kind) in tensors.items():
        array = np.ascontiguousarray(array, np.float32)
        if kind == Q8:
            writer.add_tensor(key, gguf.quants.quantize(array, Q8), raw_dtype=Q8)
        else:
            writer.add_tensor(key, array.astype(np.float16 if kind == F16 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def transformer_type(name):
    if name.endswith("bias") or "norm" in name or "modulation" in name:
        return F32
    return Q8 if name.startswith("blocks.") else F16


def text_type(name):
    return F32 if "norm" in name else F16 if "rel_b" in name else Q8


def split(state, prefix):
    return {k[len(prefix):]: v.float().numpy() for k, v in state.items() if k.startswith(prefix)}


def export_transformer(state, path):
    shape = state["transformer.patch_embedding.weight"].shape
    tensors = {k: (v, transformer_type(k)) for k, v in split(state, "transformer.").items()}
    patch, kind = tensors["patch_embedding.weight"]
    tensors["patch_embedding.weight"] = (patch.reshape(patch.shape[0], -1), kind)

    def wan(writer):
        writer.add_array("comfy.gguf.orig_shape.patch_embedding.weight", [int(n) for n in shape])
    write(path, "wan", "Seedling transformer", tensors, wan)


def export_models(state, weights):
    export_transformer(state, f"{weights}/seedling-transformer-q8_0.gguf")

    def t5(writer):
        writer.add_context_length(512)
        writer.add_embedding_length(TEXT["d_model"])
        writer.add_block_count(TEXT["layers"])
        writer.add_feed_forward_length(TEXT["d_ff"])
        writer.add_head_count(TEXT["heads"])
        writer.add_key_length(TEXT["d_kv"])
        writer.add_value_length(TEXT["d_kv"])
        writer.add_layer_norm_rms_eps(EPS)
        writer.add_relative_attn_buckets_count(TEXT["buckets"])
        writer.add_vocab_size(TEXT["vocab"])
    text = {k if k.startswith("token_embd") else f"enc.{k}": (v, text_type(k)) for k, v in split(state, "text.").items()}
    write(f"{weights}/seedling-text-q8_0.gguf", "t5encoder", "Seedling text encoder", text, t5)


def export_codec(state, weights):
    tensors = {k: (v.float().numpy(), F32 if k.endswith("bias") else F16) for k, v in state.items()}
    write(f"{weights}/seedling-codec-f16.gguf", "kindling-codec", "Seedling codec", tensors)


def manifest(weights, steps, draws):
    names = ("seedling-transformer-q8_0.gguf", "seedling-text-q8_0.gguf", "seedling-codec-f16.gguf", "tokenizer.json")
    files = {}
    for n in names:
        with open(f"{weights}/{n}", "rb") as file:
            data = file.read()
        files[n] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return {
        "name": "Seedling", "version": VERSION, "date": datetime.date.today().isoformat(), "license": "Apache-2.0",
        "files": files, "training": {"steps": steps, "draws": draws}, "defaults": DEFAULTS, "firstFrameFirst": True,
        "transformer": {"dim": TRANSFORMER["dim"], "ffnDim": TRANSFORMER["ffn_dim"], "layers": TRANSFORMER["layers"],
                        "heads": TRANSFORMER["heads"], "headDim": TRANSFORMER["dim"] // TRANSFORMER["heads"], "inChannels": CHANNELS + TRANSFORMER["position_channels"], "outChannels": CHANNELS,
                        "patch": list(PATCH), "freqDim": TRANSFORMER["freq_dim"], "textDim": TRANSFORMER["text_dim"], "eps": EPS, "ropeTheta": ROPE_THETA,
                        "timestep": "per-token"},
        "text": {"vocab": TEXT["vocab"], "dModel": TEXT["d_model"], "heads": TEXT["heads"], "headDim": TEXT["d_kv"], "dFf": TEXT["d_ff"],
                 "layers": TEXT["layers"], "buckets": TEXT["buckets"], "maxDistance": TEXT["max_distance"], "eps": EPS, "padTo": TEXT_BLOCK,
                 "padId": 0, "endId": 1, "lowerCase": True},
        "codec": {"channels": CHANNELS, "stride": STRIDE, "framesIn": FRAMES_IN, "framesOut": FRAMES_OUT, "upscale": 4, "baseFps": FPS, "fps": 30,
                  "trunk": 128, "stage1": 48, "stage2": 32, "stage3": 16},
        "buckets": {k: list(v) for k, v in BUCKETS.items()}, "latentFrames": [5, 7, 11],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--name", default="checkpoint")
    parser.add_argument("--steps", type=int, default=DEFAULTS["steps"], help="what the app uses by itself")
    parser.add_argument("--guidance", type=float, default=DEFAULTS["guidance"], help="the same; 1 for a student of train.py --teacher")
    parser.add_argument("--transformer", metavar="FILE", help="write nothing but the transformer, there: what a student was taught by, for comparisons")
    parser.add_argument("--weights", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../weights"))
    options = parser.parse_args()
    saved = torch.load(f"{options.run}/{options.name}.pt", weights_only=True)
    if options.transformer:
        export_transformer(saved["ema"], options.transformer)
        raise SystemExit
    export_models(saved["ema"], options.weights)
    export_codec(torch.load(f"{options.run}/codec.pt", weights_only=True)["model"], options.weights)
    facts = manifest(options.weights, saved["steps"], saved["draws"])
    facts["defaults"] |= {"steps": options.steps, "guidance": options.guidance}
    with open(f"{options.weights}/seedling.json", "w") as file:
        json.dump(facts, file, indent=2)
        file.write("\n")
    print(facts["files"], sum(f["bytes"] for f in facts["files"].values()), "bytes")
