import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { type GenerateEvent, PHASES, type Phase } from '../../src/protocol/engine-api.ts';
import { ClipMaker } from '../../src/state/clip-maker.ts';
import { ClipShelf, clipFileName } from '../../src/state/clip-shelf.ts';
import { isForward, overallFraction } from '../../src/state/job-progress.ts';
import { isOnProcessor, type RunningJob } from '../../src/state/job-state.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { report, request } from './state-fixtures.ts';

const progress = (
  phase: Phase,
  done: number,
  total: number,
  secondsLeft: number | null = null,
): GenerateEvent => ({ type: 'progress', phase, done, total, secondsLeft });

let engine: FakeEngine;
let maker: ClipMaker;
beforeEach(() => {
  engine = new FakeEngine();
  maker = new ClipMaker(engine);
});
afterEach(() => {
  maker.shelf.dispose();
  vi.restoreAllMocks();
});

const running = (): RunningJob => {
  const state = maker.state.value;
  if (state.status !== 'running') throw new Error(`the job is ${state.status}`);
  return state;
};

describe('one job at a time', () => {
  test('a second press in the same tick makes no second clip', async () => {
    const first = maker.make(request('a cat'));
    await maker.make(request('a dog'));
    expect(engine.jobs).toHaveLength(1);
    engine.job.finish();
    await first;
    expect(maker.shelf.clips.value.map((clip) => clip.request.job.segments[0]?.prompt)).toEqual(['a cat']);
  });

  test('when the state says that a job is over, the next one can be started at once', async () => {
    const first = maker.make(request('a cat'));
    const stop = maker.state.subscribe(({ status }) => {
      if (status === 'done') void maker.make(request('a dog'));
    });
    engine.job.finish();
    await first;
    stop();
    expect(engine.jobs).toHaveLength(2);
    engine.job.fail(new DOMException('stop', 'AbortError'));
  });

  test('a job that cannot even be measured does not block the ones after it', async () => {
    const odd = request();
    await expect(maker.make({ ...odd, job: { ...odd.job, aspect: 'wide' } })).rejects.toMatchObject({
      code: 'input/aspect',
    });
    void maker.make(request());
    expect(engine.jobs).toHaveLength(1);
  });

  test('an engine that throws instead of rejecting is a failed job', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    vi.spyOn(engine, 'generate').mockImplementation(() => {
      throw new Error('boom');
    });
    await maker.make(request());
    expect(maker.state.value).toMatchObject({ status: 'failed', error: { code: 'internal/runtime' } });
  });
});

describe('cancelling', () => {
  test('twice asks the engine once', async () => {
    const made = maker.make(request());
    maker.cancel();
    expect(running().cancelling).toBe(true);
    maker.cancel();
    await made;
    expect(engine.job.cancels).toBe(1);
    expect(maker.state.value.status).toBe('cancelled');
  });

  test('after the end changes nothing', async () => {
    const made = maker.make(request());
    engine.job.finish();
    await made;
    const end = maker.state.value;
    maker.cancel();
    expect(engine.job.cancels).toBe(0);
    expect(maker.state.value).toBe(end);
  });

  test('before anything was started changes nothing', () => {
    maker.cancel();
    expect(maker.state.value).toEqual({ status: 'idle' });
  });
});

