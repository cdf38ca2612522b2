// What the widget sends, parsed from unknown on the partner's page. Short, because it travels in embed.js: it checks what
// the page's code relies on, and that nothing else than plain data of the right kind comes through.
import type { WidgetMessage } from './embed-messages.ts';

type Kind = 'number' | 'string' | 'boolean' | 'object' | 'id' | 'blob' | 'frames';

const is = (value: unknown, kind: Kind): boolean => {
  if (kind === 'id') return value === null || Number.isSafeInteger(value);
  if (kind === 'blob') return value instanceof Blob;
  if (kind === 'frames') return Array.isArray(value) && value.every((at) => at instanceof Uint8ClampedArray);
  if (kind === 'number') return Number.isFinite(value);
  return typeof value === kind && value !== null;
};

/** The fields that each message must have; `a.b` stands inside `a`. */
const SHAPES: Readonly<Record<WidgetMessage['type'], Readonly<Record<string, Kind>>>> = {
  ready: {
    version: 'number',
    'capabilities.supported': 'boolean',
    'terms.models': 'object',
    'terms.maxSeconds': 'number',
  },
  refused: { code: 'string', message: 'string' },
  capabilities: { 'capabilities.supported': 'boolean' },
  phase: { phase: 'string' },
  progress: { id: 'id', 'progress.phase': 'string', 'progress.fraction': 'number' },
  preview: {
    id: 'id',
    'preview.width': 'number',
    'preview.height': 'number',
    'preview.fps': 'number',
    'preview.frames': 'frames',
  },
  result: { id: 'id', 'clip.file': 'blob', 'clip.job': 'object', 'clip.labels.visible': 'boolean' },
  failed: { id: 'id', code: 'string', message: 'string', detail: 'object' },
  cancelled: { id: 'id' },
  status: { id: 'id', 'status.phase': 'string' },
  resize: { height: 'number' },
};

/** Reads a message. @returns null for whatever is not one of ours, or of a newer kind. Never throws. */
export function parseWidgetMessage(data: unknown): WidgetMessage | null {
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>(
        (from, name) => (Object.hasOwn(Object(from), name) ? Reflect.get(Object(from), name) : null),
        data,
      );
  const type = at('type');
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) return null;
  const shape = Object.entries(SHAPES[type as WidgetMessage['type']]);
  return shape.every(([path, kind]) => is(at(path), kind)) ? (data as WidgetMessage) : null;
}
