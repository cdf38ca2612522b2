"""Seedling's transformer (Wan 2.2 TI2V mathematics, original Wan names) and its umT5 text encoder."""
import math

import torch
import torch.nn.functional as F
from torch import nn

TRANSFORMER = dict(dim=256, ffn_dim=768, layers=6, heads=4, channels=48, position_channels=9, freq_dim=256, text_dim=128)
TEXT = dict(vocab=4096, d_model=128, heads=4, d_kv=32, d_ff=256, layers=4, buckets=32, max_distance=128)
TEXT_BLOCK = 1  # a prompt is not padded: rows that say nothing drew all attention to them, and words were never learnt
EPS = 1e-6
ROPE_THETA = 1e4
# A token a latent (Wan: four). With 2 × 2 patches sixteen tokens drew a square picture, and where they met could be seen. Begun from
# their blocks, a token a latent was back at their loss on pictures after four minutes, and a tenth below it after forty.
PATCH = (1, 1, 1)


def attend(q, k, v, scale, bias=0.):
    """Attention of [B, heads, L, d] written out: on a CPU torch's own takes two to six times as long to train."""
    if q.is_cuda:
        mask = bias.to(v.dtype).expand(-1, q.shape[1], q.shape[2], -1) if torch.is_tensor(bias) else None
        return F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=mask, scale=scale)
    return ((q * scale) @ k.mT + bias).softmax(-1).to(v.dtype) @ v


class Attention(nn.Module):
    """q and k are RMS-normalised over all channels, before the split into heads."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(dim, dim) for _ in range(4))
        self.norm_q, self.norm_k = nn.RMSNorm(dim, eps=EPS), nn.RMSNorm(dim, eps=EPS)

    def forward(self, x, context=None, rope=None, bias=0.):
        if x.is_cuda and torch.is_autocast_enabled("cuda"):
            x = x.to(torch.get_autocast_dtype("cuda"))  # once, not for each matrix
        context = x if context is None else context
        q, k, v = self.q(x), self.k(context), self.v(context)
        if x.is_cuda:  # in the weights' precision, one kernel
            q, k = q.float(), k.float()
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in (self.norm_q(q), self.norm_k(k), v))  # [B, heads, L, d]
        if rope is not None:
            q, k = rotate(q, rope), rotate(k, rope)
        return self.o(attend(q, k, v, q.shape[-1] ** -.5, bias).transpose(1, 2).flatten(2))


def rope_table(T, h, w, head_dim):
    """cos + i sin [L, head_dim / 2] for tokens in order t, y, x; f64 inside."""
    side = 2 * (head_dim // 6)
    grid = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in (T, h, w)), indexing="ij")
    angles = []
    for positions, d in zip(grid, (head_dim - 2 * side, side, side)):
        frequencies = ROPE_THETA ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
        angles.append(positions.flatten()[:, None] * frequencies)
    angles = torch.cat(angles, 1)
    return torch.complex(angles.cos(), angles.sin()).to(torch.complex64)


def rotate(x, rope):
    """Neighbouring numbers of x [..., L, d] turned by rope [L, d / 2], complex: less than half the time of sines and cosines apart."""
    return torch.view_as_real(torch.view_as_complex(x.float().unflatten(-1, (-1, 2))) * rope).flatten(-2)


def position_channels(count, T, h, w, time=None, device=None):
    """Where each latent is, as further channels: [B or 1, count, T, h, w]. count/3 cosines cos(π·n·u) an axis, in the order t, y, x.

    Rotary positions only tell how far two tokens are apart; that a car which drives right begins on the left, a small model
    learns far sooner when it is told where left is (CoordConv, arXiv:1807.03247). u = k/(T−1) in time (`time` [B, T]
    says otherwise: a picture that is cut out of a clip), (i+½)/n along the sides."""
    n = torch.arange(1, count // 3 + 1, device=device)[:, None] * math.pi
    t = (torch.arange(T, device=device) / max(T - 1, 1))[None] if time is None else time  # [B or 1, T]
    y, x = ((torch.arange(m, device=device) + .5) / m for m in (h, w))
    t = torch.cos(n * t[:, None])[..., None, None].expand(-1, -1, -1, h, w)
    y, x = torch.cos(n * y)[None, :, None, :, None], torch.cos(n * x)[None, :, None, None, :]
    return torch.cat([t, y.expand_as(t), x.expand_as(t)], 1)


class Block(nn.Module):
    def __init__(self, dim, ffn_dim, heads):
        super().__init__()
        self.modulation = nn.Parameter(torch.randn(1, 6, dim) / dim ** .5)
        self.self_attn = Attention(dim, heads)
        self.cross_attn = Attention(dim, heads)
        self.norm3 = nn.LayerNorm(dim, eps=EPS)
        self.ffn = nn.Sequential(nn.Linear(dim, ffn_dim), nn.GELU("tanh"), nn.Linear(ffn_dim, dim))

    def forward(self, x, e, clean, context, rope, bias=0.):
        """x [B, L, D]; e [B, 1 or 2, 6, D] of the first `clean` tokens and of the others; context [B, M, D]; bias [B, 1, 1, M], −inf where a prompt has ended."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (self.modulation + e).unbind(2)
        x = x + by_time(self.self_attn(by_time(norm(x), clean, 1 + scale1, shift1), rope=rope), clean, gate1)
        x = x + self.cross_attn(self.norm3(x), context, bias=bias)
        return x + by_time(self.ffn(by_time(norm(x), clean, 1 + scale2, shift2)), clean, gate2)


