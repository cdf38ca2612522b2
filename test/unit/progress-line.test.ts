import { expect, test } from 'vitest';
import { ProgressLine } from '../../scripts/progress-line.ts';

const record = (isTTY: boolean): { line: ProgressLine; written: string[] } => {
  const written: string[] = [];
  return { line: new ProgressLine({ isTTY, write: (text) => written.push(text) }), written };
};
const step = (done: number) =>
  ({ type: 'progress', phase: 'denoise', done, total: 4, secondsLeft: 2.1 }) as const;

test('on a terminal one line changes and is taken away in the end', () => {
  const { line, written } = record(true);
  line.show(step(1));
  line.show(step(2));
  line.say('done');
  expect(written).toEqual([
    '\r\x1b[2Kimagining 25 %, about 3 s left',
    '\r\x1b[2Kimagining 50 %, about 3 s left',
    '\r\x1b[2K',
    'done\n',
  ]);
});

test('in a log every phase is one line', () => {
  const { line, written } = record(false);
  line.show(step(1));
  line.show(step(2));
  line.show({ type: 'progress', phase: 'encode', done: 0, total: 1, secondsLeft: null });
  line.show(step(3));
  line.show({ type: 'warning', code: 'slow-adapter', message: 'The adapter is slow.' });
  expect(written).toEqual([
    'imagining …, about 3 s left\n',
    'writing the file …\n',
    'Warning: The adapter is slow.\n',
  ]);
});
