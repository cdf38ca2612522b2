import type { JobRecord } from '../protocol/engine-api.ts';
import { parseJobRecord } from '../protocol/job-file.ts';
import { readJobFromMp4 } from '../protocol/mp4-job.ts';

/** How a film was made, as it says itself. */
export type FilmRecord = Omit<JobRecord, 'picture'>;

/** Reads what stands in a film. @throws {AppError} `input/…` if that is damaged. */
export async function readFilmRecord(film: Blob): Promise<FilmRecord> {
  const { picture: _, ...record } = parseJobRecord(await readJobFromMp4(film));
  return record;
}
