// The frame's end of the conversation, with real ports: who is heard, who is not, and when it ends.
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { awaitHost, type HostPort } from '../../src/embed/host-port.ts';
import type { HostMessage } from '../../src/protocol/embed-messages.ts';
import { until } from './state-fixtures.ts';

const PARTNER = 'https://partner.example';
const HELLO = { kindling: 'hello', version: 1 };
const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** A frame's window with somebody around it. */
function framed() {
  const parent = {};
  const scope = Object.assign(new EventTarget(), { parent });
  const connected: HostPort[] = [];
  const messages: HostMessage[] = [];
  let floods = 0;
  awaitHost(scope as unknown as Parameters<typeof awaitHost>[0], {
    admit: async (origin) => {
      if (origin !== PARTNER) throw new AppError('embed/refused', 'not on the list');
    },
    onConnected: (port) => connected.push(port),
    onMessage: (message) => messages.push(message),
    onFlood: () => floods++,
  });
  /** @returns the sender's port and what came back on it. */
  const greet = (data: unknown = HELLO, { origin = PARTNER, source = parent as object, ports = 1 } = {}) => {
    const { port1, port2 } = new MessageChannel();
    open.push(port1, port2);
    const answers: { readonly type: string; readonly code?: string; readonly id?: number }[] = [];
    port1.onmessage = ({ data: answer }) => answers.push(answer);
    const event = Object.assign(new Event('message'), {
      data,
      origin,
      source,
      ports: Array(ports).fill(port2),
    });
    scope.dispatchEvent(event);
    return { port: port1, answers };
  };
  return { greet, connected, messages, floods: () => floods };
}

const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

test('the page around is let in once; whoever repeats its greeting is not', async () => {
  const { greet, connected, messages } = framed();
  const first = greet();
  const second = greet();
  await until(() => connected.length > 0);
  const third = greet();
  connected[0]?.post({ type: 'resize', height: 5 });
  first.port.postMessage({ type: 'status', id: 1 });
  second.port.postMessage({ type: 'status', id: 2 });
  third.port.postMessage({ type: 'status', id: 3 });
  await until(() => messages.length > 0);
  await breath();
  expect(connected.map(({ origin }) => origin)).toEqual([PARTNER]);
  expect(messages).toEqual([{ type: 'status', id: 1 }]);
  expect([first.answers, second.answers, third.answers]).toEqual([[{ type: 'resize', height: 5 }], [], []]);
});

test('nobody but the window around is heard, whatever origin it has', async () => {
  const { greet, connected } = framed();
  const sibling = greet(HELLO, { source: {} });
  const without = greet(HELLO, { ports: 0 });
  const two = greet(HELLO, { ports: 2 });
  const other = greet({ kindling: 'goodbye' });
  await breath();
  expect([sibling, without, two, other].flatMap(({ answers }) => answers)).toEqual([]);
  expect(connected).toEqual([]);
});

test('a stranger and another version are told so, and nothing else, a few times', async () => {
  const { greet, connected } = framed();
  const stranger = greet(HELLO, { origin: 'https://partner.example.evil.example' });
  const newer = greet({ kindling: 'hello', version: 2 });
  await until(() => stranger.answers.length + newer.answers.length === 2);
  expect(stranger.answers).toEqual([{ type: 'refused', code: 'embed/refused', message: 'not on the list' }]);
  expect(newer.answers[0]).toMatchObject({ type: 'refused', code: 'embed/message' });
  for (let i = 0; i < 30; i++) greet(HELLO, { origin: 'https://evil.example' });
  const last = greet();
  await breath();
  expect([connected, last.answers]).toEqual([[], []]);
});

test('what cannot be read is answered by its number; a flood ends the conversation', async () => {
  const { greet, connected, messages, floods } = framed();
  const { port, answers } = greet();
  await until(() => connected.length > 0);
  port.postMessage({ type: 'generate', id: 4, job: 'a cat' });
  port.postMessage('nonsense');
  await until(() => answers.length > 0);
  expect(answers).toMatchObject([{ type: 'failed', id: 4, code: 'input/job' }]);
  for (let i = 0; i < 10_000; i++) port.postMessage({ type: 'status', id: i });
  await until(() => floods() > 0);
  await breath();
  expect(floods()).toBe(1);
  expect(messages.length).toBeLessThanOrEqual(200); // the hundred of one second, or of two that meet
});
