"""The contact sheets of the model card: python card.py RUN [--out ..]

card-words.png: one seed, one thing changed from row to row. card-pictures.png: clips that begin with a picture.
"""
import argparse
import os

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer

from codec import CHANNELS, load_codec
from data import BUCKETS, FPS
from export import DEFAULTS
from photos import photographs
from sample import generate, load
from sheet import sheet
from world import Attributes, Clip, render_clip

WORDS = (
    "a red car drives right in the city", "a blue car drives right in the city",  # colour
    "an orange cat in a snowy forest", "an orange cat on the beach", "an orange cat in space",  # scene
    "a purple castle in the meadow, the sun sets", "a purple castle in the meadow, fog rises", "a purple castle in the meadow, the sky darkens",
    "a purple castle in the meadow, it is raining",  # light
    "a green tree in the desert, the camera is still", "a green tree in the desert, the camera zooms in", "a green tree in the desert, the camera pans right",  # camera
    "a white rocket rises in space", "a yellow bird flies left over the ocean",  # motion
    "一只橙色的猫在雪林里，太阳落山，镜头推近", "一辆红色的汽车在城市里向左开",  # Chinese
)
PICTURES = (("the sky darkens", 0), ("snow falls, the camera zooms in", 1), ("the camera pans right", None))
SEED, FRAMES = 7, 6


def small(frames, times):
    picks = [frames[min(len(frames) - 1, round(t * 30))] for t in times]
    return np.stack([np.asarray(Image.fromarray((f.numpy() * 255).astype(np.uint8)).resize((f.shape[1] // 2, f.shape[0] // 2), Image.Resampling.BOX)) for f in picks])


def first_frames(width, height):
    """Two photographs that Seedling has seen cropped and recoloured, and a drawing of its own world that it has not; [H, W, 3] uint8."""
    pictures = photographs()
    for source, _ in ((pictures[2], 0), (pictures[6], 1)):
        image = Image.fromarray(source).convert("RGB")
        scale = max(width / image.width, height / image.height)
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BOX)
        x, y = (image.width - width) // 2, (image.height - height) // 2
        yield np.asarray(image.crop((x, y, x + width, y + height)))
    clip = Clip(Attributes("rabbit", "pink", "beach", "still", "still", "day"), 77_000_001, width, height, 5.)
    yield render_clip(clip, width, height, [0.])[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--name", default="checkpoint")
    parser.add_argument("--out", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    options = parser.parse_args()
    model, steps = load(options.run, options.name)
    codec = load_codec(f"{options.run}/codec.pt")
    tokenizer = Tokenizer.from_file(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../weights/tokenizer.json"))
    width, height = BUCKETS["16:9"]
    shape, times = (CHANNELS, 11, height // 8, width // 8), np.linspace(0, 5, FRAMES)

    def clips(prompts, start=None):
        # One noise for all rows of a sheet: what differs is what the words changed.
        rows = []
        for i, prompt in enumerate(prompts):
            z = generate(model, tokenizer, [prompt], shape, **DEFAULTS, seed=SEED, start=None if start is None else start[i:i + 1])
            with torch.no_grad():
                rows.append(small(codec.decode(z[0]), times))
        return rows

    sheet(clips(WORDS), os.path.join(options.out, "card-words.png"))
    with torch.no_grad():
        start = torch.stack([codec.encode(x[None]) for x in first_frames(width, height)])
    sheet(clips([p for p, _ in PICTURES], start), os.path.join(options.out, "card-pictures.png"))
    print("step", steps, *WORDS, *[p for p, _ in PICTURES], sep="\n")
