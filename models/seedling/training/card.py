"""The contact sheets of the model card, made by the app itself: python card.py [--steps 10] [--guidance 3]

card-words.png: one seed, one thing changed from row to row. card-pictures.png: clips that begin with a picture.
Runs `npm run generate` for every row (under twenty seconds each), so the sheets show what a visitor gets: 8-bit weights, the
app's own noise, the encoder's losses. Needs Node, the repository's packages and ffmpeg.
"""
import argparse
import os
import subprocess
import tempfile

import numpy as np
from PIL import Image

from photos import photographs
from sheet import sheet
from world import Attributes, Clip, render_clip

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../../..")
WORDS = (
    "a red car drives right in the city", "a blue car drives right in the city",  # colour
    "an orange cat in a snowy forest", "an orange cat on the beach",  # scene
    "a purple castle in the meadow, the sun sets", "a purple castle in the meadow, fog rises", "a purple castle in the meadow, the sky darkens",  # light
    "a green tree in the desert, the camera is still", "a green tree in the desert, the camera zooms in", "a green tree in the desert, the camera pans right",  # camera
    "a white rocket rises in space", "a yellow bus drives left in the snow",  # motion
    "an orange cat drives a red sports car through the city", "a caped hero on a broom flies past the moon at night",  # two at once
    "一只橙色的猫在雪林里，太阳落山，镜头推近", "一辆红色的汽车在城市里向左开",  # Chinese
)
PICTURES = ("the sky darkens", "snow falls, the camera zooms in", "the camera pans right")
SEED, FRAMES, HEIGHT = 7, 6, 128


def first_frames(width, height):
    """Two photographs that Seedling has seen cropped and recoloured, and a drawing of its own world that it has not; [H, W, 3] uint8."""
    pictures = photographs()
    for source in (pictures[2], pictures[6]):
        image = Image.fromarray(source).convert("RGB")
        scale = max(width / image.width, height / image.height)
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BOX)
        x, y = (image.width - width) // 2, (image.height - height) // 2
        yield np.asarray(image.crop((x, y, x + width, y + height)))
    clip = Clip(Attributes("rabbit", "pink", "beach", "still", "still", "day"), 77_000_001, width, height, 5.)
    yield render_clip(clip, width, height, [0.])[0]


def clip_of(folder, prompt, *options):
    """Makes a clip with the app: [FRAMES, H, W, 3] uint8, evenly over its five seconds."""
    path = os.path.join(folder, "clip.mp4")
    subprocess.run(["npm", "run", "--silent", "generate", "--", "--prompt", prompt, "--seed", str(SEED), "--device", "wasm", "--out", path, *options],
                   cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-vf", f"scale=-2:{HEIGHT}:flags=area", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                         check=True, capture_output=True).stdout
    os.remove(path)
    frames = np.frombuffer(raw, np.uint8).reshape(150, HEIGHT, -1, 3)
    print(prompt, flush=True)
    return frames[np.linspace(0, 149, FRAMES).round().astype(int)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default=os.path.join(HERE, ".."))
    parser.add_argument("--steps")
    parser.add_argument("--guidance")
    options = parser.parse_args()
    chosen = [x for name in ("steps", "guidance") if getattr(options, name) for x in (f"--{name}", getattr(options, name))]
    with tempfile.TemporaryDirectory() as folder:
        sheet([clip_of(folder, prompt, *chosen) for prompt in WORDS], os.path.join(options.out, "card-words.png"))
        rows = []
        for prompt, picture in zip(PICTURES, first_frames(448, 252)):
            path = os.path.join(folder, "picture.png")
            Image.fromarray(picture).save(path)
            rows.append(clip_of(folder, prompt, "--image", path, *chosen))
        sheet(rows, os.path.join(options.out, "card-pictures.png"))
