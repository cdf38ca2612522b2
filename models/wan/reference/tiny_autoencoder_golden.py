"""Golden outputs of the tiny autoencoders (TAEHV, github.com/madebyollin/taehv, MIT) at tiny sizes, for test/parity.

    python models/wan/reference/tiny_autoencoder_golden.py

The network is written down here anew from its published description and state-dict names, all frames at once: a clip is
[T, C, H, W], and a memory block sees each frame beside the one before it. The app runs it a latent frame at a time.
"""

import torch
import torch.nn.functional as F

import formula

BLOCKS = 3
CASES = [
    # Like taew2_1: four pictures a latent frame, no patches; all widths differ.
    dict(
        name="16-channel layout",
        config=dict(channels=4, patch=1, width=6, pools=[2, 2, 1], widths=[12, 8, 6], grows=[1, 2, 2], lastWidth=5),
        latents=(3, 2, 3),
        frames=(8, 16, 24),
    ),
    # Like taew2_2: 2 × 2 patches.
    dict(
        name="patched layout",
        config=dict(channels=6, patch=2, width=4, pools=[2, 2, 1], widths=[8, 8, 4], grows=[1, 2, 2], lastWidth=8),
        latents=(2, 3, 2),
        frames=(4, 32, 16),
    ),
]


def w(name, *shape):
    return formula.weight(f"{name}.weight", shape).double()


def conv(x, name, n, bias=True, **how):
    c = x.shape[1]
    b = formula.weight(f"{name}.bias", (n,)).double() if bias else None
    return F.conv2d(x, w(name, n, c, 3, 3), b, padding=1, **how)


def block(x, name):
    n = x.shape[1]
    past = torch.cat([torch.zeros_like(x[:1]), x[:-1]])
    y = torch.cat([x, past], 1)
    for i in (0, 2, 4):
        y = conv(y, f"{name}.conv.{i}", n)
        y = F.relu(y) if i < 4 else y
    return F.relu(y + x)


def decode(config, x):
    x = 3 * torch.tanh(x / 3)
    x = F.relu(conv(x, "decoder.1", config["widths"][0]))
    layer = 3
    after = config["widths"][1:] + [config["lastWidth"]]
    for grow, width in zip(config["grows"], after):
        for k in range(BLOCKS):
            x = block(x, f"decoder.{layer + k}")
        x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        t, c, height, width_ = x.shape
        x = F.conv2d(x, w(f"decoder.{layer + BLOCKS + 1}.conv", c * grow, c, 1, 1)).reshape(t * grow, c, height, width_)
        x = conv(x, f"decoder.{layer + BLOCKS + 2}", width, bias=False)
        layer += BLOCKS + 3
    x = conv(F.relu(x), f"decoder.{layer + 1}", 3 * config["patch"] ** 2)
    return F.pixel_shuffle(x, config["patch"]).clamp(0, 1)


def encode(config, x):
    x = F.pixel_unshuffle(x, config["patch"])
    x = F.relu(conv(x, "encoder.0", config["width"]))
    layer = 2
    for pool in config["pools"]:
        t, c, height, width = x.shape
        x = F.conv2d(x.reshape(t // pool, c * pool, height, width), w(f"encoder.{layer}.conv", c, c * pool, 1, 1))
        x = conv(x, f"encoder.{layer + 1}", c, bias=False, stride=2)
        for k in range(BLOCKS):
            x = block(x, f"encoder.{layer + 2 + k}")
        layer += BLOCKS + 2
    return conv(x, f"encoder.{layer}", config["channels"])


def run(case):
    config = case["config"]
    t, h, width = case["latents"]
    latents = 3 * formula.sample("input.latents", (t, config["channels"], h, width)).double()
    frames, height, across = case["frames"]
    pixels = (formula.sample("input.pixels", (frames, 3, height, across)).double() + 1) / 2
    return dict(
        name=case["name"],
        config=config,
        latents=list(latents.shape),
        pixels=list(pixels.shape),
        decoded=formula.array(decode(config, latents)),
        encoded=formula.array(encode(config, pixels)),
    )


if __name__ == "__main__":
    formula.write("tiny-autoencoder.json", [run(case) for case in CASES])
