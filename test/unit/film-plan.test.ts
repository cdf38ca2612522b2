import { describe, expect, test } from 'vitest';
import { checkJob, newJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import { planFilm, segmentPicks } from '../../src/core/film-plan.ts';
import {
  type Job,
  type ModelGeometry,
  type ModelLimits,
  type Segment,
  settingsOf,
} from '../../src/core/job.ts';
import { segmentIdentities } from '../../src/core/segment-identity.ts';
import { spokenPrompt } from '../../src/core/spoken-prompt.ts';

const GEOMETRY: ModelGeometry = { latentRate: 2, shortSide: 64, unit: 16, upscale: 4, decoderFps: 30 };
const range = (min: number, max: number, usual: number) => ({ min, max, default: usual });
const LIMITS: ModelLimits = {
  pictures: true,
  seconds: range(1, 5, 5),
  fps: range(1, 30, 30),
  steps: range(1, 50, 10),
  guidance: range(1, 10, 3),
  shift: range(1, 12, 3),
  aspect: { min: 0.5, max: 2, default: '1:1' },
  continuation: { prefixFrames: 2, secondsStep: 0.5, from: 'latents' },
};
const MODEL = { id: 'seedling', geometry: GEOMETRY, limits: LIMITS };

function board(changes: readonly Partial<Segment>[], settings: Partial<Job> = {}): Job {
  const job = { ...newJob(MODEL, { prompt: 'a castle', seed: 1 }), ...settings };
  return { ...job, segments: changes.map((change) => ({ ...job.segments[0]!, ...change })) };
}

function refusal(job: Job, limits = LIMITS, hasPicture = false): AppError {
  try {
    checkJob(job, limits, { hasPicture });
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('it was not refused');
}

test('segments follow each other without a gap, and go on from the end of the one before', () => {
  const { shape, segments } = planFilm(MODEL, board([{ seconds: 5 }, { seconds: 2.5 }, { seconds: 1.2 }]));
  expect(shape).toMatchObject({ frames: 261, latentFrames: 11 + 5 + 3 });
  expect(segments).toEqual([
    {
      index: 0,
      start: 0,
      prefixFrames: 0,
      latentFrames: 11,
      keptFrames: 11,
      shownFrames: 11,
      firstFrame: 0,
      frames: 150,
    },
    {
      index: 1,
      start: 5,
      prefixFrames: 2,
      latentFrames: 7,
      keptFrames: 5,
      shownFrames: 5,
      firstFrame: 150,
      frames: 75,
    },
    {
      index: 2,
      start: 7.5,
      prefixFrames: 2,
      latentFrames: 5,
      keptFrames: 3,
      shownFrames: 3,
      firstFrame: 225,
      frames: 36,
    },
  ]);
});

test('one segment is the plain clip', () => {
  const { segments } = planFilm({ ...MODEL, limits: {} }, board([{ seconds: 3.3 }], { fps: 24 }));
  expect(segments).toEqual([
    {
      index: 0,
      start: 0,
      prefixFrames: 0,
      latentFrames: 8,
      keptFrames: 8,
      shownFrames: 8,
      firstFrame: 0,
      frames: 79,
    },
  ]);
});

test.each([30, 24, 7, 1])(
  'every instant of a film at %d fps shows the same picture however it is cut',
  (fps) => {
    const pictures = (job: Job): readonly number[] => {
      const { segments } = planFilm(MODEL, job);
      return segments.flatMap((plan) => {
        const firstOwn = plan.index === 0 ? 0 : Math.round(plan.start * GEOMETRY.latentRate) + 1;
        return segmentPicks(GEOMETRY, fps, plan).map(
          ({ latent, picture }) => (latent + firstOwn) * 15 + picture,
        );
      });
    };
    const whole = pictures(board([{ seconds: 5 }], { fps }));
    expect(pictures(board([{ seconds: 2 }, { seconds: 1.5 }, { seconds: 1.5 }], { fps }))).toEqual(whole);
    expect(whole[0]).toBe(0); // the first latent frame's last picture
  },
);

test('a segment begins with the last picture of the one before', () => {
  const { segments } = planFilm(MODEL, board([{ seconds: 2 }, { seconds: 1 }]));
  expect(segmentPicks(GEOMETRY, 30, segments[1]!).slice(0, 2)).toEqual([
    { latent: -1, picture: 0 },
    { latent: 0, picture: -14 },
  ]);
});

test('a segment inherits what it does not say', () => {
  const job = board([{}, { settings: { steps: 3, negativePrompt: 'fog' } }], { negativePrompt: 'rain' });
  expect(settingsOf(job, job.segments[0]!)).toEqual({
    steps: 10,
    guidance: 3,
    shift: 3,
    negativePrompt: 'rain',
  });
  expect(settingsOf(job, job.segments[1]!)).toEqual({
    steps: 3,
    guidance: 3,
    shift: 3,
    negativePrompt: 'fog',
  });
});

test('the model is told what is there, what happens and what the camera does, in one language', () => {
  const say = (scene: string, prompt: string, camera: Segment['camera'] = null): string =>
    spokenPrompt({ scene }, { prompt, camera });
  expect(say('', 'a cat')).toBe('a cat');
  expect(say('a castle', ' the sun sets ', 'pan left')).toBe('a castle, the sun sets, the camera pans left');
  expect(say('城堡', '天黑了', 'zoom in')).toBe('城堡，天黑了，镜头推进');
  expect(say('城堡', '', 'roll')).toBe('城堡，镜头旋转');
  expect(say('', '', 'still')).toBe('still camera');
});

test('what is wrong with a storyboard names the segment', () => {
  expect(refusal(board([{}, { seconds: 0 }, {}]))).toMatchObject({
    code: 'input/seconds',
    message: expect.stringMatching(/^Segment 2: .*Nearest: 1\.$/),
    detail: { segment: 1 },
  });
  expect(refusal(board([{}, {}, { seconds: 61 }])).message).toMatch(/^Segment 3: .*Nearest: 5\./);
  expect(refusal(board([{}, { picture: { fit: 'crop' } }])).message).toMatch(/^Segment 2: Only the first/);
  expect(refusal(board([{ picture: { fit: 'crop' } }, {}])).message).toMatch(/^Segment 1: .*no picture came/);
  expect(refusal(board([{}, { camera: 'dolly' as 'roll' }])).message).toContain('pan left');
  expect(refusal(board([{}, { settings: { steps: 99 } }]))).toMatchObject({
    code: 'input/steps',
    detail: { segment: 1 },
  });
});

test('a segment that is gone on from ends with a whole latent frame; the last may end anywhere', () => {
  expect(refusal(board([{ seconds: 2.2 }, {}]))).toMatchObject({
    code: 'input/seconds',
    detail: { nearest: [2, 2.5], segment: 0 },
  });
  checkJob(board([{ seconds: 2.5 }, { seconds: 2.2 }]), LIMITS, { hasPicture: false });
});

test('words may be missing where something else says what there is', () => {
  checkJob(board([{}, { prompt: '' }]), LIMITS, { hasPicture: false });
  checkJob(board([{ prompt: '' }], { scene: 'a castle' }), LIMITS, { hasPicture: false });
  expect(refusal(board([{ prompt: '' }, {}])).code).toBe('input/prompt-empty');
});

test('as many segments as three minutes take, and only where the model can go on', () => {
  checkJob(board(Array.from({ length: 36 }, () => ({}))), LIMITS, { hasPicture: false });
  expect(refusal(board(Array.from({ length: 37 }, () => ({})))).message).toContain('at most 36');
  const { continuation: _, ...alone } = LIMITS;
  expect(refusal(board([{}, {}]), alone).message).toContain('cannot go on');
});

test('where the last picture is encoded again, a segment keeps the latent frame that it became', () => {
  const continuation = { prefixFrames: 1, secondsStep: 0.5, from: 'picture' } as const;
  const { shape, segments } = planFilm(
    { ...MODEL, limits: { continuation } },
    board([{ seconds: 2 }, { seconds: 1 }]),
  );
  expect(shape).toMatchObject({ frames: 90, latentFrames: 5 + 2 });
  expect(segments.map(({ latentFrames, keptFrames }) => [latentFrames, keptFrames])).toEqual([
    [5, 5],
    [3, 3],
  ]);
});

describe('a segment whose end is cut', () => {
  test('is made in full; the film shows its beginning and goes on from there', () => {
    const { shape, segments } = planFilm(
      MODEL,
      board([{ seconds: 5, keepSeconds: 3 }, { seconds: 2, keepSeconds: 1.5 }, { seconds: 1.2 }]),
    );
    expect(shape).toMatchObject({ frames: 171, latentFrames: 7 + 3 + 3 });
    expect(segments).toMatchObject([
      { start: 0, latentFrames: 11, keptFrames: 11, shownFrames: 7, firstFrame: 0, frames: 90 },
      { start: 3, latentFrames: 6, keptFrames: 4, shownFrames: 3, firstFrame: 90, frames: 45 },
      { start: 4.5, latentFrames: 5, keptFrames: 3, shownFrames: 3, firstFrame: 135, frames: 36 },
    ]);
    expect(segmentPicks(GEOMETRY, 30, segments[1]!)[0]).toEqual({ latent: -1, picture: 0 });
  });

  test('keeps the latent frame that a picture became', () => {
    const continuation = { prefixFrames: 1, secondsStep: 0.5, from: 'picture' } as const;
    const { segments } = planFilm(
      { ...MODEL, limits: { continuation } },
      board([{ seconds: 2 }, { seconds: 2, keepSeconds: 1 }, {}]),
    );
    expect(segments[1]).toMatchObject({ latentFrames: 5, keptFrames: 5, shownFrames: 3 });
  });

  test('stays the same segment, and those that go on from it do not', () => {
    const [first, ...others] = segmentIdentities(board([{}, {}, {}]), null);
    const cut = segmentIdentities(board([{ keepSeconds: 3 }, {}, {}]), null);
    expect(cut[0]).toBe(first);
    expect(others).not.toContain(cut[1]);
    expect(others).not.toContain(cut[2]);
    expect(segmentIdentities(board([{ keepSeconds: 3.5 }, {}]), null)[1]).not.toBe(cut[1]);
  });

  test('may have any length; what is kept is whole, can be seen and gone on from', () => {
    const cut = (keepSeconds: number, changes: Partial<Job> = {}) =>
      board([{}, { seconds: 4.2, keepSeconds }, {}], changes);
    for (const seconds of [1, 2.5, 4]) checkJob(cut(seconds), LIMITS, { hasPicture: false });
    const nearest = (keepSeconds: number, changes?: Partial<Job>): unknown => {
      const { code, message, detail } = refusal(cut(keepSeconds, changes));
      expect(code).toBe('input/cut');
      expect(message).toMatch(/^Segment 2: A cut of 4\.2 s after .* cannot be gone on from/);
      expect(detail.segment).toBe(1);
      return detail.nearest;
    };
    expect(nearest(2.7)).toEqual([2.5, 3]);
    expect(nearest(4.5)).toEqual([4]);
    expect(nearest(4.2)).toEqual([4]);
    expect(nearest(0.5)).toEqual([1]); // two latent frames go on
    expect(nearest(0)).toEqual([1]);
    expect(nearest(-3)).toEqual([1]);
    checkJob(cut(1, { fps: 1 }), LIMITS, { hasPicture: false });
    const sixths = {
      ...LIMITS,
      continuation: { prefixFrames: 1, secondsStep: 1 / 6, from: 'picture' },
    } as const;
    checkJob(cut(0.1667, { fps: 6 }), sixths, { hasPicture: false });
    expect(refusal(cut(0.1667, { fps: 5 }), sixths).detail.nearest).toEqual([1 / 3]);
  });

  test('is refused where there is nothing left to cut, or nothing goes on', () => {
    expect(refusal(board([{ seconds: 1, keepSeconds: 0.5 }])).detail.nearest).toEqual([]);
    const { continuation: _, ...alone } = LIMITS;
    expect(refusal(board([{ keepSeconds: 3 }]), alone)).toMatchObject({ code: 'input/cut' });
  });
});

test('the nearest length that is offered can be used, also where a latent frame is a sixth of a second', () => {
  const limits: ModelLimits = {
    ...LIMITS,
    continuation: { prefixFrames: 1, secondsStep: 1 / 6, from: 'picture' },
  };
  const { detail, message } = refusal(board([{ seconds: 1.3 }, {}]), limits);
  expect(message).toContain('Nearest: 1.1667 or 1.3333');
  for (const seconds of [...(detail.nearest as number[]), 1.1667, 1.3333]) {
    checkJob(board([{ seconds }, {}]), limits, { hasPicture: false });
    const model = { geometry: { ...GEOMETRY, latentRate: 6, decoderFps: 24 }, limits };
    expect(planFilm(model, board([{ seconds }, {}])).segments[0]?.latentFrames).toBe(
      Math.round(seconds * 6) + 1,
    );
  }
});
