import { codecCases } from './codec-cases.ts';
import type { ParityCase } from './parity-case.ts';
import { tinyAutoencoderCases } from './tiny-autoencoder-cases.ts';
import { umt5Cases } from './umt5-cases.ts';
import { wanCases } from './wan-cases.ts';

export type { Device, Numbers, ParityCase, Result, RunPart } from './parity-case.ts';
export { parityTitle, precisionName } from './parity-case.ts';

/** Every network against its reference, for whichever device the caller runs parts on. */
export function parityCases(): ParityCase[] {
  return [...wanCases(), ...umt5Cases(), ...codecCases(), ...tinyAutoencoderCases()];
}
