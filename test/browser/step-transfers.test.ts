// What crosses between memory and a GPU from one step of denoising to the next: scalars up, nothing down.

import { expect, test } from 'vitest';
import { countStepTransfers } from '../bench/step-transfers.ts';

test('between steps nothing is read back from the GPU, and what the engine sends are scalars', async () => {
  const { steps, reads, readBytes, mappedBytes, latentBytes } = await countStepTransfers();
  expect(steps).toBeGreaterThan(1);
  expect({ reads, readBytes }).toEqual({ reads: 0, readBytes: 0 });
  expect(mappedBytes).toBeLessThanOrEqual(16); // one number, in the smallest buffer there is
  expect(latentBytes).toBeGreaterThan(1000); // the latents would be noticed
});
