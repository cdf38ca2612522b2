import { type ReadonlySignal, signal } from '@preact/signals-core';
import { AppError } from '../core/errors.ts';
import type { EmbedTerms } from '../protocol/embed-api.ts';
import {
  checkSurroundings,
  type EmbedPolicy,
  parsePolicy,
  type Surroundings,
} from '../protocol/embed-policy.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { offeredModels } from './widget-job.ts';

/** Whether the widget may be used where it is. */
export type Access =
  | { readonly status: 'loading' }
  | { readonly status: 'open'; readonly policy: EmbedPolicy; readonly models: readonly ModelManifest[] }
  | { readonly status: 'refused'; readonly error: AppError };

/** What {@link WidgetAccess} needs from outside. */
export interface AccessParts {
  readonly catalogue: readonly ModelManifest[];
  readonly surroundings: Surroundings;
  /** Fetches the deployment's policy. */
  readonly loadPolicy: () => Promise<unknown>;
}

/** Who may hold the widget and what the deployment allows there. */
export class WidgetAccess {
  readonly state: ReadonlySignal<Access>;
  readonly #state = signal<Access>({ status: 'loading' });
  readonly #parts: AccessParts;
  #opening: Promise<void> | null = null;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.state = this.#state;
  }

  /** Models that a clip can be made with now, the default first; empty before the policy is known. */
  get models(): readonly ModelManifest[] {
    const access = this.#state.value;
    return access.status === 'open' ? access.models : [];
  }

  /** What the deployment allows here; null while that is not known. */
  get terms(): EmbedTerms | null {
    const access = this.#state.value;
    if (access.status !== 'open') return null;
    const { models, maxSeconds, label, clipsPerDay, visitorPictures } = access.policy;
    const longest = Math.max(...access.models.map(({ limits }) => limits.seconds.max));
    return { models, maxSeconds: Math.min(maxSeconds, longest), label, clipsPerDay, visitorPictures };
  }

  /** Reads the policy and looks who is around. Never rejects; a second call is the first. */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    try {
      const policy = parsePolicy(await this.#parts.loadPolicy());
      const models = offeredModels(this.#parts.catalogue, policy);
      if (models.length === 0)
        throw new AppError(
          'embed/policy',
          `embed-policy.json: models: none of ${policy.models.join(', ')} is in the catalogue.`,
        );
      checkSurroundings(this.#parts.surroundings, policy.embedders);
      this.#state.value = { status: 'open', policy, models };
    } catch (error) {
      this.#state.value = { status: 'refused', error: asAppError(error) };
    }
  }

  /**
   * Whether a page may talk with the widget.
   * @throws {AppError} `embed/refused`, `embed/policy`.
   */
  async admit(origin: string): Promise<void> {
    await this.open();
    const access = this.#state.value;
    if (access.status === 'refused') throw access.error;
    if (access.status !== 'open') return;
    checkSurroundings({ own: this.#parts.surroundings.own, ancestors: [origin] }, access.policy.embedders);
  }

  /** Models that the visitor keeps join those of the catalogue, as far as the policy offers them. */
  addStored(stored: readonly ModelManifest[]): void {
    const access = this.#state.value;
    if (access.status !== 'open') return;
    const models = offeredModels([...this.#parts.catalogue, ...stored], access.policy);
    this.#state.value = { ...access, models };
  }
}

/** What went wrong as one of ours. */
export const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal/runtime', String(error), { cause: error });
