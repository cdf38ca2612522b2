"""Golden outputs of diffusers' WanTransformer3DModel at tiny sizes, for test/parity.

    python models/wan/reference/wan_golden.py

Everything runs in float64; only the results are rounded. diffusers computes the timestep's sinusoids in float32, which at
timestep 1000 costs 1e-5: that one function is replaced by its float64 self, and the difference is checked.
"""

import diffusers
import torch
from diffusers import WanTransformer3DModel

import formula

CASES = [
    # One timestep for the whole clip; two heads; the last rows of the text are padding.
    dict(
        name="text to video",
        config=dict(dim=64, ffnDim=96, layers=2, heads=2, channels=4, patch=[1, 2, 2], freqDim=32, textDim=48, eps=1e-6),
        shape=dict(frames=3, height=6, width=10, textLength=9, times=1),
        text_rows=5,
        timesteps=[757.0],
        clean_frames=0,
    ),
    # A clean first frame at timestep 0; wider heads; sizes that the fast kernels for quantised matrices take (columns
    # divisible by 128, rows by 64, more than 32 tokens); a text shorter than any vector width.
    dict(
        name="picture to video",
        config=dict(dim=128, ffnDim=256, layers=2, heads=2, channels=6, patch=[1, 2, 2], freqDim=64, textDim=32, eps=1e-6),
        shape=dict(frames=4, height=6, width=8, textLength=3, times=2),
        text_rows=3,
        timesteps=[0.0, 522.4],
        clean_frames=1,
    ),
    # Small heads, three of them; a patch that spans frames; a single timestep again.
    dict(
        name="patches over frames",
        config=dict(dim=96, ffnDim=64, layers=2, heads=3, channels=3, patch=[2, 2, 2], freqDim=32, textDim=64, eps=1e-6),
        shape=dict(frames=4, height=6, width=2, textLength=17, times=1),
        text_rows=17,
        timesteps=[1000.0],
        clean_frames=0,
    ),
    # Channels that say where each latent is, behind the latents: diffusers' in_channels > out_channels. A token a latent.
    dict(
        name="position channels",
        config=dict(
            dim=64, ffnDim=64, layers=1, heads=2, channels=4, positionChannels=6, patch=[1, 1, 1], freqDim=32, textDim=32, eps=1e-6
        ),
        shape=dict(frames=3, height=4, width=6, textLength=4, times=1),
        text_rows=4,
        timesteps=[300.0],
        clean_frames=0,
    ),
]

NAMES = [
    ("condition_embedder.time_embedder.linear_1", "time_embedding.0"),
    ("condition_embedder.time_embedder.linear_2", "time_embedding.2"),
    ("condition_embedder.time_proj", "time_projection.1"),
    ("condition_embedder.text_embedder.linear_1", "text_embedding.0"),
    ("condition_embedder.text_embedder.linear_2", "text_embedding.2"),
    ("proj_out", "head.head"),
    ("attn1", "self_attn"),
    ("attn2", "cross_attn"),
    ("to_out.0", "o"),
    ("to_q", "q"),
    ("to_k", "k"),
    ("to_v", "v"),
    ("norm2", "norm3"),
    ("ffn.net.0.proj", "ffn.0"),
    ("ffn.net.2", "ffn.2"),
]


def canonical(name: str) -> str:
    if name == "scale_shift_table":
        return "head.modulation"
    name = name.replace("scale_shift_table", "modulation")
    for theirs, original in NAMES:
        name = name.replace(theirs, original)
    return name


class Sinusoids(torch.nn.Module):
    """diffusers' Timesteps(flip_sin_to_cos=True, downscale_freq_shift=0) in float64."""

    def __init__(self, dim: int):
        super().__init__()
        self.half = dim // 2

    def forward(self, timesteps: torch.Tensor) -> torch.Tensor:
        frequencies = 10000.0 ** (-torch.arange(self.half, dtype=torch.float64) / self.half)
        angles = timesteps.to(torch.float64)[:, None] * frequencies
        return torch.cat([angles.cos(), angles.sin()], dim=-1)


def positions(count: int, frames: int, height: int, width: int) -> torch.Tensor:
    """[1, count, T, h, w]: cos(π·n·u), n = 1 … count/3, of time, rows, columns; u = k/(T-1) in time, (i + 1/2)/n along a side."""
    axes = torch.meshgrid(
        torch.linspace(0, 1, frames, dtype=torch.float64),
        (torch.arange(height, dtype=torch.float64) + 0.5) / height,
        (torch.arange(width, dtype=torch.float64) + 0.5) / width,
        indexing="ij",
    )
    return torch.stack([torch.cos(torch.pi * n * u) for u in axes for n in range(1, count // 3 + 1)])[None]


def run(case: dict) -> dict:
    c, s = case["config"], case["shape"]
    model = WanTransformer3DModel(
        patch_size=tuple(c["patch"]),
        num_attention_heads=c["heads"],
        attention_head_dim=c["dim"] // c["heads"],
        in_channels=c["channels"] + c.get("positionChannels", 0),
        out_channels=c["channels"],
        text_dim=c["textDim"],
        freq_dim=c["freqDim"],
        ffn_dim=c["ffnDim"],
        num_layers=c["layers"],
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        eps=c["eps"],
        rope_max_seq_len=64,
    ).eval()
    formula.load(model, canonical)
    theirs = model.condition_embedder.timesteps_proj
    sinusoids = Sinusoids(c["freqDim"])
    times = torch.tensor(case["timesteps"])
    drift = (theirs(times).double() - sinusoids(times)).abs().max().item()
    assert drift < 1e-4, drift
    model.condition_embedder.timesteps_proj = sinusoids
    model.double()

    latents = formula.sample("input.latents", (1, c["channels"], s["frames"], s["height"], s["width"]))
    if "positionChannels" in c:
        where = positions(c["positionChannels"], s["frames"], s["height"], s["width"])
        latents = torch.cat([latents.double(), where], 1)
    text = formula.sample("input.text", (1, s["textLength"], c["textDim"]))
    text[:, case["text_rows"] :] = 0
    pt, py, px = c["patch"]
    per_frame = (s["height"] // py) * (s["width"] // px)
    if s["times"] == 1:
        timestep = times.double()
    else:  # one number per token: the frames of the clean prefix are at the first timestep
        frames = torch.tensor([0 if f < case["clean_frames"] else 1 for f in range(s["frames"] // pt)])
        timestep = times.double()[frames].repeat_interleave(per_frame)[None]
    states = {}
    model.blocks[0].register_forward_hook(lambda _m, _i, out: states.update(block=out))
    with torch.no_grad():
        out = model(latents.double(), timestep, text.double(), return_dict=False)[0]
    return {
        "name": case["name"],
        "config": c,
        "shape": s,
        "textRows": case["text_rows"],
        "timesteps": case["timesteps"],
        "cleanFrames": case["clean_frames"],
        "firstBlock": formula.array(states["block"]),
        "velocity": formula.array(out),
    }


if __name__ == "__main__":
    formula.write("wan.json", [run(case) for case in CASES], diffusers=diffusers.__version__)
