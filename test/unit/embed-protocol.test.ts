// What crosses between a partner's page and the widget: read from whatever anybody may send.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { keyOf } from '../../src/client/stored-models.ts';
import { newJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import { parseEmbedAddress } from '../../src/protocol/embed-address.ts';
import { checkSurroundings, parsePolicy } from '../../src/protocol/embed-policy.ts';
import { parseWidgetMessage } from '../../src/protocol/embed-replies.ts';
import { callId, parseEmbedJob, parseGreeting, parseHostMessage } from '../../src/protocol/embed-requests.ts';
import { jobTextFromFragment, jobToFragment } from '../../src/protocol/job-address.ts';
import { parseJob } from '../../src/protocol/job-file.ts';
import { HUB } from '../../src/protocol/open-model.ts';
import { findSurroundings } from '../../src/protocol/page-surroundings.ts';
import { remoteFile } from '../../src/state/model-shelf.ts';
import { storeKey } from '../../src/weights/model-store.ts';
import { ROOT } from './source-files.ts';
import { MANIFEST } from './state-fixtures.ts';

/** The error that something throws, as code and message. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

/** Values that nobody honest would send. */
function nasties(): readonly unknown[] {
  const cyclic: Record<string, unknown> = { type: 'generate', id: 1 };
  cyclic.job = cyclic;
  cyclic.self = [cyclic];
  return [
    undefined,
    null,
    0,
    Number.NaN,
    '',
    'generate',
    [],
    [['generate']],
    new Map([['type', 'generate']]),
    new ArrayBuffer(8),
    Object.create({ type: 'generate', id: 1, job: { prompt: 'inherited' } }),
    JSON.parse('{"__proto__":{"type":"generate","id":1,"job":{}}}'),
    { type: 'constructor', id: 1 },
    { type: '__proto__', id: 1 },
    { type: 'generate', id: '1', job: {} },
    { type: 'generate', id: -1, job: {} },
    { type: 'generate', id: 1e300, job: {} },
    { type: 'generate', id: 1, job: 'a cat' },
    { type: 'generate', id: 1, job: { prompt: 'x'.repeat(1_000_000) } },
    { type: 'generate', id: 1, job: { prompt: { toString: 'a cat' } } },
    { type: 'generate', id: 1, job: { picture: 'data:image/png;base64,' } },
    { type: 'generate', id: 1, job: { picture: { size: 10, type: 'image/png' } } },
    { type: 'generate', id: 1, job: { seconds: '5' } },
    { type: 'generate', id: 1, job: { fit: 'toString' } },
    { type: 'cancel' },
    { type: 'status', id: null },
  ];
}

describe('a message of the page', () => {
  test.each(nasties().map((value, i) => [i, value]))(
    '%i is refused with a code, and nothing is thrown that has none',
    (_, value) => {
      expect(refusal(() => parseHostMessage(value))).toMatch(/^(embed\/message|input\/job): \w/);
      expect(() => callId(value)).not.toThrow();
      expect(parseGreeting(value)).toBeNull();
    },
  );

  test('that is cyclic is read as far as it is meant', () => {
    const job: Record<string, unknown> = { prompt: 'a cat' };
    job.self = job;
    expect(parseHostMessage({ type: 'generate', id: 3, job, more: [job] })).toEqual({
      type: 'generate',
      id: 3,
      job: { prompt: 'a cat' },
    });
  });

  test('leaves every prototype as it was', () => {
    for (const value of nasties()) refusal(() => parseHostMessage(value));
    const sent = JSON.parse(
      '{"prompt":"a cat","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    );
    const job = parseEmbedJob(sent);
    expect(Object.getPrototypeOf(job)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.keys(job)).toEqual(['prompt']);
  });

  test('keeps all that a job may say, and names what is wrong by its path', () => {
    const picture = new Blob(['x']);
    const whole = {
      prompt: 'a',
      picture,
      fit: 'letterbox',
      aspect: '9:16',
      seconds: 2,
      fps: 24,
      steps: 4,
      guidance: 2,
      negativePrompt: 'b',
      seed: 1,
      model: 'seedling',
      label: false,
    };
    expect(parseEmbedJob({ ...whole, secret: 1 })).toEqual(whole);
    expect(refusal(() => parseEmbedJob({ label: 'no' }))).toBe(
      'input/job: job.label: expected true or false, got "no".',
    );
  });
});

describe('a message of the widget', () => {
  test.each(nasties().map((value, i) => [i, value]))('%i that is none is passed over', (_, value) => {
    expect(parseWidgetMessage(value)).toBeNull();
  });

  test('must have what the page relies on, of its own', () => {
    const clip = { file: new Blob(['x']), job: {}, labels: { visible: true } };
    const result = { type: 'result', id: 1, clip };
    expect(parseWidgetMessage(result)).toBe(result);
    expect(parseWidgetMessage({ ...result, clip: { ...clip, file: 'x' } })).toBeNull();
    expect(parseWidgetMessage({ ...result, clip: Object.create(clip) })).toBeNull();
    expect(parseWidgetMessage({ ...result, id: 1.5 })).toBeNull();
    expect(parseWidgetMessage({ type: 'resize', height: Number.NaN })).toBeNull();
    expect(parseWidgetMessage({ type: 'resize', height: 300 })).not.toBeNull();
    expect(parseWidgetMessage({ type: 'from-the-future', height: 300 })).toBeNull();
  });
});

test('a greeting of another version is told apart from one that is none', () => {
  expect(parseGreeting({ kindling: 'hello', version: 1 })).toBe('hello');
  expect(parseGreeting({ kindling: 'hello', version: 2 })).toBe('other-version');
  expect(parseGreeting({ kindling: 'hello' })).toBeNull();
  expect(parseGreeting(Object.create({ kindling: 'hello', version: 1 }))).toBeNull();
});

describe('the policy', () => {
  const policy = {
    version: 1,
    embedders: ['https://partner.example'],
    studioEmbedders: [],
    models: ['seedling'],
    maxSeconds: 3,
    label: 'mandatory',
    clipsPerDay: 5,
    visitorPictures: true,
    theme: 'dark',
  };

  test('that the site is built with lets nobody else in', () => {
    const built: unknown = JSON.parse(readFileSync(join(ROOT, 'public/embed-policy.json'), 'utf8'));
    expect(parsePolicy(built)).toMatchObject({ embedders: [], studioEmbedders: [], label: 'mandatory' });
  });

  test('is read whole', () => {
    const { version: _, ...rest } = policy;
    expect(parsePolicy(policy)).toEqual(rest);
    expect(parsePolicy({ ...policy, clipsPerDay: null }).clipsPerDay).toBeNull();
  });

  test.each([
    [{ embedders: ['partner.example'] }, 'embed-policy.json.embedders[0]: expected an origin'],
    [{ embedders: ['https://partner.example/'] }, 'embed-policy.json.embedders[0]: expected an origin'],
    [{ embedders: ['null'] }, 'embed-policy.json.embedders[0]: expected an origin'],
    [{ embedders: 'https://partner.example' }, 'embed-policy.json.embedders: expected a list'],
    [{ models: [] }, 'embed-policy.json.models: expected at least one model'],
    [{ maxSeconds: '3' }, 'embed-policy.json.maxSeconds: expected a number from 1'],
    [{ label: true }, 'embed-policy.json.label: expected mandatory or optional, got true'],
    [{ visitorPictures: 'no' }, 'embed-policy.json.visitorPictures: expected true or false'],
    [{ clipsPerDay: 1.5 }, 'embed-policy.json.clipsPerDay: expected a whole number'],
    [{ theme: 'blue' }, 'embed-policy.json.theme: expected auto or light or dark'],
    [{ clipPerDay: 3 }, 'embed-policy.json.clipPerDay: expected one of the fields'],
    [{ version: 2 }, 'embed-policy.json.version: expected 1, got 2'],
  ])('with %j is refused by its path', (change, message) => {
    expect(refusal(() => parsePolicy({ ...policy, ...change }))).toContain(`embed/policy: ${message}`);
  });

  test('without a field is refused: a limit that was forgotten is not no limit', () => {
    for (const name of Object.keys(policy)) {
      const { [name as keyof typeof policy]: _, ...rest } = policy;
      expect(refusal(() => parsePolicy(rest))).toContain(`embed/policy: embed-policy.json.${name}`);
    }
  });
});

describe('the pages around a frame', () => {
  const own = 'https://kindling.example';
  const list = ['https://partner.example'];
  const around = (...ancestors: (string | null)[]) =>
    refusal(() => checkSurroundings({ own, ancestors }, list));

  test('must all be on the list or our own', () => {
    expect(around()).toBe('accepted');
    expect(around(own)).toBe('accepted');
    expect(around('https://partner.example')).toBe('accepted');
    expect(around('https://partner.example', own)).toBe('accepted');
    expect(around('https://evil.example')).toContain('https://evil.example is not on the list');
    expect(around('https://partner.example', 'https://evil.example')).toContain('embed/refused');
    expect(around('https://partner.example.evil.example')).toContain('embed/refused');
    expect(around('http://partner.example')).toContain('embed/refused');
    expect(around('null')).toContain('embed/refused');
    expect(around(null)).toContain('does not say which site');
    expect(refusal(() => checkSurroundings({ own, ancestors: ['https://any.example', null] }, ['*']))).toBe(
      'accepted',
    );
  });

  test('are those that the browser lists, else the one that the frame was opened from', () => {
    const parent = {};
    const scope = (location: object, referrer = '') =>
      findSurroundings({ location: { origin: own, ...location }, document: { referrer }, parent });
    expect(
      scope({ ancestorOrigins: ['https://a.example', 'https://b.example'] }, 'https://c.example/').ancestors,
    ).toEqual(['https://a.example', 'https://b.example']);
    expect(scope({}, 'https://partner.example/page').ancestors).toEqual(['https://partner.example']);
    expect(scope({}).ancestors).toEqual([null]);
    const alone: { location: { origin: string }; document: { referrer: string }; parent: unknown } = {
      location: { origin: own },
      document: { referrer: 'https://partner.example/' },
      parent: null,
    };
    alone.parent = alone;
    expect(findSurroundings(alone).ancestors).toEqual([]);
  });
});

describe('a job in an address', () => {
  test('comes back as it was, Chinese included, in characters that addresses may have', () => {
    const job = newJob(MANIFEST, { prompt: '雪林里的一只橙色的猫 🐱 ??>>', seed: 7 }, { aspect: '9:16' });
    const fragment = jobToFragment(job);
    expect(fragment).toMatch(/^#job=[\w-]+$/);
    expect(parseJob(JSON.parse(jobTextFromFragment(fragment) ?? ''))).toEqual(job);
  });

  test('that is damaged or endless is refused; another fragment is none', () => {
    expect(refusal(() => jobTextFromFragment('#job=%%%'))).toContain('input/job');
    expect(refusal(() => jobTextFromFragment('#job=gICA'))).toContain('input/job'); // not UTF-8
    expect(refusal(() => jobTextFromFragment(`#job=${'A'.repeat(200_000)}`))).toContain('input/job');
    expect(jobTextFromFragment('#section')).toBeNull();
    expect(jobTextFromFragment('')).toBeNull();
  });
});

test('an address says what stands in the fields and nothing about what is allowed', () => {
  expect(parseEmbedAddress('?prompt=a%20cat&aspect=9:16&lang=zh&picture=off&models=all&embedders=*')).toEqual(
    {
      prompt: 'a cat',
      aspect: '9:16',
      lang: 'zh',
      picture: false,
    },
  );
  expect(parseEmbedAddress('')).toEqual({ prompt: null, aspect: null, lang: null, picture: true });
  expect(parseEmbedAddress('?picture=on').picture).toBe(true);
  expect(parseEmbedAddress('?aspect=javascript:1&lang=<script>')).toMatchObject({ aspect: null, lang: null });
  expect(parseEmbedAddress(`?prompt=${'x'.repeat(20_000)}`).prompt).toHaveLength(8000);
});

test('downloads are looked for where the library keeps them', async () => {
  const store = readFileSync(join(ROOT, 'src/weights/opfs-store.ts'), 'utf8');
  for (const name of ["FOLDER = 'models'", "BYTES = 'bytes'", "RECORD = 'record.json'"])
    expect(store).toContain(name);
  for (const { files } of OPEN_MODELS) {
    for (const file of Object.values(files))
      expect(await keyOf(file)).toBe(await storeKey(remoteFile(file, HUB)));
  }
});
