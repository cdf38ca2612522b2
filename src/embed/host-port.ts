// The widget's end: waits in the frame for the page around it, and talks with it.
import { AppError } from '../core/errors.ts';
import { EMBED_VERSION, type HostMessage, type WidgetMessage } from '../protocol/embed-messages.ts';
import { callId, parseGreeting, parseHostMessage } from '../protocol/embed-requests.ts';

/** A page greets once for each document in the frame; one that goes on and on is not listened to any more. */
const MAX_GREETINGS = 20;
/** Messages in one second that no honest page needs; beyond them the conversation ends. */
const MAX_PER_SECOND = 100;

/** The page around the frame, as the widget sees it. */
export interface HostPort {
  /** Of the page that was let in. */
  readonly origin: string;
  post(message: WidgetMessage): void;
}

/** What waits for the page. */
export interface HostListener {
  /** Whether a page of this origin may use the widget. @throws {AppError} `embed/…` if not; its message is sent back. */
  readonly admit: (origin: string) => Promise<void>;
  readonly onConnected: (port: HostPort) => void;
  readonly onMessage: (message: HostMessage) => void;
  /** The page sent so much that it is not listened to any more. */
  readonly onFlood: () => void;
}

/**
 * Waits for the greeting of the page that holds this frame: of no other window, of one origin, with exactly one port. The
 * first that is admitted is the only one; a greeting that is repeated, replayed or passed on by somebody else has no effect.
 */
export function awaitHost(scope: Window, listener: HostListener): void {
  if (scope.parent === scope) return;
  let greetings = 0;
  let taken = false;
  const stop = (): void => scope.removeEventListener('message', onMessage);
  const onMessage = async (event: MessageEvent<unknown>): Promise<void> => {
    if (event.source !== scope.parent) return;
    if (++greetings > MAX_GREETINGS) return stop();
    const greeting = parseGreeting(event.data);
    const [port] = event.ports;
    if (!greeting || !port || event.ports.length !== 1) return;
    const { origin } = event;
    try {
      if (greeting === 'other-version')
        throw new AppError(
          'embed/message',
          `This widget speaks version ${EMBED_VERSION} of the messages; the page another. Reload both.`,
        );
      await listener.admit(origin);
    } catch (error) {
      refuse(port, error);
      return;
    }
    if (taken) return port.close();
    taken = true;
    stop();
    converse(port, origin, listener);
  };
  scope.addEventListener('message', onMessage);
}

function refuse(port: MessagePort, error: unknown): void {
  if (error instanceof AppError) {
    const answer: WidgetMessage = { type: 'refused', code: error.code, message: error.message };
    port.postMessage(answer);
  }
  port.close();
}

function converse(port: MessagePort, origin: string, listener: HostListener): void {
  let second = 0;
  let inSecond = 0;
  const post = (message: WidgetMessage): void => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, inSecond] = [now, 0];
    if (++inSecond > MAX_PER_SECOND) {
      port.onmessage = null;
      port.close();
      listener.onFlood();
      return;
    }
    try {
      listener.onMessage(parseHostMessage(data));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, message, detail } = error;
      // Only who numbers the calls waits for an answer.
      const id = callId(data);
      if (id !== null) post({ type: 'failed', id, code, message, detail });
    }
  };
  listener.onConnected({ origin, post });
}
