import { defaultClip } from '../core/clip-estimate.ts';
import { memoryPlan, type PlannedModel, peakBytes } from '../core/memory-plan.ts';
import { clipShape } from '../core/video-format.ts';
import type { LibraryState } from '../protocol/library-api.ts';
import type { OpenModel } from '../protocol/open-model.ts';
import type { ShelfEntry } from './model-shelf.ts';
import type { GpuKind } from './support.ts';

/** Whether a model can be expected to work here, told before anything is fetched. */
export interface Verdict {
  /** `fits` as far as can be known: no browser tells how much memory a graphics card has free. */
  readonly kind: 'fits' | 'no-gpu' | 'software-gpu' | 'no-room' | 'no-storage' | 'asking';
  /** About so many bytes on the graphics card, in the stage that takes most. */
  readonly gpuBytes: number;
  /** Pixels of a clip of the model's own shape. */
  readonly width: number;
  readonly height: number;
}

/**
 * Judges a model.
 * @param gpu null while it is not known yet.
 * @param library null while it was not asked yet.
 */
export function verdictOf(entry: ShelfEntry, gpu: GpuKind | null, library: LibraryState | null): Verdict {
  const { model, bytes, arrived } = entry;
  const { aspect, seconds, fps } = model.limits;
  const shape = clipShape(model.geometry, aspect.default, seconds.default, fps.default);
  const kind = ((): Verdict['kind'] => {
    const room = library?.room;
    // Gone with the window, and memory takes the small ones only.
    if (library?.kind === 'memory' && bytes - arrived > (room?.free ?? 0)) return 'no-storage';
    if (gpu === null) return 'asking';
    if (gpu === 'none') return 'no-gpu';
    if (gpu === 'software') return 'software-gpu';
    return room && bytes - arrived > room.free ? 'no-room' : 'fits';
  })();
  return { kind, gpuBytes: peakBytes(planOf(model)), width: shape.width, height: shape.height };
}

/** What each stage of the model's usual clip takes on a graphics card, begun with a picture where that takes more. */
export const planOf = (
  model: PlannedModel & Pick<OpenModel, 'numbers' | 'limits'>,
): ReturnType<typeof memoryPlan> =>
  memoryPlan(model, model.numbers, {
    ...defaultClip(model.limits),
    picture: model.limits.pictures,
    preview: true,
  });
