import type { GenerationReport, JobRecord } from '../protocol/engine-api.ts';
import { parseJobRecord } from '../protocol/job-file.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { readJobFromMp4 } from '../protocol/mp4-job.ts';

/** How a film was made, as it says itself. */
export type FilmRecord = Omit<JobRecord, 'picture'>;

/** Reads what stands in a film. @throws {AppError} `input/…` if that is damaged. */
export async function readFilmRecord(film: Blob): Promise<FilmRecord> {
  const { picture: _, ...record } = parseJobRecord(await readJobFromMp4(film));
  return record;
}

/**
 * What a kept film says of how it was made, as far as the player shows it: this site wrote it, but anything may have happened since.
 * @param model whose name stands in for a missing one.
 */
export function keptReport(
  kept: unknown,
  bytes: number,
  model: Pick<ModelManifest, 'id' | 'version'>,
): GenerationReport {
  const from =
    typeof kept === 'object' && kept !== null
      ? (kept as Partial<Record<keyof GenerationReport, unknown>>)
      : {};
  const number = (name: keyof GenerationReport): number => {
    const value = from[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : 0;
  };
  const text = (name: keyof GenerationReport): string => {
    const value = from[name];
    return typeof value === 'string' ? value : '';
  };
  const { total } = (from.seconds ?? {}) as { readonly total?: unknown };
  return {
    device: from.device === 'webgpu' ? 'webgpu' : 'wasm',
    adapter: text('adapter') || null,
    precision: text('precision'),
    threads: number('threads'),
    model: { id: model.id, version: model.version, hash: '' },
    seed: number('seed'),
    width: number('width') || 16,
    height: number('height') || 9,
    fps: number('fps'),
    frames: number('frames'),
    codec: text('codec'),
    bytes,
    latents: [],
    tokens: number('tokens'),
    steps: number('steps'),
    seconds: {
      prepare: 0,
      text: 0,
      picture: 0,
      denoise: 0,
      decode: 0,
      encode: 0,
      total: typeof total === 'number' ? total : 0,
    },
    previewSeconds: 0,
    warnings: [],
    segments: [],
  };
}
