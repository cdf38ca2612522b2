// The page as a script drives it.
import { beforeEach, expect, test, vi } from 'vitest';
import { findModel } from '../../models/catalog.ts';
import { type Automation, type AutomationOrder, registerAutomation } from '../../src/client/automation.ts';
import { AppError } from '../../src/core/errors.ts';
import type { OpenModel } from '../../src/protocol/open-model.ts';
import { FakeEngine } from './state-fake-engine.ts';
import { request } from './state-fixtures.ts';

const ORDER: AutomationOrder = { job: request().job, picture: null, device: 'auto', visibleLabel: true };

const offered: unknown[] = [];
let engine: FakeEngine;
let page: Automation;
beforeEach(() => {
  engine = new FakeEngine();
  registerAutomation(engine, findModel, (model, host) => void offered.push([model.id, host]));
  page = (globalThis as unknown as { kindling: Automation }).kindling;
});

test('a second order is refused, and cancel still reaches the first', async () => {
  const first = page.generate(ORDER);
  expect(await page.generate(ORDER)).toMatchObject({ status: 'failed', error: { code: 'worker/busy' } });
  expect(engine.jobs).toHaveLength(1);
  page.cancel();
  page.cancel();
  expect(await first).toEqual({ status: 'cancelled' });
  expect(engine.job.cancels).toBe(1);
});

test('a refused order does not cost the clip that is finished', async () => {
  const first = page.generate(ORDER);
  engine.job.finish();
  expect(await first).toMatchObject({ status: 'done', bytes: 4 });
  vi.spyOn(engine, 'generate').mockRejectedValueOnce(
    new AppError('worker/busy', 'The page itself makes one.'),
  );
  expect(await page.generate(ORDER)).toMatchObject({ status: 'failed', error: { code: 'worker/busy' } });
  expect(atob(await page.read(0, 4))).toBe('clip');
  expect(await page.read(4, 8)).toBe('');
});

test('cancelled after the end, nothing happens, and the next order runs', async () => {
  const first = page.generate(ORDER);
  engine.job.finish();
  await first;
  page.cancel();
  const second = page.generate(ORDER);
  expect(engine.jobs).toHaveLength(2);
  engine.job.finish();
  expect(await second).toMatchObject({ status: 'done' });
});

test('an unknown model and a strange error come back as values', async () => {
  const unknown = await page.generate({ ...ORDER, job: { ...ORDER.job, model: 'kling' } });
  expect(unknown).toMatchObject({ status: 'failed', error: { code: 'model/unknown' } });
  const order = page.generate(ORDER);
  engine.job.fail('strange');
  expect(await order).toMatchObject({
    status: 'failed',
    error: { code: 'internal/runtime', message: 'strange' },
  });
});

test('a model of the script’s own is handed on', () => {
  page.offer({ id: 'tiny' } as OpenModel, 'http://localhost:1');
  expect(offered).toEqual([['tiny', 'http://localhost:1']]);
});
