"""Final latents of diffusers' Wan pipelines at tiny size, for test/parity/pipeline-cases.ts.

    python models/wan/reference/pipeline_golden.py

The pipelines run as they are, in float32: text encoder, padding, timesteps, guidance, scheduler. Given to them are weights and
token ids by formula, and the app's own noise (seeded_noise.py). Wan was published with the schedule that
`published_sigmas` lists; diffusers' flow-match scheduler, left alone, spaces its steps differently.
"""

from types import SimpleNamespace

import diffusers
import numpy as np
import torch
import transformers
from diffusers import (
    AutoencoderKLWan,
    FlowMatchEulerDiscreteScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
)
from diffusers.models.transformers.transformer_wan import WanRotaryPosEmbed
from transformers import UMT5Config, UMT5EncoderModel

import formula
import umt5_golden
import wan_golden
from seeded_noise import gaussian_noise

TEXT = dict(vocab=100, dim=64, ffnDim=96, layers=2, heads=4, headDim=16, buckets=32, maxDistance=128, eps=1e-6)
WAN = dict(dim=128, ffnDim=192, layers=2, heads=2, channels=8, patch=[1, 2, 2], freqDim=256, textDim=64, eps=1e-6)
SIZE = dict(frames=3, height=8, width=12)
PAD_TO = 32
STRIDE, TEMPORAL = 8, 4  # of the autoencoder, as in Wan 2.1
STREAMS_PER_DRAW = 256  # as in src/engine/denoise.ts
IDS = {"prompt": [7, 23, 61, 99, 23, 4, 88, 1], "negative": [45, 3, 1]}

CASES = [
    dict(name="words, with guidance", kind="words", steps=5, shift=8.0, guidance=5.0, seed=11, per_token=False),
    dict(name="words, a timestep per token", kind="words", steps=4, shift=5.0, guidance=1.0, seed=12, per_token=True),
    dict(name="a picture, with guidance", kind="picture", steps=5, shift=5.0, guidance=3.5, seed=13, per_token=True),
    dict(name="three levels and fresh noise", kind="renoise", timesteps=[1000, 757, 522], seed=14),
]


def published_sigmas(steps: int) -> np.ndarray:
    """Wan's get_sampling_sigmas before the shift, which the scheduler applies (github.com/Wan-Video/Wan2.1, wan/utils/fm_solvers.py)."""
    return np.linspace(1, 0, steps + 1)[:steps]


class PublishedSchedule(FlowMatchEulerDiscreteScheduler):
    def set_timesteps(self, num_inference_steps=None, device=None, **_):
        super().set_timesteps(device=device, sigmas=published_sigmas(num_inference_steps))


class Tokens:
    """In the place of a tokenizer: the prompt is a name of IDS."""

    def __call__(self, prompts, max_length, **_):
        rows = [IDS[prompt] for prompt in prompts]
        return SimpleNamespace(
            input_ids=torch.tensor([ids + [0] * (max_length - len(ids)) for ids in rows]),
            attention_mask=torch.tensor([[1] * len(ids) + [0] * (max_length - len(ids)) for ids in rows]),
        )


def text_encoder(c: dict = TEXT) -> UMT5EncoderModel:
    return UMT5EncoderModel(
        UMT5Config(
            vocab_size=c["vocab"],
            d_model=c["dim"],
            d_kv=c["headDim"],
            d_ff=c["ffnDim"],
            num_layers=c["layers"],
            num_heads=c["heads"],
            relative_attention_num_buckets=c["buckets"],
            relative_attention_max_distance=c["maxDistance"],
            layer_norm_epsilon=c["eps"],
            feed_forward_proj="gated-gelu",
            dropout_rate=0.0,
            pad_token_id=0,
        )
    ).eval()


