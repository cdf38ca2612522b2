import { batch, computed, type ReadonlySignal, signal } from '@preact/signals-core';
import { newJob } from '../core/check-job.ts';
import type { AppError } from '../core/errors.ts';
import { ASPECTS, type CameraMove, type Job, MAX_SEED, type PictureFit } from '../core/job.ts';
import { type ClipShape, clipShape, parseAspect } from '../core/video-format.ts';
import { DEVICE_CHOICES, type DeviceChoice } from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import type { Picture } from './picture.ts';

export { ASPECTS, CAMERA_MOVES, type CameraMove, MAX_SEED, PICTURE_FITS, titleOf } from '../core/job.ts';
export { MAX_PROMPT_GRAPHEMES } from '../core/prompt.ts';
export { DEVICE_CHOICES };

/**
 * Most UTF-16 units that a text field keeps. 500 characters as people count them need fewer, even flags of regions
 * (14 units each); somebody who pastes a book must not make the page count it.
 */
export const MAX_FIELD_LENGTH = 8000;

/** The choice that opens two fields for a ratio of one's own. */
export const CUSTOM_ASPECT = 'custom';

/** An integer 0 … {@link MAX_SEED}, each equally likely. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! % (MAX_SEED + 1);

/** Keeps a field within {@link MAX_FIELD_LENGTH}, never cutting a surrogate pair in two. */
export const capField = (text: string): string =>
  text.length <= MAX_FIELD_LENGTH ? text : text.slice(0, MAX_FIELD_LENGTH).replace(/[\uD800-\uDBFF]$/, '');

/** Everything that the visitor has set. Fields may hold values that no model can make: the job is checked when it is started. */
export class StudioForm {
  /** What is there in every segment of a storyboard; empty for a plain clip. */
  readonly scene = signal('');
  readonly prompt = signal('');
  readonly negativePrompt = signal('');
  readonly picture = signal<Picture | null>(null);
  readonly fit = signal<PictureFit>('crop');
  /** One of the named ratios or {@link CUSTOM_ASPECT}. */
  readonly aspect = signal<string>('16:9');
  readonly customWidth = signal('2');
  readonly customHeight = signal('1');
  readonly seconds = signal(5);
  /** Null leaves the camera to the prompt. */
  readonly camera = signal<CameraMove | null>(null);
  readonly fps = signal(30);
  readonly steps = signal(0);
  readonly guidance = signal(0);
  readonly shift = signal(0);
  readonly seed = signal(0);
  /** The seed stays as it is from clip to clip; otherwise each new clip draws one. */
  readonly seedLocked = signal(false);
  readonly device = signal<DeviceChoice>('auto');
  readonly visibleLabel = signal(true);
  readonly #model: ReadonlySignal<ModelManifest>;
  readonly #drawSeed: () => number;

  /** @param model that the clips are made with; may change. @param drawSeed for tests that need to know what comes. */
  constructor(model: ReadonlySignal<ModelManifest>, drawSeed: () => number = randomSeed) {
    this.#model = model;
    this.#drawSeed = drawSeed;
    this.resetSettings();
    this.rollSeed();
  }

  /** The ratio as the job will have it. */
  readonly ratio = computed(() =>
    this.aspect.value === CUSTOM_ASPECT
      ? `${this.customWidth.value}:${this.customHeight.value}`
      : this.aspect.value,
  );

