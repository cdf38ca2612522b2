"""Golden outputs of two layers of the published models at their full width, for test/parity/full-width-cases.ts.

    python models/wan/reference/full_width_golden.py

Needs 6 GB of memory and some minutes. Weights by formula, everything in float64, as in wan_golden.py and umt5_golden.py. Of
each output a sample of its numbers is kept, and the norm of the whole.
"""

import gc

import diffusers
import torch
import transformers
from diffusers import WanTransformer3DModel
from transformers import UMT5Config, UMT5EncoderModel

import formula
import umt5_golden
import wan_golden

LAYERS = 2
SAMPLED = 4096
WAN = [
    # 300 tokens; one timestep a clip. The text is padded to 512 rows, as for the published checkpoints.
    dict(
        name="Wan 2.1 T2V 1.3B, two layers",
        config=dict(dim=1536, ffnDim=8960, heads=12, channels=16),
        size=dict(frames=3, height=20, width=20),
        sigma=0.875,
        clean_frames=0,
    ),
    # 288 tokens, a clean first frame: a timestep of its own for each token.
    dict(
        name="Wan 2.2 TI2V 5B, two layers",
        config=dict(dim=3072, ffnDim=14336, heads=24, channels=48),
        size=dict(frames=3, height=16, width=24),
        sigma=0.757,
        clean_frames=1,
    ),
]
TEXT_LENGTH, TEXT_ROWS = 512, 37
UMT5 = dict(vocab=512, dim=4096, ffnDim=10240, layers=LAYERS, heads=64, headDim=64, buckets=32, maxDistance=128, eps=1e-6)
TOKENS = 200


def sampled(tensor: torch.Tensor) -> dict:
    """Numbers spread evenly over the whole, by a step that is odd, so that no axis is met at one place only; and the norm."""
    flat = tensor.detach().double().flatten()
    step = max(1, flat.numel() // SAMPLED) | 1
    return {
        "shape": list(tensor.shape),
        "step": step,
        "values": formula.array(flat[::step])["data"],
        "norm": flat.norm().item(),
    }


def run_wan(case: dict) -> dict:
    c, s = case["config"], case["size"]
    model = WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=c["heads"],
        attention_head_dim=c["dim"] // c["heads"],
        in_channels=c["channels"],
        out_channels=c["channels"],
        text_dim=UMT5["dim"],
        freq_dim=256,
        ffn_dim=c["ffnDim"],
        num_layers=LAYERS,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        eps=1e-6,
        rope_max_seq_len=64,
    ).eval()
    formula.load(model, wan_golden.canonical)
    model.condition_embedder.timesteps_proj = wan_golden.Sinusoids(256)
    model.double()
    latents = formula.sample("input.latents", (1, c["channels"], s["frames"], s["height"], s["width"]))
    text = formula.sample("input.text", (1, TEXT_LENGTH, UMT5["dim"]))
    text[:, TEXT_ROWS:] = 0
    timestep = torch.tensor([1000 * case["sigma"]], dtype=torch.float64)
    if case["clean_frames"]:
        per_frame = s["height"] // 2 * (s["width"] // 2)
        moving = torch.tensor([f >= case["clean_frames"] for f in range(s["frames"])])
        timestep = (timestep * moving).repeat_interleave(per_frame)[None]
    with torch.no_grad():
        velocity = model(latents.double(), timestep, text.double(), return_dict=False)[0]
    return {
        "name": case["name"],
        "config": dict(layers=LAYERS, patch=[1, 2, 2], freqDim=256, textDim=UMT5["dim"], eps=1e-6, **c),
        "size": s,
        "textLength": TEXT_LENGTH,
        "textRows": TEXT_ROWS,
        "sigma": case["sigma"],
        "cleanFrames": case["clean_frames"],
        "velocity": sampled(velocity),
    }


def run_umt5() -> dict:
    c = UMT5
    model = UMT5EncoderModel(
        UMT5Config(
            vocab_size=c["vocab"],  # the published one has 256,384 rows, of which a prompt reads a few
            d_model=c["dim"],
            d_kv=c["headDim"],
            d_ff=c["ffnDim"],
            num_layers=LAYERS,
            num_heads=c["heads"],
            relative_attention_num_buckets=c["buckets"],
            relative_attention_max_distance=c["maxDistance"],
            layer_norm_epsilon=c["eps"],
            feed_forward_proj="gated-gelu",
            dropout_rate=0.0,
            pad_token_id=0,
        )
    ).eval()
    formula.load(model, umt5_golden.canonical)
    model.double()
    numbers = formula.uniform("input.ids", (TOKENS,))
    ids = [1 + int((x + 1) / 2 * (c["vocab"] - 1)) for x in numbers]
    padding = 56
    with torch.no_grad():
        out = model(
            input_ids=torch.tensor([ids + [0] * padding]), attention_mask=torch.tensor([[1] * TOKENS + [0] * padding])
        ).last_hidden_state
    return {"name": "umT5-XXL, two layers", "config": c, "ids": ids, "text": sampled(out[:, :TOKENS])}


if __name__ == "__main__":
    text = run_umt5()
    gc.collect()
    wan = []
    for case in WAN:
        wan.append(run_wan(case))
        gc.collect()
    formula.write("full-width-wan.json", wan, diffusers=diffusers.__version__)
    formula.write("full-width-umt5.json", [text], transformers=transformers.__version__)
