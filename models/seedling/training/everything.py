"""All of Seedling from nothing, stage by stage: python everything.py RUN → RUN/shipped.pt, for export.py. Eighteen hours on two cores and five minutes of a graphics card; goes on where it was stopped.

--scale .01 makes a hundredth of everything, to see that it works; --tell only says what would be done.
"""
import argparse
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
STUDENT = "--critics --batch 6 --ema .995 --pictures-until 0 --rest .5"
JUDGED = "--self-guided --learnt --critics --batch 6 --lr 6e-4 --pictures-until 0 --pictures-after .2 --rest .4"
CARD = ("--device cuda --processes 1 --threads 2 --loaders 3 --self-guided --critics --critics-learn --judged-every 2 --judged-square .4 --judged-own .3 --judged-size 12 --batch 192 --lr 1.2e-3 "
        "--ema .99 --pictures-until 0 --pictures-after .2 --rest .4")
# What makes it, and how much: shards (from, to) or minutes. In this order.
STAGES = (
    ("the codec's linear encoder", "data.py RUN --fit", None),
    ("clips of all shapes", "data.py RUN --shards", (0, 70)),
    ("square clips", "data.py RUN --shards", (20_000, 20_130)),
    ("clips that move", "data.py RUN --shards", (30_000, 30_160)),
    ("clips that move as few do", "data.py RUN --shards", (35_000, 35_060)),
    ("first frames", "data.py RUN --pictures", (0, 107)),
    ("the text encoder", "pretrain_text.py RUN", 4),
    ("the codec's decoder", "train_codec.py RUN --threads 2", 50),
    ("the transformer", "train.py RUN --name checkpoint --pictures-until .55", 400),
    ("the critic of pictures", "critic.py RUN --part looks", 16),
    ("the critic of clips", "critic.py RUN --part course", 20),
    ("a student", f"train.py RUN --name student --begin RUN/checkpoint.pt --teacher RUN/checkpoint.pt --lr 6e-4 --pictures-after .3 {STUDENT}", 77),
    ("a better teacher", "blend.py RUN", None),
    ("the student, further", f"train.py RUN --name further --begin RUN/student.pt --teacher RUN/blend.pt --lr 5e-4 --pictures-after .15 {STUDENT}", 57),
    ("a calmer student", "blend.py RUN --first further --second blend --share .3 --name calm", None),
    ("the student by itself", f"train.py RUN --name itself --begin RUN/calm.pt --self-guided --lr 8e-4 --ema .998 --pictures-until 0 --pictures-after .12 --rest .999", 20),
    ("and judged", f"train.py RUN --name judged --begin RUN/itself.pt --self-guided --judged-every 2 --lr 6e-4 --pictures-after .22 {STUDENT}", 62),
    ("a calmer one again", "blend.py RUN --first judged --second calm --share .3 --name calmer", None),
    ("judged longer", f"train.py RUN --name longer --begin RUN/calmer.pt --judged-every 3 --ema .995 {JUDGED}", 78),
    ("and longer", f"train.py RUN --name longest --begin RUN/longer.pt --judged-every 2 --ema .997 {JUDGED}", 94),
    ("and longer still", f"train.py RUN --name longer-still --begin RUN/longest.pt --judged-every 2 --ema .997 {JUDGED}", 100),
    ("the text encoder, two ways apart", "mend_text.py RUN", 11),
    ("clips of all shapes that move", "data.py RUN --shards", (40_000, 40_380)),
    ("their first frames", "data.py RUN --pictures", (1000, 1057)),
    ("all shapes, on a card", f"train.py RUN --name wide --begin RUN/longer-still.pt {CARD}" if torch.cuda.is_available() else
     f"train.py RUN --name wide --begin RUN/longer-still.pt --critics-learn --judged-square .4 --judged-every 2 --ema .997 {JUDGED}", 5 if torch.cuda.is_available() else 200),
    ("what ships", f"train.py RUN --name shipped --begin RUN/wide.pt --judged-square .6 --judged-own .4 --judged-every 2 --ema .998 {JUDGED} --critics-of wide --lr 5e-4 --rest .35", 77),
)


def arguments(command, amount, run, scale):
    """What to call, without Python itself; shards in two processes."""
    words = [word.replace("RUN", run) for word in command.split()]
    if amount is None:
        return [words]
    if isinstance(amount, tuple):
        begin, end = amount[0], amount[0] + max(1, round((amount[1] - amount[0]) * scale))
        return [[*words, str(begin + k), str(end), "--step", "2"] for k in range(min(2, end - begin))]
    minutes = amount * scale
    if words[0] != "train.py":
        return [[*words, "--minutes", f"{minutes:g}"]]
    saved = f"{run}/{words[words.index('--name') + 1]}.pt"
    elapsed = torch.load(saved, weights_only=True)["elapsed"] if os.path.exists(saved) else 0.
    until = datetime.now() + timedelta(minutes=minutes, seconds=-elapsed)
    return [[*words, "--until", until.isoformat(timespec="seconds")]]


def main(options):
    run = os.path.abspath(options.run)
    os.makedirs(run, exist_ok=True)
    done_path = f"{run}/done.txt"
    done = open(done_path, encoding="utf-8").read().splitlines() if os.path.exists(done_path) else []
    for name, command, amount in STAGES:
        if name in done:
            continue
        calls = arguments(command, amount, run, options.scale)
        print(f"{datetime.now():%H:%M} {name}", *("  python " + " ".join(call) for call in calls), sep="\n", flush=True)
        if options.tell:
            continue
        began = time.time()
        working = [subprocess.Popen([sys.executable, *call], cwd=HERE) for call in calls]
        if any([process.wait() for process in working]):
            sys.exit(f"{name}: stopped. The same command goes on from here.")
        with open(done_path, "a", encoding="utf-8") as file:
            file.write(name + "\n")
        print(f"  {(time.time() - began) / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--scale", type=float, default=1.)
    parser.add_argument("--tell", action="store_true")
    main(parser.parse_args())
