"""Prompts whose obedience is measured, and pictures to begin with: python prompts.py → ../obedience/prompts.jsonl, motions.jsonl, pictures/

Each clip is asked for twice, in English and in Chinese. A prompt says subject, colour and scene and, in turns, a motion, a camera move,
a light, or nothing more, as people do; only what it says is expected. A third of the pairs shows a colour or a place that its subject
never had in training (`unseen`).

A quarter of prompts.jsonl says a motion, which is few to tell two languages apart by. motions.jsonl is as long, and all of it says one.
"""
import gzip
import json
import os
import re
from dataclasses import asdict, replace

import numpy as np
from PIL import Image, ImageOps

from captions import CAMERA, caption_en, caption_zh, light_phrases
from data import UNSEEN_COLOURS, UNSEEN_SCENES, make_attributes, unseen
from photos import FILES, photographs
from world import Clip, render_clip, sample_attributes, sensible

SEEN, UNSEEN = 80, 40  # pairs
ALIKE = {"looks around": "still"}  # a blink or a turn of the head is some three pixels of 64: what reads clips cannot tell them apart
WAYS = {"left": r"\bleft\b|左", "right": r"\bright\b|右"}
MORE = ("motion", "camera", "light", "plain")


def sample(rng, more, new):
    """Attributes that a prompt of this kind can ask for."""
    while True:
        a = replace(sample_attributes(rng), style="picture book", rider="none", companion="none")
        if new and rng.random() < .5 and a.subject in UNSEEN_COLOURS:
            a = replace(a, colour=UNSEEN_COLOURS[a.subject])
        elif new and a.subject in UNSEEN_SCENES:
            a = replace(a, scene=UNSEEN_SCENES[a.subject])
        a = sensible(a)
        plain = a.subject not in ("none", "broom") and (more != "motion" or a.motion not in ALIKE) and (more != "light" or light_phrases(a, 0) and light_phrases(a, 1))
        if plain and unseen(a) == new and (more != "motion" or a.motion != "still" or rng.random() < .3):
            return a


def say(a, more, chinese, rng, everything=False):
    """The prompt, in one of many phrasings; with everything no word is left out that could be ("drives" instead of "drives left")."""
    def pick(options):
        if everything:
            options = [o for o in options if o] or options
        return options[int(rng.integers(len(options)))]

    said = {"colour", "scene", more}
    main = (caption_zh if chinese else caption_en)(a, lambda what, _: what in said, pick, rng)
    k = int(chinese)
    rest = {"camera": lambda: pick(CAMERA[a.camera][k]), "light": lambda: pick(light_phrases(a, k))}.get(more)
    return main + (("，" if chinese else ", ") + rest() if rest else "")


def says_where(text, a):
    """Whether a prompt of one who goes left or right says which: "it goes" could be either."""
    return a.motion not in WAYS or re.search(WAYS[a.motion], text) is not None


def prompts(seed=0, kinds=MORE, everything=False):
    rng, again = np.random.default_rng(seed), np.random.default_rng((seed, 1))  # what is said again changes nothing of the others
    for new, count in ((False, SEEN), (True, UNSEEN)):
        for i in range(count):
            more = kinds[i % len(kinds)]
            a = sample(rng, more, new)
            expect = {k: v for k, v in asdict(a).items() if k in ("subject", "colour", "scene", more)}
            for chinese in (False, True):
                text = say(a, more, chinese, rng, everything)
                while more == "motion" and not says_where(text, a):
                    text = say(a, more, chinese, again)
                yield {"text": text, "language": "zh" if chinese else "en", "seen": not new, "expect": expect}


def pictures(side=256):
    """(name, RGB [side, side, 3], prompt): drawings of the world that no clip shows, and photographs."""
    said = ("the camera is still", "the camera pans right", "the sky darkens", "the camera zooms in")
    rng = np.random.default_rng(1)
    for i in range(8):
        clip = Clip(make_attributes(rng, photo_share=0), 90_000_000 + i, side, side, 5.)
        yield f"render-{i}", render_clip(clip, side, side, [0.])[0], said[i % 4]
    for i, name in enumerate(("coffee", "chelsea", "rocket")):
        picture = Image.fromarray(photographs()[[f[1].split("/")[-1].split(".")[0] for f in FILES].index(name)][..., :3])
        yield f"photo-{name}", np.asarray(ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)), said[i]


if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../obedience")
    os.makedirs(f"{folder}/pictures", exist_ok=True)
    for name, picture, text in pictures():
        header = f"P6\n# {text}\n{picture.shape[1]} {picture.shape[0]}\n255\n".encode()
        with gzip.GzipFile(f"{folder}/pictures/{name}.ppm.gz", "wb", mtime=0) as file:
            file.write(header + picture.tobytes())
    for name, lines in (("prompts", prompts()), ("motions", prompts(1, ("motion",), True))):
        with open(f"{folder}/{name}.jsonl", "w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
