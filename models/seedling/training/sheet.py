"""Contact sheets: rows of clips, for looking at."""
import sys

import numpy as np
from PIL import Image

from world import SUBJECTS, SCENES, LIGHTS, CAMERAS, MOTIONS, COLOURS, Attributes, render, sample_attributes


def sheet(rows, path, gap=4):
    """Saves clips (each [F, H, W, 3] uint8, same number of frames) as rows of a PNG."""
    width = max(sum(f.shape[1] + gap for f in row) for row in rows)
    lines = []
    for row in rows:
        line = np.concatenate([np.pad(f, ((0, gap), (0, gap), (0, 0)), constant_values=255) for f in row], 1)
        lines.append(np.pad(line, ((0, 0), (0, width - line.shape[1]), (0, 0)), constant_values=255))
    Image.fromarray(np.concatenate(lines)).save(path)


if __name__ == "__main__":
    out, size = sys.argv[1], int(sys.argv[2])
    rng = np.random.default_rng(3)
    rows = []
    for i in range(12):
        a = sample_attributes(rng)
        rows.append(render(a, i, size * 7 // 4 if i % 2 else size, size, np.linspace(0, 5, 6), 5.))
        print(i, a)
    sheet(rows, out)
