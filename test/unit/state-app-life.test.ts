import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Device } from '../../src/client/device.ts';
import type { Offline } from '../../src/client/offline.ts';
import type { TakeOverAnswer } from '../../src/protocol/offline.ts';
import { AppLife } from '../../src/state/app-life.ts';
import { Studio } from '../../src/state/studio.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { studioParts } from './state-fixtures.ts';

let engine: FakeEngine;
let studio: Studio;
/** What the platform was asked for, in order. */
let asked: string[];
let answer: TakeOverAnswer;
let tellWaiting: () => void;
const kept = new Map<string, string>();

const offline: Offline = {
  async start(onWaiting) {
    tellWaiting = onWaiting;
  },
  async takeOver() {
    asked.push('take over');
    return answer;
  },
  keepModel: () => void asked.push('keep model'),
  takeShared: async () => null,
  measure: async () => ({ app: 1, model: 2 }),
  async forget(what) {
    asked.push(`forget ${what}`);
  },
};
const device: Device = {
  stayAwake() {
    asked.push('awake');
    return () => asked.push('asleep');
  },
  showBadge: (isShown) => void asked.push(isShown ? 'badge' : 'no badge'),
  noticePermission: () => 'default',
  askForNotices: async () => 'granted',
  tellIfHidden: (title) => void asked.push(title),
  storageRoom: async () => null,
  askToPersist: async () => false,
};

function live(isInstallable = false): AppLife {
  return new AppLife(studio, {
    offline,
    device,
    installPrompt: { isReady: isInstallable, onChange: () => {}, ask: async () => false },
    store: { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => void kept.set(name, text) },
    reload: () => asked.push('reload'),
    clipIsReady: () => ({ title: 'ready', text: '' }),
  });
}

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  engine = new FakeEngine();
  asked = [];
  answer = 'done';
  kept.clear();
  studio = new Studio({ ...studioParts(engine) });
  studio.form.prompt.value = 'a cat';
});
afterEach(() => {
  studio.dispose();
  vi.restoreAllMocks();
});

async function makeClip(): Promise<void> {
  const made = studio.generate();
  await settle();
  engine.job.finish();
  await made;
}

test('around a clip: awake and badge, then both off, the model kept, and told', async () => {
  const life = live();
  const made = studio.generate();
  await settle();
  expect(asked).toEqual(['awake', 'badge']);
  engine.job.finish();
  await made;
  expect(asked.slice(2).toSorted()).toEqual(['asleep', 'keep model', 'no badge', 'ready']);
  life.dispose();
});

test('a clip that failed or was cancelled is not told, and lets the device sleep', async () => {
  const life = live();
  const made = studio.generate();
  await settle();
  studio.cancel();
  await made;
  expect(asked).toEqual(['awake', 'badge', 'asleep', 'no badge']);
  life.dispose();
});

test('a new version is not applied while a job runs; afterwards it is, and the page is loaded anew', async () => {
  const life = live();
  await life.keepOffline();
  expect(life.update.value).toBe('none');
  const made = studio.generate();
  await settle();
  tellWaiting();
  expect(life.update.value).toBe('waiting');
  await life.applyUpdate();
  expect(asked).not.toContain('take over');
  engine.job.finish();
  await made;
  await life.applyUpdate();
  expect(asked.slice(-2)).toEqual(['take over', 'reload']);
  life.dispose();
});

test('with a job in another tab the page is not loaded anew, and says why', async () => {
  const life = live();
  await life.keepOffline();
  tellWaiting();
  answer = 'busy';
  await life.applyUpdate();
  expect(asked).toEqual(['take over']);
  expect(life.update.value).toBe('busy');
  life.dispose();
});

test('a version that was put off is not spoken of again; the next one is', async () => {
  const life = live();
  await life.keepOffline();
  tellWaiting();
  life.postponeUpdate();
  expect(life.update.value).toBe('none');
  tellWaiting();
  expect(life.update.value).toBe('waiting');
  life.dispose();
});

test('installing is offered after a clip; a no, also to the browser’s own question, is remembered', async () => {
  const first = live(true);
  expect(first.offersInstall.value).toBe(false);
  await makeClip();
  expect(first.offersInstall.value).toBe(true);
  await first.install();
  expect(first.offersInstall.value).toBe(false);
  first.dispose();
  const second = live(true);
  await makeClip();
  expect(second.offersInstall.value).toBe(false);
  second.dispose();
});

test('without a service worker everything else goes on', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const life = live();
  vi.spyOn(offline, 'start').mockRejectedValue(new Error('no'));
  await expect(life.keepOffline()).resolves.toBeUndefined();
  await makeClip();
  expect(asked).toContain('ready');
  life.dispose();
});