  /** Size of the clip, or null while the ratio is not one that can be made. */
  readonly shape = computed((): ClipShape | null => {
    const { min, max } = this.#model.value.limits.aspect;
    const ratio = parseAspect(this.ratio.value);
    if (!ratio || ratio.width / ratio.height < min || ratio.width / ratio.height > max) return null;
    return clipShape(this.#model.value.geometry, this.ratio.value, this.seconds.value, this.fps.value);
  });

  /** Frame rate and shift have no field of their own; true when an opened file brought others than the model's. */
  readonly carriesHidden = computed(
    () =>
      this.fps.value !== this.#model.value.limits.fps.default ||
      this.shift.value !== this.#model.value.limits.shift.default,
  );

  /** Back to the model's own settings; prompt, picture and seed stay. */
  resetSettings(): void {
    const { limits } = this.#model.value;
    batch(() => {
      this.#setAspect(limits.aspect.default);
      this.seconds.value = limits.seconds.default;
      this.fps.value = limits.fps.default;
      this.steps.value = limits.steps.default;
      this.guidance.value = limits.guidance.default;
      this.shift.value = limits.shift.default;
      this.device.value = 'auto';
      this.visibleLabel.value = true;
    });
  }

  /**
   * Puts a value that works into the field that an error is about: the nearest, if the error names one, else the
   * model's own. Errors about anything else change nothing.
   */
  useLegal(error: AppError): void {
    const { limits } = this.#model.value;
    const nearest: unknown = Array.isArray(error.detail.nearest) ? error.detail.nearest[0] : undefined;
    const value = typeof nearest === 'number' ? nearest : null;
    if (error.code === 'input/aspect')
      this.#setAspect(typeof nearest === 'string' ? nearest : limits.aspect.default);
    if (error.code === 'input/seconds') this.seconds.value = value ?? limits.seconds.default;
    if (error.code === 'input/fps') this.fps.value = value ?? limits.fps.default;
    if (error.code === 'input/steps') this.steps.value = value ?? limits.steps.default;
    if (error.code === 'input/guidance') this.guidance.value = value ?? limits.guidance.default;
    if (error.code === 'input/shift') this.shift.value = value ?? limits.shift.default;
    if (error.code === 'input/seed') this.seed.value = value ?? this.#drawSeed();
  }

  /** A new seed, not yet put into its field. */
  drawSeed(): number {
    return this.#drawSeed();
  }

  /** Draws a new seed. */
  rollSeed(): void {
    this.seed.value = this.#drawSeed();
  }

  /**
   * The job as set, of one segment; not checked.
   * @param seed for a job with another seed than the field's.
   */
  toJob(seed: number = this.seed.value): Job {
    const job = newJob(
      this.#model.value,
      {
        prompt: this.prompt.value.trim(),
        seed,
        seconds: this.seconds.value,
        picture: this.picture.value ? { fit: this.fit.value } : null,
      },
      {
        aspect: this.ratio.value,
        fps: this.fps.value,
        steps: this.steps.value,
        guidance: this.guidance.value,
        shift: this.shift.value,
        negativePrompt: this.negativePrompt.value.trim(),
        scene: this.scene.value.trim(),
      },
    );
    return { ...job, segments: job.segments.map((segment) => ({ ...segment, camera: this.camera.value })) };
  }

  /**
   * Sets every field from a job, of whose segments the first. The seed is kept for the next clips.
   * @param picture came with the job, if any. The one that was there before stays its owner's to release.
   * @param visibleLabel whether the clip showed the mark; null if its file does not say: then the choice stays as it is.
   */
  load(job: Job, picture: Picture | null, visibleLabel: boolean | null): void {
    const segment = job.segments[0];
    if (!segment) return;
    batch(() => {
      this.prompt.value = capField(segment.prompt);
      this.scene.value = capField(job.scene);
      this.camera.value = segment.camera;
      this.negativePrompt.value = capField(job.negativePrompt);
      this.picture.value = picture;
      if (segment.picture) this.fit.value = segment.picture.fit;
      this.#setAspect(job.aspect);
      this.seconds.value = segment.seconds;
      this.fps.value = job.fps;
      this.steps.value = job.steps;
      this.guidance.value = job.guidance;
      this.shift.value = job.shift;
      this.seed.value = segment.seed;
      this.seedLocked.value = true;
      if (visibleLabel !== null) this.visibleLabel.value = visibleLabel;
    });
  }

  #setAspect(aspect: string): void {
    if (ASPECTS.some((named) => named === aspect)) {
      this.aspect.value = aspect;
      return;
    }
    const parsed = parseAspect(aspect);
    this.aspect.value = CUSTOM_ASPECT;
    this.customWidth.value = String(parsed?.width ?? '');
    this.customHeight.value = String(parsed?.height ?? '');
  }
}
