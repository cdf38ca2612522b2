// What a partner's page sends, parsed from unknown. The page may be anybody's.
import { PICTURE_FITS } from '../core/job.ts';
import type { EmbedJob } from './embed-api.ts';
import { EMBED_VERSION, type HostMessage } from './embed-messages.ts';
import { Fields } from './fields.ts';

/** Longest text that is looked at, UTF-16 units; the prompt's own limit is checked later, by graphemes. */
const MAX_TEXT = 8000;

/** What a greeting turned out to be. */
export type Greeting = 'hello' | 'other-version' | null;

/** Looks at a message on the window. @returns null for whatever is not meant for the widget. Never throws. */
export function parseGreeting(data: unknown): Greeting {
  if (typeof data !== 'object' || data === null) return null;
  if (!Object.hasOwn(data, 'kindling') || !Object.hasOwn(data, 'version')) return null;
  const { kindling, version } = data as { readonly kindling: unknown; readonly version: unknown };
  if (kindling !== 'hello' || typeof version !== 'number') return null;
  return version === EMBED_VERSION ? 'hello' : 'other-version';
}

/**
 * The number of a call that cannot be read otherwise, so that its sender gets an answer.
 * @returns null if there is none. Never throws.
 */
export function callId(data: unknown): number | null {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, 'id')) return null;
  const { id } = data as { readonly id: unknown };
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

/**
 * Reads a message on the port. Unknown fields are left out.
 * @throws {AppError} `embed/message`, or `input/job` for a job, naming the path, what was expected and what was found.
 */
export function parseHostMessage(data: unknown): HostMessage {
  const from = new Fields(data, 'message', 'embed/message');
  const type = from.choice('type', ['generate', 'cancel', 'export', 'status']);
  const id = from.number('id', { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true });
  return type === 'generate' ? { type, id, job: parseEmbedJob(from.raw('job')) } : { type, id };
}

/**
 * Reads what a page asks for. Whether the model can make it, and whether it may be made here, is asked later.
 * @throws {AppError} `input/job`.
 */
export function parseEmbedJob(value: unknown): EmbedJob {
  const from = new Fields(value, 'job', 'input/job');
  const text = (name: string): string => from.text(name, MAX_TEXT);
  const number = (name: string): number => from.number(name);
  const job = {
    prompt: from.optional('prompt', text),
    picture: from.optional('picture', (name) => {
      const picture = from.raw(name);
      if (!(picture instanceof Blob)) throw from.wrong(name, 'a Blob', picture);
      return picture;
    }),
    fit: from.optional('fit', (name) => from.choice(name, PICTURE_FITS)),
    aspect: from.optional('aspect', (name) => from.text(name, 40)),
    seconds: from.optional('seconds', number),
    fps: from.optional('fps', number),
    steps: from.optional('steps', number),
    guidance: from.optional('guidance', number),
    negativePrompt: from.optional('negativePrompt', text),
    seed: from.optional('seed', number),
    model: from.optional('model', (name) => from.text(name, 200)),
    label: from.optional('label', (name) => from.flag(name)),
  };
  return withoutMissing(job);
}

/** An object without the fields that are undefined. */
function withoutMissing<T extends object>(from: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const kept = Object.entries(from).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