def transformer(c: dict = WAN) -> WanTransformer3DModel:
    return WanTransformer3DModel(
        patch_size=tuple(c["patch"]),
        num_attention_heads=c["heads"],
        attention_head_dim=c["dim"] // c["heads"],
        in_channels=c["channels"],
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


def autoencoder() -> AutoencoderKLWan:
    """Any weights do: the latents that it makes of the picture are part of the golden file."""
    torch.manual_seed(1)
    z = WAN["channels"]
    return AutoencoderKLWan(
        base_dim=8,
        z_dim=z,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        latents_mean=[0.1 * i - 0.3 for i in range(z)],
        latents_std=[0.05 + 0.01 * i for i in range(z)],
    ).eval()


def noise(seed: int, known: int, draw: int, size: dict = SIZE, channels: int = WAN["channels"]) -> torch.Tensor:
    shape = (1, channels, size["frames"], size["height"], size["width"])
    return torch.from_numpy(gaussian_noise(seed, known + STREAMS_PER_DRAW * draw, int(np.prod(shape)))).reshape(shape)


def few_steps(pipe: WanPipeline, timesteps: list[int], draws) -> torch.Tensor:
    """Distribution matching (arXiv:2405.14867, as FastWan samples): predict the clean latents, add fresh noise of the next level."""
    scheduler = FlowMatchEulerDiscreteScheduler(shift=1.0)
    scheduler.set_timesteps(sigmas=[t / 1000 for t in timesteps])
    prompt, _ = pipe.encode_prompt("prompt", do_classifier_free_guidance=False, max_sequence_length=PAD_TO)
    latents = draws(0)
    for i, t in enumerate(scheduler.timesteps):
        velocity = pipe.transformer(latents, t.expand(1), prompt, return_dict=False)[0]
        latents = latents - scheduler.sigmas[i] * velocity
        if i + 1 < len(timesteps):
            following = scheduler.timesteps[i + 1].expand(1)
            latents = scheduler.scale_noise(latents, following, draws(i + 1))
    return latents


def run(case: dict) -> dict:
    torch.manual_seed(0)
    encoder, model = text_encoder(), transformer()
    formula.load(encoder, umt5_golden.canonical)
    formula.load(model, wan_golden.canonical)
    parts = dict(tokenizer=Tokens(), text_encoder=encoder, transformer=model)
    size = dict(height=SIZE["height"] * STRIDE, width=SIZE["width"] * STRIDE, num_frames=(SIZE["frames"] - 1) * TEMPORAL + 1)
    result = {key: case[key] for key in ("name", "kind", "seed")} | {"config": WAN, "textConfig": TEXT, "size": SIZE, "padTo": PAD_TO, "ids": IDS}
    picture = None
    with torch.no_grad():
        if case["kind"] == "renoise":
            pipe = WanPipeline(**parts, vae=None, scheduler=PublishedSchedule())
            final = few_steps(pipe, case["timesteps"], lambda draw: noise(case["seed"], 0, draw))
            return result | {"timesteps": case["timesteps"], "latents": formula.array(final)}
        common = dict(
            prompt="prompt",
            negative_prompt="negative",
            num_inference_steps=case["steps"],
            guidance_scale=case["guidance"],
            max_sequence_length=PAD_TO,
            output_type="latent",
            return_dict=False,
            **size,
        )
        scheduler = PublishedSchedule(shift=case["shift"])
        if case["kind"] == "words":
            pipe = WanPipeline(**parts, vae=None, scheduler=scheduler, expand_timesteps=case["per_token"])
            pipe.set_progress_bar_config(disable=True)
            final = pipe(**common, latents=noise(case["seed"], 0, 0))[0]
        else:
            pipe = WanImageToVideoPipeline(**parts, vae=autoencoder(), scheduler=scheduler, expand_timesteps=case["per_token"])
            pipe.set_progress_bar_config(disable=True)
            pixels = formula.sample("input.picture", (1, 3, size["height"], size["width"]))
            final = pipe(**common, image=(pixels + 1) / 2, latents=noise(case["seed"], 1, 0))[0]
            picture = formula.array(final[:, :, :1])  # it ends with the condition in its place
    return result | {"steps": case["steps"], "shift": case["shift"], "guidance": case["guidance"], "picture": picture, "latents": formula.array(final)}


def schedules() -> list[dict]:
    """The noise levels of diffusers' scheduler for Wan's published spacing."""
    out = []
    for steps, shift in [(4, 3.0), (10, 5.0), (25, 8.0), (50, 5.0), (40, 12.0)]:
        scheduler = PublishedSchedule(shift=shift)
        scheduler.set_timesteps(steps)
        out.append({"steps": steps, "shift": shift, "sigmas": scheduler.sigmas.tolist()})
    return out


def rotary() -> dict:
    """Rotary angles of a head of 128 over 5 seconds at 832 × 480, Wan 2.1: every 211th token, cosine and sine of each pair."""
    grid = (21, 30, 52)
    embed = WanRotaryPosEmbed(128, (1, 2, 2), 1024)
    cos, sin = embed(torch.empty(1, 16, grid[0], grid[1] * 2, grid[2] * 2, device="meta"))
    every = 211
    return {
        "headDim": 128,
        "patch": [1, 2, 2],
        "frames": grid[0],
        "height": 2 * grid[1],
        "width": 2 * grid[2],
        "every": every,
        "cos": formula.array(cos[0, ::every, 0, ::2]),
        "sin": formula.array(sin[0, ::every, 0, ::2]),
    }


if __name__ == "__main__":
    libraries = dict(diffusers=diffusers.__version__, transformers=transformers.__version__)
    formula.write("pipeline.json", [run(case) for case in CASES], **libraries)
    formula.write("schedules.json", schedules(), diffusers=diffusers.__version__)
    formula.write("rotary.json", [rotary()], diffusers=diffusers.__version__)