def by_time(x, clean, scale, shift=None):
    """x · scale + shift, where the first `clean` tokens of x [B, L, D] have a timestep of their own: scale and shift [B, 1 or 2, D].

    With a row for each token a step on clips took a tenth longer. A graphics card needs one kernel instead of five where clean = which of the
    two each latent frame has, [T]."""
    if torch.is_tensor(clean):
        x, scale = x.unflatten(1, (len(clean), -1)), scale[:, clean, None]
        return (x * scale if shift is None else torch.addcmul(shift[:, clean, None], x, scale)).flatten(1, 2)
    if clean:
        halves = ((x[:, :clean], slice(1)), (x[:, clean:], slice(1, 2)))
        return torch.cat([by_time(part, 0, scale[:, which], None if shift is None else shift[:, which]) for part, which in halves], 1)
    return x * scale if shift is None else x * scale + shift


def norm(x):
    return F.layer_norm(x, x.shape[-1:], eps=EPS)


class Head(nn.Module):
    def __init__(self, dim, out):
        super().__init__()
        self.modulation = nn.Parameter(torch.randn(1, 2, dim) / dim ** .5)
        self.head = nn.Linear(dim, out)

    def forward(self, x, e, clean):
        """x [B, L, D]; e [B, 1 or 2, D]."""
        shift, scale = (self.modulation + e.unsqueeze(2)).unbind(2)
        return self.head(by_time(norm(x), clean, 1 + scale, shift))


