// What a deployment allows on other people's sites: `embed-policy.json` beside embed.html, never the address.
import { AppError } from '../core/errors.ts';
import { Fields } from './fields.ts';

/** Themes of the widget; `auto` follows the visitor's system. */
export const EMBED_THEMES = ['auto', 'light', 'dark'] as const;

/** One of {@link EMBED_THEMES}. */
export type EmbedTheme = (typeof EMBED_THEMES)[number];

/** Stands in a list of origins for every site. */
export const ANY_SITE = '*';

/** The deployment's decisions. */
export interface EmbedPolicy {
  /** Origins whose pages may hold the widget, or {@link ANY_SITE}. The deployment's own pages always may. */
  readonly embedders: readonly string[];
  /** Origins whose pages may hold the whole studio. */
  readonly studioEmbedders: readonly string[];
  /** Identifiers of models on offer, the default first. */
  readonly models: readonly string[];
  /** Longest clip in seconds. */
  readonly maxSeconds: number;
  /** Whether jobs may leave the visible mark out. */
  readonly label: 'mandatory' | 'optional';
  /** Clips that one visitor may make in a day on one partner's site; null for no limit. */
  readonly clipsPerDay: number | null;
  /** Whether visitors may begin clips of their own with a picture of theirs. */
  readonly visitorPictures: boolean;
  readonly theme: EmbedTheme;
}

/** Longest list of sites or models. */
const MOST_ENTRIES = 1000;
const KNOWN = new Set([
  'version',
  'embedders',
  'studioEmbedders',
  'models',
  'maxSeconds',
  'label',
  'clipsPerDay',
  'visitorPictures',
  'theme',
]);

/**
 * Reads a policy. A field that is not known is an error: a misspelt limit must not mean that there is none.
 * @throws {AppError} `embed/policy` naming the path, what was expected and what was found.
 */
export function parsePolicy(value: unknown): EmbedPolicy {
  const from = new Fields(value, 'embed-policy.json', 'embed/policy');
  for (const name of from.names()) {
    if (!KNOWN.has(name))
      throw from.wrong(name, `one of the fields ${[...KNOWN].join(', ')}`, from.raw(name));
  }
  if (from.raw('version') !== 1) throw from.wrong('version', '1', from.raw('version'));
  const models = from.texts('models', MOST_ENTRIES, 200);
  if (models.length === 0) throw from.wrong('models', 'at least one model', models);
  return {
    embedders: origins(from, 'embedders'),
    studioEmbedders: origins(from, 'studioEmbedders'),
    models,
    maxSeconds: from.number('maxSeconds', { min: 1, max: 3600 }),
    label: from.choice('label', ['mandatory', 'optional']),
    clipsPerDay:
      from.raw('clipsPerDay') === null ? null : from.number('clipsPerDay', { min: 0, whole: true }),
    visitorPictures: from.flag('visitorPictures'),
    theme: from.choice('theme', EMBED_THEMES),
  };
}

function origins(from: Fields, name: string): readonly string[] {
  const list = from.texts(name, MOST_ENTRIES, 300);
  list.forEach((entry, i) => {
    if (entry !== ANY_SITE && !isOrigin(entry))
      throw from.wrong(`${name}[${i}]`, 'an origin such as "https://partner.example", without a path', entry);
  });
  return list;
}

function isOrigin(text: string): boolean {
  try {
    const { origin, protocol } = new URL(text);
    return origin === text && (protocol === 'https:' || protocol === 'http:');
  } catch {
    return false;
  }
}

/** What is known about the pages around a frame. */
export interface Surroundings {
  /** The frame's own origin. */
  readonly own: string;
  /** Origins of the pages around it, the nearest first; empty if it is not in a frame. `null` where an origin is not told. */
  readonly ancestors: readonly (string | null)[];
}

/**
 * Whether all pages around a frame are on a list: a site that is on it must not be a way in for one that is not.
 * @throws {AppError} `embed/refused` naming the first that is not.
 */
export function checkSurroundings({ own, ancestors }: Surroundings, list: readonly string[]): void {
  if (list.includes(ANY_SITE)) return;
  for (const origin of ancestors) {
    if (origin === null) {
      const message =
        'The page around this frame does not say which site it is of. It must send its origin: referrerpolicy="strict-origin-when-cross-origin".';
      throw new AppError('embed/refused', message, { detail: { site: 'unknown' } });
    }
    if (origin === own || list.includes(origin)) continue;
    const message = `${origin} is not on the list of sites that may show this.`;
    throw new AppError('embed/refused', message, { detail: { site: origin } });
  }
}
