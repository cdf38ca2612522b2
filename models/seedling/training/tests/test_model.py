"""Seedling's networks against diffusers and transformers, at Seedling's own sizes with random weights."""
import pytest
import torch

from model import PATCH, TEXT, TRANSFORMER, Seedling, TextEncoder, Transformer, encode_ids, position_channels

torch.manual_seed(0)


def relative(a, b):
    return ((a - b).norm() / b.norm()).item()


def randomise(module):
    with torch.no_grad():
        for p in module.parameters():
            p.add_(torch.randn_like(p) * .05)
    return module.eval()


RENAMES = (("time_embedding.0", "condition_embedder.time_embedder.linear_1"), ("time_embedding.2", "condition_embedder.time_embedder.linear_2"),
           ("text_embedding.0", "condition_embedder.text_embedder.linear_1"), ("text_embedding.2", "condition_embedder.text_embedder.linear_2"),
           ("time_projection.1", "condition_embedder.time_proj"), ("head.modulation", "scale_shift_table"), ("head.head", "proj_out"),
           (".modulation", ".scale_shift_table"), ("ffn.0", "ffn.net.0.proj"), ("ffn.2", "ffn.net.2"), ("self_attn", "attn1"), ("cross_attn", "attn2"),
           (".q.", ".to_q."), (".k.", ".to_k."), (".v.", ".to_v."), (".o.", ".to_out.0."), ("norm3", "norm2"))


def to_diffusers(name):
    for ours, theirs in RENAMES:
        name = name.replace(ours, theirs)
    return name


@pytest.mark.parametrize("prefix", [0, 1])
def test_transformer_equals_diffusers(prefix):
    wan = pytest.importorskip("diffusers").WanTransformer3DModel
    c = TRANSFORMER
    reference = wan(patch_size=PATCH, num_attention_heads=c["heads"], attention_head_dim=c["dim"] // c["heads"], in_channels=c["channels"] + c["position_channels"],
                    out_channels=c["channels"], text_dim=c["text_dim"], freq_dim=c["freq_dim"], ffn_dim=c["ffn_dim"], num_layers=c["layers"],
                    cross_attn_norm=True, qk_norm="rms_norm_across_heads", eps=1e-6, rope_max_seq_len=64).eval()
    ours = randomise(Transformer(**c))
    reference.load_state_dict({to_diffusers(k): v for k, v in ours.state_dict().items()})
    x, text, t = torch.randn(2, 48, 5, 8, 14), torch.randn(2, 64, 128), torch.tensor([700., 120.])
    tokens = torch.full((2, 5 * 8 * 14), 1.) * t[:, None]
    tokens[:, :prefix * 8 * 14] = 0
    with torch.no_grad():
        positions = position_channels(c["position_channels"], 5, 8, 14).expand(2, -1, -1, -1, -1)
        expected = reference(torch.cat([x, positions], 1), tokens, text, return_dict=False)[0]
        assert relative(ours(x, t, text, prefix), expected) < 1e-4


def test_a_picture_out_of_a_clip_knows_when_it_is():
    clip = position_channels(9, 11, 8, 8)
    assert torch.allclose(position_channels(9, 1, 8, 8, torch.tensor([[.3]])), clip[:, :, 3:4], atol=1e-6)


def test_frames_out_of_a_clip_stand_where_they_stand_in_it():
    ours = randomise(Transformer(**TRANSFORMER))
    x, text, t = torch.randn(1, 48, 4, 8, 8), torch.randn(1, 7, 128), torch.tensor([500.])
    which = torch.tensor([0, 1, 2, 3])
    with torch.no_grad():
        whole = ours(x, t, text)
        time = (which / 3)[None]
        assert relative(ours(x, t, text, time=time, frames=(which, 4)), whole) < 1e-5
        apart = ours(x[:, :, [0, 3]], t, text, time=time[:, [0, 3]], frames=(which[[0, 3]], 4))
        together = ours(x[:, :, [0, 3]], t, text, time=time[:, [0, 1]], frames=(which[[0, 1]], 4))
        assert relative(apart, together) > 1e-3


def test_text_encoder_equals_transformers():
    transformers = pytest.importorskip("transformers")
    c = TEXT
    reference = transformers.UMT5EncoderModel(transformers.UMT5Config(
        vocab_size=c["vocab"], d_model=c["d_model"], d_kv=c["d_kv"], d_ff=c["d_ff"], num_layers=c["layers"], num_heads=c["heads"],
        relative_attention_num_buckets=c["buckets"], relative_attention_max_distance=c["max_distance"], feed_forward_proj="gated-gelu", dropout_rate=0.)).eval()
    ours = randomise(TextEncoder(**c))
    parts = {"attn_norm": "layer.0.layer_norm", "ffn_norm": "layer.1.layer_norm", "attn_rel_b": "layer.0.SelfAttention.relative_attention_bias",
             "ffn_gate": "layer.1.DenseReluDense.wi_0", "ffn_up": "layer.1.DenseReluDense.wi_1", "ffn_down": "layer.1.DenseReluDense.wo",
             **{f"attn_{k}": f"layer.0.SelfAttention.{k}" for k in "qkvo"}}
    state = {}
    for name, value in ours.state_dict().items():
        if name.startswith("blk."):
            _, n, part, _ = name.split(".")
            state[f"encoder.block.{n}.{parts[part]}.weight"] = value
        else:
            state[{"token_embd.weight": "shared.weight", "output_norm.weight": "encoder.final_layer_norm.weight"}[name]] = value
    missing, unexpected = reference.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= {"encoder.embed_tokens.weight"}
    ids = torch.randint(2, 4096, (2, 150))
    lengths = torch.tensor([150, 20])
    with torch.no_grad():
        got = ours(ids, lengths)
        assert got.shape == (2, 150, 128) and got[1, 20:].abs().max() == 0
        for i, n in enumerate(lengths):
            want = reference(input_ids=ids[i:i + 1, :n]).last_hidden_state[0]
            assert relative(got[i, :n], want) < 1e-4


def test_a_prompt_among_longer_ones_gives_what_it_gives_alone():
    ours = randomise(Transformer(**TRANSFORMER))
    x, text, t = torch.randn(2, 48, 3, 8, 8), torch.randn(2, 20, 128), torch.tensor([700., 120.])
    with torch.no_grad():
        together = ours(x, t, text, 0, torch.tensor([20, 7]))
        assert relative(together[1:], ours(x[1:], t[1:], text[1:, :7])) < 1e-5
        assert relative(together[:1], ours(x[:1], t[:1], text[:1])) < 1e-5


@pytest.mark.parametrize("prefix, T, frames", [(0, 1, None), (1, 3, ([0, 2, 5], 6)), (3, 4, None)])
def test_frame_by_frame_as_on_a_card_it_computes_the_same(prefix, T, frames):
    torch.manual_seed(0)
    model = Seedling().transformer
    torch.nn.init.normal_(model.head.head.weight)
    x, text, lengths = torch.randn(2, 48, T, 4, 6), torch.randn(2, 5, 128), torch.tensor([5, 3])
    which = frames and (torch.tensor(frames[0]), frames[1])
    inputs = (x, torch.tensor([300., 900.]), text, prefix, lengths, None, which)
    with torch.no_grad():
        plain = model(*inputs)
        model.by_frame = True
        assert relative(model(*inputs), plain) < 1e-5
