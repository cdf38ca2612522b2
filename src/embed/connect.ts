import { EMBED_VERSION, type HelloMessage, type WidgetMessageOf } from '../protocol/embed-messages.ts';
import { parseWidgetMessage } from '../protocol/embed-replies.ts';
import { embedError } from './widget-error.ts';

/** A frame that has answered. */
export interface Connection {
  /** The caller's to listen to and to close. */
  readonly port: MessagePort;
  readonly ready: WidgetMessageOf<'ready'>;
}

/**
 * Greets the widget in a frame as soon as it has loaded, and waits for its answer. The greeting is only delivered to a
 * document of that very origin, and the port inside it is what all later messages go through.
 * @param frame in the page, its `src` set.
 * @throws {AppError} `embed/timeout`, `embed/refused` or the widget's own reason.
 */
export function connect(frame: HTMLIFrameElement, origin: string, timeoutMs: number): Promise<Connection> {
  const { port1, port2 } = new MessageChannel();
  const hello: HelloMessage = { kindling: 'hello', version: EMBED_VERSION };
  return new Promise<Connection>((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      port1.close();
      reject(error);
    };
    const timer = setTimeout(
      () =>
        fail(embedError('embed/timeout', `No widget answered at ${frame.src} within ${timeoutMs / 1000} s.`)),
      timeoutMs,
    );
    port1.onmessage = ({ data }) => {
      const message = parseWidgetMessage(data);
      if (message?.type === 'refused') fail(embedError(message.code, message.message));
      if (message?.type !== 'ready') return;
      clearTimeout(timer);
      resolve({ port: port1, ready: message });
    };
    frame.addEventListener('load', () => frame.contentWindow?.postMessage(hello, origin, [port2]), {
      once: true,
    });
  });
}
