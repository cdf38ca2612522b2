// What a report measures, without measuring: the widths of the published models, both bits, up to the size of a real clip.
import { expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { precisionFor } from '../../src/engine/precision.ts';
import { laddersFor, type Rung } from '../../src/engine/rate-ladder.ts';

const ladders = laddersFor([...MODELS, ...OPEN_MODELS], (numbers) => precisionFor({ numbers }, true));
const rungsOf = (part: (typeof ladders)[number]['part']) =>
  ladders.filter((ladder) => ladder.part === part).flatMap(({ rungs }): readonly Rung[] => rungs);

test('products have 4 and 8 bits at the width of every model, in f16 where the model takes it', () => {
  const products = ladders.filter(({ part }) => part === 'products');
  const kinds = products.map(({ rungs }) => {
    const { weights } = rungs[0]!.precision;
    const x = rungs[0]!.build().inputs[0]!;
    return `${x.dims[2]} ${weights} ${x.dtype}`;
  });
  expect(kinds.toSorted()).toEqual(
    [
      '256 q4 float32',
      '256 q8 float32',
      ...[1536, 3072].flatMap((dim) => [`${dim} q4 float16`, `${dim} q8 float16`]),
    ].toSorted(),
  );
});

test('the last rung of a block is the model’s own clip', () => {
  const last = ladders.flatMap((ladder) => (ladder.part === 'blocks' ? [ladder.rungs.at(-1)!.is] : []));
  expect(last).toContainEqual({ weights: 'q4', dim: 3072, ffnDim: 14_336, tokens: 5580, textTokens: 512 });
  expect(last).toContainEqual({ weights: 'q8', dim: 1536, ffnDim: 8960, tokens: 15_120, textTokens: 512 });
});

test('rungs grow, the quickest come first, and the first of all is small enough for any device', () => {
  for (const { rungs } of ladders) {
    const flops = rungs.map((rung) => rung.flops);
    expect(flops).toEqual(flops.toSorted((a, b) => a - b));
    expect(new Set(flops).size).toBe(flops.length);
  }
  expect(ladders[0]!.rungs[0]!.flops).toBeLessThan(1e8); // a third of a second on a software adapter
  expect(ladders.map(({ part }) => part)).toEqual(
    [...ladders.map(({ part }) => part)].sort(
      (a, b) =>
        ['products', 'attention', 'blocks'].indexOf(a) - ['products', 'attention', 'blocks'].indexOf(b),
    ),
  );
});

test('operations are those of the graph: a product’s from the shapes of what goes in and comes out', () => {
  for (const rung of rungsOf('products')) {
    const part = rung.build();
    const [, rows = 0, inner = 0] = part.inputs[0]!.dims;
    expect(rung.flops).toBe(2 * rows * inner * part.outputs[0]!.dims.at(-1)!);
  }
  for (const rung of rungsOf('attention')) {
    const [, tokens = 0, width = 0] = rung.build().inputs[0]!.dims;
    expect(rung.flops).toBe(4 * tokens * tokens * width);
  }
});
