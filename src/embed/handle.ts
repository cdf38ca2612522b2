import type { EmbedClip, EmbedJob, EmbedStatus } from '../protocol/embed-api.ts';
import type { HostMessage, WidgetMessage } from '../protocol/embed-messages.ts';
import { parseWidgetMessage } from '../protocol/embed-replies.ts';
import type { Connection } from './connect.ts';
import type { EmbedEvents, EmbedGenerateOptions, EmbedHandle } from './page-api.ts';
import { embedAbort, embedError } from './widget-error.ts';

/** How often it is looked whether the frame is still in the page; not every browser says when a port's other end is gone. */
const LOOK_MS = 1000;

interface Call {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
  readonly options?: EmbedGenerateOptions;
}

/** The handle of a widget that has answered. */
export function createHandle(
  frame: HTMLIFrameElement,
  { port, ready }: Connection,
  fixedHeight: boolean,
): EmbedHandle {
  const calls = new Map<number, Call>();
  const listeners = new Map<string, Set<(event: never) => void>>();
  let { capabilities } = ready;
  let lastId = 0;
  let jobId = 0;
  let gone = false;

  const emit = <Name extends keyof EmbedEvents>(name: Name, event: EmbedEvents[Name]): void => {
    for (const listener of [...(listeners.get(name) ?? [])])
      (listener as (event: EmbedEvents[Name]) => void)(event);
  };
  const end = (): void => {
    if (gone) return;
    gone = true;
    clearInterval(look);
    port.close();
    frame.remove();
    for (const { reject } of calls.values())
      reject(embedError('embed/gone', 'The widget is gone from the page.'));
    calls.clear();
    emit('gone', null);
  };
  const look = setInterval(() => frame.isConnected || end(), LOOK_MS);
  // Another document in the frame knows nothing of this port.
  frame.addEventListener('load', end);
  port.addEventListener('close', end);

  /** @returns whether somebody waited for it. */
  const settle = (id: number | null, use: (call: Call) => void): boolean => {
    const call = id === null ? undefined : calls.get(id);
    if (!call) return false;
    calls.delete(id as number);
    use(call);
    return true;
  };
  const receive = (message: WidgetMessage): void => {
    switch (message.type) {
      case 'capabilities':
        capabilities = message.capabilities;
        emit('capabilities', capabilities);
        break;
      case 'phase':
        emit('phase', message.phase);
        break;
      case 'progress':
        calls.get(message.id ?? 0)?.options?.onProgress?.(message.progress);
        emit('progress', message.progress);
        break;
      case 'preview':
        calls.get(message.id ?? 0)?.options?.onPreview?.(message.preview);
        emit('preview', message.preview);
        break;
      case 'result':
        settle(message.id, ({ resolve }) => resolve(message.clip as never));
        emit('clip', message.clip);
        break;
      case 'failed': {
        const error = embedError(message.code, message.message, message.detail);
        if (!settle(message.id, ({ reject }) => reject(error))) emit('error', error);
        break;
      }
      case 'cancelled':
        settle(message.id, ({ reject }) => reject(embedAbort()));
        break;
      case 'status':
        settle(message.id, ({ resolve }) => resolve(message.status as never));
        break;
      case 'resize':
        if (!fixedHeight) frame.style.height = `${Math.min(4000, Math.max(120, message.height))}px`;
        emit('resize', message.height);
    }
  };
  port.onmessage = ({ data }) => {
    const message = parseWidgetMessage(data);
    if (message) receive(message);
  };

  const post = (message: HostMessage): void => port.postMessage(message);
  const call = <T>(send: (id: number) => HostMessage, options?: EmbedGenerateOptions): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (gone) return reject(embedError('embed/gone', 'The widget is gone from the page.'));
      const id = ++lastId;
      post(send(id)); // throws for what cannot be sent: then nothing waits
      calls.set(id, { resolve, reject, ...(options && { options }) });
    });
  const cancel = (id: number): void => {
    settle(id, ({ reject }) => {
      post({ type: 'cancel', id });
      reject(embedAbort());
    });
  };

  return {
    frame,
    terms: ready.terms,
    get capabilities() {
      return capabilities;
    },
    async generate(job: EmbedJob, options: EmbedGenerateOptions = {}) {
      const { signal } = options;
      if (typeof job !== 'object' || job === null)
        throw new TypeError('generate(job): the job must be an object.');
      if (signal?.aborted) throw embedAbort();
      let id = 0;
      const onAbort = (): void => cancel(id);
      signal?.addEventListener('abort', onAbort);
      try {
        return await call<EmbedClip>((next) => {
          id = next;
          jobId = next;
          return { type: 'generate', id, job };
        }, options);
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    cancel: () => cancel(jobId),
    export: () => call<EmbedClip>((id) => ({ type: 'export', id })),
    status: () => call<EmbedStatus>((id) => ({ type: 'status', id })),
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => void set.delete(listener);
    },
    destroy: end,
  };
}
