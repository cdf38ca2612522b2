// The names under which umT5 encoders are published. Canonical here: llama.cpp's, which GGUF files carry.

const WITHIN_LAYER: Readonly<Record<string, string>> = {
  'layer.0.SelfAttention.q': 'attn_q',
  'layer.0.SelfAttention.k': 'attn_k',
  'layer.0.SelfAttention.v': 'attn_v',
  'layer.0.SelfAttention.o': 'attn_o',
  'layer.0.SelfAttention.relative_attention_bias': 'attn_rel_b',
  'layer.0.layer_norm': 'attn_norm',
  'layer.1.DenseReluDense.wi_0': 'ffn_gate',
  'layer.1.DenseReluDense.wi_1': 'ffn_up',
  'layer.1.DenseReluDense.wo': 'ffn_down',
  'layer.1.layer_norm': 'ffn_norm',
};

const OUTSIDE: Readonly<Record<string, string>> = {
  'shared.weight': 'token_embd.weight',
  'encoder.embed_tokens.weight': 'token_embd.weight',
  'encoder.final_layer_norm.weight': 'enc.output_norm.weight',
};

/** The canonical name of a tensor of a umT5 encoder, given llama.cpp's or transformers' name. Other names come back unchanged. */
export function canonicalUmt5Name(name: string): string {
  const [, layer, rest] = /^encoder\.block\.(\d+)\.(.*)\.weight$/.exec(name) ?? [];
  const within = rest === undefined ? undefined : WITHIN_LAYER[rest];
  return within ? `enc.blk.${layer}.${within}.weight` : (OUTSIDE[name] ?? name);
}