class Transformer(nn.Module):
    def __init__(self, dim, ffn_dim, layers, heads, channels, position_channels, freq_dim, text_dim):
        super().__init__()
        self.dim, self.heads, self.freq_dim, self.position_channels = dim, heads, freq_dim, position_channels
        self.patch_embedding = nn.Conv3d(channels + position_channels, dim, PATCH, stride=PATCH)
        self.text_embedding = nn.Sequential(nn.Linear(text_dim, dim), nn.GELU("tanh"), nn.Linear(dim, dim))
        self.time_embedding = nn.Sequential(nn.Linear(freq_dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.time_projection = nn.Sequential(nn.SiLU(), nn.Linear(dim, dim * 6))
        self.blocks = nn.ModuleList(Block(dim, ffn_dim, heads) for _ in range(layers))
        self.head = Head(dim, channels)
        self.ropes, self.by_frame = {}, False
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)
        nn.init.zeros_(self.head.head.weight)

    def time(self, t):
        """Timesteps [B] (0..1000) → (e [B, D], e0 [B, 6, D])."""
        half = self.freq_dim // 2
        angles = t[:, None].double() * 10000 ** (-torch.arange(half, dtype=torch.float64, device=t.device) / half)
        e = self.time_embedding(torch.cat([angles.cos(), angles.sin()], 1).float())
        return e, self.time_projection(e).unflatten(1, (6, -1))

    def forward(self, x, t, text, prefix=0, lengths=None, time=None, frames=None):
        """Latents x [B, C, T, h, w], timesteps t [B], text states [B, M, text_dim] → v like x. `time`: see position_channels.

        frames = (which [T], of how many): x is some latent frames of a longer clip, each at its place in time; None = all.

        lengths [B] = rows of text that belong to each prompt; None = all. What lies behind them is not seen: a prompt
        among others gives the same as a prompt by itself.

        The first `prefix` latent frames are clean: their tokens get timestep 0."""
        b, c, T, h, w = x.shape
        positions = position_channels(self.position_channels, T, h, w, time, x.device)
        x = torch.cat([x, positions.expand(b, -1, -1, -1, -1).to(x)], 1)
        which, whole = frames or (None, T)
        if (shape := (whole, h, w, x.device)) not in self.ropes:
            self.ropes[shape] = rope_table(whole, h, w, self.dim // self.heads).to(x.device)
        rope = self.ropes[shape]
        if frames:
            rope = rope.unflatten(0, (whole, h * w))[which].flatten(0, 1)
        e, e0 = self.time(t)
        e, e0 = e[:, None], e0[:, None]  # [B, 1, (6,) D]
        clean = prefix * h * w
        if prefix or self.by_frame:
            none, none0 = self.time(torch.zeros(1, device=x.device))
            e = torch.cat([none[:, None].expand(b, -1, -1), e], 1)
            e0 = torch.cat([none0[:, None].expand(b, -1, -1, -1), e0], 1)
        # A token a latent: the convolution is a matrix product, and faster as one here.
        tokens = F.linear(x.flatten(2).mT, self.patch_embedding.weight.flatten(1), self.patch_embedding.bias)  # [B, L, D]
        if self.by_frame:
            clean = (torch.arange(T, device=x.device) >= prefix).long()
        context = self.text_embedding(text)  # [B, M, D]
        bias = 0.
        if lengths is not None:
            ended = torch.arange(text.shape[1], device=x.device) >= lengths[:, None, None, None]
            bias = torch.zeros(ended.shape, device=x.device).masked_fill(ended, float("-inf"))
        for block in self.blocks:
            tokens = block(tokens, e0, clean, context, rope, bias)
        return self.head(tokens, e, clean).mT.reshape(b, c, T, h, w)


class TextBlock(nn.Module):
    def __init__(self, d_model, heads, d_kv, d_ff, buckets):
        super().__init__()
        self.heads = heads
        self.attn_norm, self.ffn_norm = nn.RMSNorm(d_model, eps=EPS), nn.RMSNorm(d_model, eps=EPS)
        self.attn_q, self.attn_k, self.attn_v = (nn.Linear(d_model, heads * d_kv, bias=False) for _ in range(3))
        self.attn_o = nn.Linear(heads * d_kv, d_model, bias=False)
        self.attn_rel_b = nn.Embedding(buckets, heads)
        self.ffn_gate, self.ffn_up = (nn.Linear(d_model, d_ff, bias=False) for _ in range(2))
        self.ffn_down = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x, buckets, mask):
        """x [B, M, D]; buckets [M, M]; mask [B, 1, 1, M], −inf at padding."""
        y = self.attn_norm(x)
        q, k, v = (p(y).unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in (self.attn_q, self.attn_k, self.attn_v))
        bias = self.attn_rel_b(buckets).permute(2, 0, 1)[None] + mask  # [B, heads, M, M]
        x = x + self.attn_o(attend(q, k, v, 1., bias).transpose(1, 2).flatten(2))
        y = self.ffn_norm(x)
        return x + self.ffn_down(F.gelu(self.ffn_gate(y), approximate="tanh") * self.ffn_up(y))


def position_buckets(length, buckets, max_distance, device=None):
    """T5's bidirectional relative position buckets [query, key]."""
    distance = torch.arange(length, device=device)[None, :] - torch.arange(length, device=device)[:, None]
    half = buckets // 2
    exact = half // 2
    far = exact + (torch.log(distance.abs().clamp(min=1).float() / exact) / math.log(max_distance / exact) * (half - exact)).long()
    return (distance > 0).long() * half + torch.where(distance.abs() < exact, distance.abs(), far.clamp(max=half - 1))


class TextEncoder(nn.Module):
    """umT5: relative bias in every layer, no 1/√d, no biases. Names follow llama.cpp's GGUF."""

    def __init__(self, vocab, d_model, heads, d_kv, d_ff, layers, buckets, max_distance):
        super().__init__()
        self.bucket_sizes = (buckets, max_distance)
        self.token_embd = nn.Embedding(vocab, d_model)
        self.blk = nn.ModuleList(TextBlock(d_model, heads, d_kv, d_ff, buckets) for _ in range(layers))
        self.output_norm = nn.RMSNorm(d_model, eps=EPS)
        for block in self.blk:
            nn.init.normal_(block.attn_q.weight, std=(d_model * d_kv) ** -.5)
            nn.init.normal_(block.attn_rel_b.weight, std=d_model ** -.5)
            for linear in (block.attn_k, block.attn_v, block.attn_o, block.ffn_gate, block.ffn_up, block.ffn_down):
                nn.init.normal_(linear.weight, std=linear.in_features ** -.5)

    def forward(self, ids, lengths):
        """ids [B, M] (padded with anything), lengths [B] → states [B, M, D], zero rows after each prompt."""
        m = ids.shape[1]
        inside = torch.arange(m, device=ids.device)[None] < lengths[:, None]  # [B, M]
        mask = torch.zeros(inside.shape, device=ids.device).masked_fill(~inside, float("-inf"))[:, None, None]
        buckets = position_buckets(m, *self.bucket_sizes, ids.device)
        x = self.token_embd(ids)
        for block in self.blk:
            x = block(x, buckets, mask)
        return self.output_norm(x) * inside[..., None]


class Seedling(nn.Module):
    def __init__(self):
        super().__init__()
        self.text = TextEncoder(**TEXT)
        self.transformer = Transformer(**TRANSFORMER)


def encode_ids(tokenizer, prompts):
    """Prompts → (ids [B, M], lengths [B]), `</s>` added by the tokenizer."""
    ids = [tokenizer.encode(p).ids for p in prompts]
    lengths = torch.tensor([len(i) for i in ids])
    out = torch.zeros(len(ids), int(lengths.max()), dtype=torch.long)
    for row, i in zip(out, ids):
        row[:len(i)] = torch.tensor(i)
    return out, lengths
