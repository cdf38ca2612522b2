"""Golden outputs of transformers' UMT5EncoderModel at tiny sizes, for test/parity.

    python models/wan/reference/umt5_golden.py

Prompts are padded and masked, as Wan's own pipeline does; only the rows of real tokens are kept. What is written is what an
encoder that never sees the padding has to give.
"""

import re

import torch
import transformers
from transformers import UMT5Config, UMT5EncoderModel
from transformers.models.umt5.modeling_umt5 import UMT5Attention

import formula

CASES = [
    # heads · headDim (96) is not dim (64); a little padding.
    dict(
        name="short prompt",
        config=dict(
            vocab=50, dim=64, ffnDim=128, layers=3, heads=6, headDim=16, buckets=32, maxDistance=128, eps=1e-6
        ),
        length=21,
        padded=32,
    ),
    # Farther apart than the last bucket's distance.
    dict(
        name="long prompt",
        config=dict(
            vocab=40, dim=32, ffnDim=64, layers=2, heads=2, headDim=32, buckets=32, maxDistance=128, eps=1e-6
        ),
        length=190,
        padded=256,
    ),
    dict(
        name="one token",
        config=dict(
            vocab=16, dim=32, ffnDim=32, layers=2, heads=4, headDim=8, buckets=32, maxDistance=128, eps=1e-6
        ),
        length=1,
        padded=8,
    ),
]

NAMES = {
    "layer.0.SelfAttention.relative_attention_bias": "attn_rel_b",
    "layer.0.SelfAttention.q": "attn_q",
    "layer.0.SelfAttention.k": "attn_k",
    "layer.0.SelfAttention.v": "attn_v",
    "layer.0.SelfAttention.o": "attn_o",
    "layer.0.layer_norm": "attn_norm",
    "layer.1.DenseReluDense.wi_0": "ffn_gate",
    "layer.1.DenseReluDense.wi_1": "ffn_up",
    "layer.1.DenseReluDense.wo": "ffn_down",
    "layer.1.layer_norm": "ffn_norm",
}


def canonical(name: str) -> str:
    if name in ("shared.weight", "encoder.embed_tokens.weight"):
        return "token_embd.weight"
    if name == "encoder.final_layer_norm.weight":
        return "enc.output_norm.weight"
    layer, rest = re.fullmatch(r"encoder\.block\.(\d+)\.(.*)\.weight", name).groups()
    return f"enc.blk.{layer}.{NAMES[rest]}.weight"


def run(case: dict) -> dict:
    c = case["config"]
    model = UMT5EncoderModel(
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
    formula.load(model, canonical)
    model.double()
    # Ids from the formula, 1 … vocab − 1; 0 is padding.
    numbers = formula.uniform("input.ids", (case["length"],))
    ids = [1 + int((x + 1) / 2 * (c["vocab"] - 1)) for x in numbers]
    padding = case["padded"] - case["length"]
    with torch.no_grad():
        out = model(
            input_ids=torch.tensor([ids + [0] * padding]),
            attention_mask=torch.tensor([[1] * len(ids) + [0] * padding]),
        ).last_hidden_state
    return {
        "name": case["name"],
        "config": c,
        "ids": ids,
        "padded": case["padded"],
        "text": formula.array(out[:, : case["length"]]),
    }


def buckets() -> dict:
    """The bucket of every distance from -300 to 300, as transformers sorts them."""
    attention = UMT5Attention(UMT5Config(num_layers=1, num_heads=1, d_model=8, d_kv=8), has_relative_attention_bias=True)
    attention.is_decoder = False
    distances = torch.arange(-300, 301)[None]
    return {"first": -300, "buckets": attention._relative_position_bucket(distances)[0].tolist()}


if __name__ == "__main__":
    cases = [run(case) for case in CASES]
    formula.write("umt5.json", cases, transformers=transformers.__version__)
    # Kept apart: it is about one function.
    import json

    path = formula.GOLDEN / "umt5-buckets.json"
    document = {"command": "python models/wan/reference/umt5_golden.py", **buckets()}
    path.write_text(json.dumps(document) + "\n")
