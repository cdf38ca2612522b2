"""Weights between those of two checkpoints: python blend.py RUN --first checkpoint --second student --share .35 --name blend → RUN/blend.pt

A student that critics have judged draws what it is told, and forgets some of what its teacher knew about clips; on the way between them most of both is
found (WiSE-FT, arXiv:2109.01903).
"""
import argparse

import torch


def blend(first, second, share):
    """States of the same names: first + share · (second − first); what is the same in both stays bit for bit."""
    return {n: p.lerp(second[n], share) for n, p in first.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--first", default="checkpoint")
    parser.add_argument("--second", default="student")
    parser.add_argument("--share", type=float, default=.35)
    parser.add_argument("--name", default="blend")
    options = parser.parse_args()
    first, second = (torch.load(f"{options.run}/{name}.pt", weights_only=True) for name in (options.first, options.second))
    state = blend(first["ema"], second["ema"], options.share)
    torch.save({"model": state, "ema": state, "steps": first["steps"] + second["steps"], "draws": first["draws"] + second["draws"], "elapsed": 0.}, f"{options.run}/{options.name}.pt")
