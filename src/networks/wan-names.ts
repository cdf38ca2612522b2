// The names under which Wan checkpoints are published. Canonical here: those of the original release.

const WRAPPERS = ['model.diffusion_model.', 'diffusion_model.', 'model.', 'transformer.'];

const DIFFUSERS: readonly (readonly [RegExp, string])[] = [
  [/^condition_embedder\.time_embedder\.linear_1\./, 'time_embedding.0.'],
  [/^condition_embedder\.time_embedder\.linear_2\./, 'time_embedding.2.'],
  [/^condition_embedder\.time_proj\./, 'time_projection.1.'],
  [/^condition_embedder\.text_embedder\.linear_1\./, 'text_embedding.0.'],
  [/^condition_embedder\.text_embedder\.linear_2\./, 'text_embedding.2.'],
  [/^scale_shift_table$/, 'head.modulation'],
  [/^proj_out\./, 'head.head.'],
  [/^(blocks\.\d+\.)scale_shift_table$/, '$1modulation'],
  [/^(blocks\.\d+\.)attn1\.to_(out\.0|.)\./, '$1self_attn.$2.'],
  [/^(blocks\.\d+\.)attn2\.to_(out\.0|.)\./, '$1cross_attn.$2.'],
  [/^(blocks\.\d+\.)attn1\./, '$1self_attn.'],
  [/^(blocks\.\d+\.)attn2\./, '$1cross_attn.'],
  [/^(blocks\.\d+\.(?:self|cross)_attn\.)out\.0\./, '$1o.'],
  // diffusers numbers the norms in the order they run, Wan in the order it declares them.
  [/^(blocks\.\d+\.)norm2\./, '$1norm3.'],
  [/^(blocks\.\d+\.)ffn\.net\.0\.proj\./, '$1ffn.0.'],
  [/^(blocks\.\d+\.)ffn\.net\.2\./, '$1ffn.2.'],
];

/**
 * The canonical name of a tensor of a Wan transformer: the original release's, whichever of its publishers' names is
 * given (original, diffusers, GGUF with or without a wrapper's prefix). Other names come back unchanged.
 * A checkpoint's `norm2` is always diffusers' (the affine norm before cross-attention): Wan's own norm2 has no tensors.
 */
export function canonicalWanName(name: string): string {
  const prefix = WRAPPERS.find((wrapper) => name.startsWith(wrapper)) ?? '';
  let canonical = name.slice(prefix.length);
  for (const [pattern, replacement] of DIFFUSERS) canonical = canonical.replace(pattern, replacement);
  return canonical;
}
