"""Goes on from exported weights: python begin.py RUN [--weights ../weights] [--transformer FILE] → RUN/codec.pt, text.pt, checkpoint.pt (without optimiser), tokenizer.json, reader-*.pt

What 8 bits leave out of a matrix is far less than an hour of training moves it. What a linear codec's mean is outside of what it
sees cannot be read back; only quick looks use it.
"""
import argparse
import os
import shutil

import gguf
import numpy as np
import onnx
import torch

from codec import Codec
from model import Seedling
from reader import Course, Looks


def read_weights(path):
    """Tensors by name, f32."""
    return {t.name: torch.from_numpy(np.array(gguf.quants.dequantize(t.data, t.tensor_type), np.float32).reshape([int(n) for n in t.shape[::-1]]))
            for t in gguf.GGUFReader(path).tensors}


def read_models(weights, transformer=None):
    """State of `Seedling()` from a folder of exported files; with another transformer than is there."""
    state = {f"transformer.{n}": t for n, t in read_weights(transformer or f"{weights}/seedling-transformer-q8_0.gguf").items()}
    state |= {f"text.{n.removeprefix('enc.')}": t for n, t in read_weights(f"{weights}/seedling-text-q8_0.gguf").items()}
    return {n: state[n].reshape(p.shape) for n, p in Seedling().state_dict().items()}


def read_codec(weights):
    """What `load_codec` reads."""
    state = read_weights(f"{weights}/seedling-codec-f16.gguf")
    codec = Codec(channels=len(state["encoder.bias"]))
    codec.load_state_dict(state)
    weight = state["encoder.weight"].flatten(1)
    return {"model": codec.state_dict(), "mean": torch.linalg.pinv(weight) @ -state["encoder.bias"]}


def read_reader(path):
    """State of `Looks()` and `Course()` from the exported graph."""
    values = {t.name.removesuffix(".f16"): torch.from_numpy(np.array(onnx.numpy_helper.to_array(t), np.float32)) for t in onnx.load(path).graph.initializer}
    return {part: {n: values[f"{part}.{n}"] for n in network.state_dict()} for part, network in (("looks", Looks()), ("course", Course()))}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--weights", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../weights"))
    parser.add_argument("--transformer")
    options = parser.parse_args()
    os.makedirs(options.run, exist_ok=True)
    state = read_models(options.weights, options.transformer)
    torch.save(read_codec(options.weights), f"{options.run}/codec.pt")
    torch.save({n.removeprefix("text."): t for n, t in state.items() if n.startswith("text.")}, f"{options.run}/text.pt")
    torch.save({"model": state, "ema": state, "steps": 0, "draws": 0, "elapsed": 0.}, f"{options.run}/checkpoint.pt")
    for part, trained in read_reader(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../obedience/reader.onnx")).items():
        torch.save(trained, f"{options.run}/reader-{part}.pt")
    shutil.copy(f"{options.weights}/tokenizer.json", f"{options.run}/tokenizer.json")
