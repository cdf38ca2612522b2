import { type ReadonlySignal, signal } from '@preact/signals-core';
import { titleOf } from '../core/job.ts';
import type { GenerateRequest, GenerateResult } from '../protocol/engine-api.ts';
import type { Clip } from './job-state.ts';

/** Clips kept in memory during a visit; a five-second clip is about a megabyte. */
const MOST_CLIPS = 12;
/** File systems allow 255 bytes; a Chinese character takes three. */
const MOST_NAME_CHARACTERS = 48;

/** A file name from the first words of a prompt: letters and digits of any script, joined by hyphens. */
export function clipFileName(prompt: string, seed: number): string {
  const words = prompt.slice(0, 400).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  let name = '';
  for (const word of words) {
    if ([...name, ...word].length > MOST_NAME_CHARACTERS) break;
    name += name ? `-${word}` : word;
  }
  return `kindling-${name || [...(words[0] ?? 'clip')].slice(0, MOST_NAME_CHARACTERS).join('')}-${seed}.mp4`;
}

/** The clips of this visit, newest first. Owns their object URLs. */
export class ClipShelf {
  readonly #clips = signal<readonly Clip[]>([]);
  #made = 0;

  get clips(): ReadonlySignal<readonly Clip[]> {
    return this.#clips;
  }

  /** Takes a finished clip in, made now or opened from the kept ones under `fileId`; the oldest beyond the limit is let go. */
  add(request: GenerateRequest, { file, report }: GenerateResult, fileId?: string): Clip {
    const prompt = titleOf(request.job);
    const clip: Clip = {
      id: ++this.#made,
      url: URL.createObjectURL(file),
      file,
      fileName: clipFileName(prompt, report.seed),
      request,
      report,
      ...(fileId !== undefined && { fileId }),
    };
    const all = [clip, ...this.#clips.value];
    for (const old of all.slice(MOST_CLIPS)) URL.revokeObjectURL(old.url);
    this.#clips.value = all.slice(0, MOST_CLIPS);
    return clip;
  }

  /** Lets every clip go. */
  dispose(): void {
    for (const clip of this.#clips.value) URL.revokeObjectURL(clip.url);
    this.#clips.value = [];
  }
}