describe('what the engine says', () => {
  test('after the end is ignored, also while the next job runs', async () => {
    const first = maker.make(request());
    const old = engine.job;
    old.finish();
    await first;
    const end = maker.state.value;
    old.say(progress('denoise', 1, 2));
    expect(maker.state.value).toBe(end);

    void maker.make(request());
    old.say({ type: 'device', device: 'webgpu', adapter: null, reason: null });
    old.say(progress('encode', 30, 30));
    expect(running()).toMatchObject({ device: null, phase: 'prepare', fraction: 0 });
  });

  test('never lets the bar go back, and shows the later of phases that alternate', () => {
    void maker.make(request());
    const seen: number[] = [];
    const events: [Phase, number, number][] = [
      ['prepare', 5, 10],
      ['prepare', 10, 10],
      ['text', 0, 1],
      ['denoise', 0, 8],
      ['denoise', 8, 8],
      ['decode', 0, 4],
      ['decode', 1, 4],
      ['encode', 0, 30],
      ['encode', 7, 30],
      ['decode', 2, 4],
      ['encode', 15, 30],
      ['prepare', 0, 10],
      ['encode', 30, 30],
    ];
    for (const event of events) {
      engine.job.say(progress(...event));
      seen.push(running().fraction);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    expect(running().phase).toBe('encode');
  });

  test('the time left is always the newest, also when the phase goes back', () => {
    void maker.make(request());
    engine.job.say(progress('denoise', 1, 8, 30));
    expect(running().secondsLeft).toBe(30);
    engine.job.say(progress('encode', 1, 30, 4));
    engine.job.say(progress('decode', 2, 4, 3));
    expect(running()).toMatchObject({ phase: 'encode', secondsLeft: 3 });
    engine.job.say(progress('encode', 2, 30, null));
    expect(running().secondsLeft).toBeNull();
  });

  test('device, preview and warnings are kept', () => {
    void maker.make(request());
    expect(isOnProcessor(maker.state.value)).toBe(false);
    engine.job.say({ type: 'device', device: 'wasm', adapter: null, reason: 'no GPU' });
    engine.job.say({ type: 'warning', code: 'gpu-fallback', message: 'its numbers are off' });
    engine.job.say({ type: 'warning', code: 'prompt-truncated', message: 'too long' });
    const preview = { width: 1, height: 1, fps: 2, frames: [new Uint8ClampedArray(4)], step: 1 };
    engine.job.say({ type: 'preview', preview });
    expect(running()).toMatchObject({ device: 'wasm', preview });
    expect(running().warnings.map(({ code }) => code)).toEqual(['gpu-fallback', 'prompt-truncated']);
    expect(isOnProcessor(maker.state.value)).toBe(true);
  });
});

describe('after the end', () => {
  test('an error is kept with its code, a foreign one becomes ours', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const lost = maker.make(request());
    engine.job.fail(new AppError('gpu/lost', 'gone'));
    await lost;
    expect(maker.state.value).toMatchObject({ status: 'failed', error: { code: 'gpu/lost' } });
    const strange = maker.make(request());
    engine.job.fail('strange');
    await strange;
    expect(maker.state.value).toMatchObject({
      status: 'failed',
      error: { code: 'internal/runtime', message: 'strange' },
    });
    expect(log).toHaveBeenCalledTimes(2);
    maker.dismiss();
    expect(maker.state.value).toEqual({ status: 'idle' });
  });

  test('an earlier clip can be shown again, but not while a job runs', async () => {
    for (const prompt of ['one', 'two']) {
      const made = maker.make(request(prompt));
      engine.job.finish();
      await made;
    }
    const [second, first] = maker.shelf.clips.value;
    maker.show(first!);
    expect(maker.state.value).toEqual({ status: 'done', clip: first });
    const third = maker.make(request('three'));
    maker.show(first!);
    maker.dismiss();
    expect(maker.state.value.status).toBe('running');
    maker.cancel();
    await third;
    maker.dismiss();
    expect(maker.state.value).toEqual({ status: 'done', clip: second });
  });
});

describe('the shelf', () => {
  test('lets the object URL of the oldest clip go with it, and of all at the end', () => {
    const made = vi.spyOn(URL, 'createObjectURL');
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    const shelf = new ClipShelf();
    const clips = Array.from({ length: 14 }, (_, i) =>
      shelf.add(request('a cat', i), { file: new Blob(['x']), report: report(i) }),
    );
    expect(made).toHaveBeenCalledTimes(14);
    expect(shelf.clips.value).toHaveLength(12);
    expect(shelf.clips.value[0]).toBe(clips[13]);
    expect(revoked.mock.calls.flat()).toEqual([clips[0]?.url, clips[1]?.url]);
    shelf.dispose();
    expect(new Set(revoked.mock.calls.flat())).toEqual(new Set(clips.map(({ url }) => url)));
    expect(revoked).toHaveBeenCalledTimes(14);
    expect(shelf.clips.value).toEqual([]);
  });

  test.each([
    ['An orange cat, in a snowy forest!', 'kindling-An-orange-cat-in-a-snowy-forest-7.mp4'],
    ['雪林里的一只橙色的猫', 'kindling-雪林里的一只橙色的猫-7.mp4'],
    ['../../etc/passwd', 'kindling-etc-passwd-7.mp4'],
    ['', 'kindling-clip-7.mp4'],
    ['🦖🦖', 'kindling-clip-7.mp4'],
  ])('names the file for %j after its words', (prompt, name) => {
    expect(clipFileName(prompt, 7)).toBe(name);
  });

  test('a name stays short enough for a disk, even of one endless word', () => {
    for (const prompt of ['猫'.repeat(400), 'ab '.repeat(400), '𠀀'.repeat(200)]) {
      expect(new TextEncoder().encode(clipFileName(prompt, 0xffff_ffff)).length).toBeLessThanOrEqual(255);
    }
  });
});

describe('the bar', () => {
  test('ends at 1, starts at 0, and stays between with odd numbers', () => {
    expect(overallFraction('prepare', 0, 1)).toBe(0);
    expect(overallFraction('encode', 1, 1)).toBe(1);
    for (const phase of PHASES) {
      for (const [done, total] of [
        [-1, 1],
        [5, 1],
        [1, 0],
        [0, 0],
      ] as const) {
        const fraction = overallFraction(phase, done, total);
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThanOrEqual(1);
      }
    }
  });

  test('phases come in their order', () => {
    expect(isForward('text', 'denoise')).toBe(true);
    expect(isForward('denoise', 'denoise')).toBe(true);
    expect(isForward('encode', 'decode')).toBe(false);
  });
});

test('no event of a cancelled job arrives after it is over', async () => {
  const made = maker.make(request());
  maker.cancel();
  engine.job.say(progress('denoise', 4, 8));
  expect(running()).toMatchObject({ cancelling: true, phase: 'denoise' });
  await made;
  engine.job.say(progress('denoise', 5, 8));
  await settle();
  expect(maker.state.value.status).toBe('cancelled');
});
