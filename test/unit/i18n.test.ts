import { describe, expect, test } from 'vitest';
import { checkJob, newJob } from '../../src/core/check-job.ts';
import { AppError, ERROR_CODES } from '../../src/core/errors.ts';
import { firstLanguage, keepLanguage, type TextStore } from '../../src/state/language.ts';
import { ERROR_ACTIONS } from '../../src/ui/error-actions.ts';
import { BOARDS_TEXTS } from '../../src/ui/texts/boards-texts.ts';
import { EN } from '../../src/ui/texts/en.ts';
import { GALLERY_TEXTS } from '../../src/ui/texts/gallery-texts.ts';
import { fillDetail } from '../../src/ui/texts/texts.ts';
import { ZH } from '../../src/ui/texts/zh.ts';
import { MANIFEST } from './state-fixtures.ts';

/** Every text with its path; functions are called with sample values. */
function sentences(table: unknown, path = ''): [string, string][] {
  if (typeof table === 'string') return [[path, table]];
  if (typeof table === 'function') return [[path, String(table(3, 7, 11, 13))]];
  if (typeof table !== 'object' || table === null) return [];
  return Object.entries(table).flatMap(([name, value]) => sentences(value, path ? `${path}.${name}` : name));
}

const HAN = /\p{Script=Han}/u;
/** Texts that are the same for everybody. */
const SHARED = /^(report\.size|report\.devices\.webgpu|prompt\.count)$/;

describe('the tables', () => {
  // English shows an error's own message where Chinese has a sentence.
  const withoutErrors = (table: typeof EN) => sentences({ ...table, errors: {} });

  test('say the same things in both languages', () => {
    expect(withoutErrors(ZH).map(([path]) => path)).toEqual(withoutErrors(EN).map(([path]) => path));
  });

  test('have no empty sentence, and Chinese ones in Chinese', () => {
    for (const [path, text] of sentences(EN)) expect([path, text.trim()]).not.toEqual([path, '']);
    for (const [path, text] of sentences(ZH))
      expect([path, SHARED.test(path) || HAN.test(text)]).toEqual([path, true]);
    for (const [path, text] of sentences(EN)) expect([path, HAN.test(text)]).toEqual([path, false]);
  });

  test.each([BOARDS_TEXTS, GALLERY_TEXTS])('of what is fetched later are whole, too', ({ en, zh }) => {
    expect(sentences(zh).map(([path]) => path)).toEqual(sentences(en).map(([path]) => path));
    for (const [path, text] of sentences(zh)) expect([path, HAN.test(text)]).toEqual([path, true]);
    for (const [path, text] of sentences(en)) expect([path, HAN.test(text)]).toEqual([path, false]);
  });

  test.each(ERROR_CODES)('%s has a title, a sentence in Chinese and an action', (code) => {
    expect(EN.errors[code].title).not.toBe('');
    expect(ZH.errors[code].text).toMatch(HAN);
    expect(EN.errorActions[ERROR_ACTIONS[code]]).toBeTruthy();
  });
});

test('numbers out of range are named in Chinese too', () => {
  const wrong = { steps: 999, guidance: Number.NaN, shift: -1, fps: 0.5 };
  for (const [name, value] of Object.entries(wrong)) {
    const job = newJob(MANIFEST, { prompt: 'a cat', seed: 1 }, { [name]: value });
    let error: unknown;
    try {
      checkJob(job, MANIFEST.limits, { hasPicture: false });
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof AppError)) throw new Error(`${name} was not refused`);
    expect(fillDetail(ZH.errors[error.code].text ?? '', error.detail)).not.toMatch(/[{}–]/);
  }
  expect(fillDetail('{toString} {list} {gone}', { list: [1, 2] })).toBe('– 1 / 2 –');
});

describe('the language', () => {
  const store = (kept: string | null): TextStore => ({ getItem: () => kept, setItem: () => {} });
  const closed: TextStore = {
    getItem() {
      throw new Error('closed');
    },
    setItem() {
      throw new Error('closed');
    },
  };

  test.each([
    [['zh-CN', 'en'], null, 'zh'],
    [['zh-Hant-TW'], null, 'zh'],
    [['fr-FR', 'zh'], null, 'zh'],
    [['en-GB', 'zh'], null, 'en'],
    [['de', 'fr'], null, 'en'],
    [[], null, 'en'],
    [['zhuang'], null, 'en'],
    [['en'], 'zh', 'zh'],
    [['zh'], 'klingon', 'zh'],
  ] as const)('for %j, with %s kept, is %s', (preferred, kept, expected) => {
    expect(firstLanguage(preferred, store(kept))).toBe(expected);
  });

  test('a closed store does no harm', () => {
    expect(firstLanguage(['zh'], closed)).toBe('zh');
    expect(() => keepLanguage('en', closed)).not.toThrow();
    expect(firstLanguage(['zh'], null)).toBe('zh');
  });
});
