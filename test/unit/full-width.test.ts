// Two layers of the published models at their full width. `npm run parity -- --on node --only layers` has the rest: 8 and 4
// bits for the two larger ones take a minute and a half.
import { describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../scripts/node-engine.ts';
import { fullWidthCases } from '../parity/full-width-cases.ts';
import { parityTitle } from '../parity/parity-case.ts';

const PATIENCE_MS = 240_000; // 270 GFLOP and 420 million weights by formula: 10 s on two idle cores
const THREADS = 2;

describe('at full width the engine gives the numbers of its references', () => {
  const cases = fullWidthCases().filter(
    ({ name, precision }) => precision.weights === 'float32' || /1\.3B/.test(name),
  );

  test.each(cases.map((c) => [parityTitle(c), c] as const))(
    '%s',
    async (_, parityCase) => {
      const { error } = await parityCase.run(nodeRuntime(THREADS));
      expect(error).toBeLessThanOrEqual(parityCase.tolerance('node'));
    },
    PATIENCE_MS,
  );

  test('all three networks are among them', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(3);
  });
});
