// Pages that mean no good, on another site than the widget's. None may start work, read a result or learn what is kept.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/site.ts';
import { EN as STUDIO_TEXTS } from '../../src/ui/texts/en.ts';
import { WIDGET_TEXTS } from '../../src/ui/widget/widget-texts.ts';
import { serveFolder } from './serve-folder.ts';
import { startBrowser } from './studio-page.ts';
import { openPartner, PARTITIONED, type PartnerPage, serveTwoSites, type TwoSites } from './two-sites.ts';

const EN = WIDGET_TEXTS.en;
const PATIENCE_MS = 120_000;
/** A job that goes on long enough to be disturbed. */
const LONG = { prompt: 'an orange cat', aspect: '1:1', seconds: 5, steps: 50, seed: 7 };
/** A job that is soon done. */
const SHORT = { prompt: 'an orange cat', aspect: '1:1', seconds: 1, steps: 1, guidance: 1 };

let browser: Browser;
let sites: TwoSites;
let opened: PartnerPage;
beforeAll(async () => {
  browser = await startBrowser('no-gpu', { flags: PARTITIONED });
});
afterEach(async () => {
  await opened.page.context().close();
  await sites.close();
});
afterAll(() => browser.close());

/** Opens the attacker's page; it is not on the list. */
async function openAttacker(): Promise<PartnerPage> {
  sites = await serveTwoSites('hostile', { listed: false });
  opened = await openPartner(browser, sites);
  await opened.page.waitForFunction('globalThis.attacks');
  return opened;
}

/** Opens a page that is on the list, with a widget that has answered. */
async function openListed(policy: Partial<Parameters<typeof serveTwoSites>[1]> = {}): Promise<PartnerPage> {
  sites = await serveTwoSites('partner', { listed: true, ...policy });
  opened = await openPartner(browser, sites);
  await opened.page.locator('#said').getByText('ready').waitFor();
  return opened;
}

/** No worker was started and nothing heavy fetched. */
function expectNoWork(): void {
  expect(opened.workers).toEqual([]);
  expect(opened.answered.filter((url) => /\.(wasm|gguf)$|\.worker-/.test(url))).toEqual([]);
}

/** The card for sites that are not on the list, and nothing that could be pressed to make a clip. */
async function expectRefused(frame: FrameLocator): Promise<void> {
  await frame.getByRole('heading', { name: EN.refused }).waitFor();
  expect(await frame.getByRole('button').count()).toBe(0);
  expect(await frame.getByRole('textbox').count()).toBe(0);
}

/**
 * Presses a button that goes away once it was pressed, again if it is still there: while the frame above becomes another height,
 * this one moves, and the browser gives a press that comes in that moment to nobody.
 */
async function pressUntilTaken(button: Locator): Promise<void> {
  do await button.click();
  while (
    await button.waitFor({ state: 'hidden', timeout: 5_000 }).then(
      () => false,
      () => true,
    )
  );
}

const said = (page: Page) => page.locator('#said');
const ask = (page: Page, job: object) =>
  page.evaluate((order) => void Reflect.get(globalThis, 'partner').ask(order), job);

describe('a site that is not on the list', () => {
  test('lies about its origin: it gets a polite card and a refusal, and sees nothing', async () => {
    const { page, frame } = await openAttacker();
    const answers = (await page.evaluate('attacks.spoof()')) as {
      type: string;
      code: string;
      message: string;
    }[];
    expect(answers.map(({ type, code }) => [type, code])).toEqual([
      ['refused', 'embed/refused'],
      ['refused', 'embed/refused'],
      ['refused', 'embed/refused'],
      ['refused', 'embed/message'],
    ]);
    // Not even whether the other site of the list exists.
    for (const { message } of answers) expect(message).not.toMatch(/partner|kept|stored|seedling/);
    await expectRefused(frame);
    expect(await page.evaluate('attacks.peek()')).toBe('SecurityError');
    expectNoWork();
  });

  test('orders on the port all the same: nothing comes back but the refusal', async () => {
    const { page, frame } = await openAttacker();
    const answers = (await page.evaluate('attacks.orderAnyway()')) as { type: string }[];
    expect(answers.map(({ type }) => type)).toEqual(['refused']);
    await expectRefused(frame);
    expectNoWork();
  });

  test('puts the frame in a sandbox: an origin of “null” is not on any list', async () => {
    const { page, frame } = await openAttacker();
    await page.evaluate(`attacks.frameOf('embed.html', { sandbox: 'allow-scripts' })`);
    await page.waitForTimeout(500);
    expect(await frame.getByRole('button').count()).toBe(0);
    expectNoWork();
  });

  test('sends 10,000 messages to the window: a few are answered with a refusal, and the frame lives', async () => {
    const { page, frame } = await openAttacker();
    const answers = (await page.evaluate('attacks.floodWindow()')) as { type: string }[];
    expect(answers.length).toBeLessThanOrEqual(20);
    expect(new Set(answers.map(({ type }) => type))).toEqual(new Set(['refused']));
    await expectRefused(frame);
    await frame.getByText(EN.details).click();
    await frame.getByText(/is not on the list/).waitFor();
    expectNoWork();
  });

  test('frames the studio: it does not run there, and offers a tab of its own', async () => {
    const { page, frame } = await openAttacker();
    await page.evaluate(`attacks.frameOf('index.html')`);
    await frame.getByRole('link', { name: EN.openKindling }).waitFor();
    expect(await frame.getByRole('textbox').count()).toBe(0);
    expect(await frame.getByRole('button', { name: STUDIO_TEXTS.actions.generate }).count()).toBe(0);
    const inside = page.frames()[1]!;
    expect(await inside.evaluate('typeof globalThis.kindling')).toBe('undefined');
    expectNoWork();
  });
});

test('a site that the deployment lists for the studio may hold it', async () => {
  sites = await serveTwoSites('hostile', { listed: false, studioEmbedders: ['*'] });
  opened = await openPartner(browser, sites);
  await opened.page.waitForFunction('globalThis.attacks');
  await opened.page.evaluate(`attacks.frameOf('index.html')`);
  await opened.frame.getByRole('button', { name: STUDIO_TEXTS.actions.generate, exact: true }).waitFor();
});

describe('beside a page that is on the list', () => {
  test('another frame greets the widget, before and after the page has: it is not heard', async () => {
    sites = await serveTwoSites('partner', { listed: true });
    const attacker = await serveFolder(join(ROOT, 'test/fixtures/hostile'), '/', {
      host: '127.0.0.1',
      headers: {},
    });
    try {
      opened = await openPartner(browser, sites);
      const { page } = opened;
      await said(page).getByText('ready').waitFor();
      await page.evaluate(async (address) => {
        const frame = document.createElement('iframe');
        frame.src = address;
        document.body.append(frame);
        await new Promise((resolve) => frame.addEventListener('load', resolve));
        // A second widget whose page never greets it.
        const silent = document.createElement('iframe');
        silent.src = (document.querySelector('#place iframe') as HTMLIFrameElement).src;
        document.body.append(silent);
        await new Promise((resolve) => silent.addEventListener('load', resolve));
      }, attacker.url);
      const inside = page.frames().find((frame) => frame.url() === attacker.url)!;
      expect(await inside.evaluate('attacks.sibling()')).toEqual([]);
      expect(await page.evaluate('partner.handle.status().then(({ phase }) => phase)')).toBe('poster');
      expectNoWork();
    } finally {
      await attacker.close();
    }
  });

  test('the greeting is replayed with another port: the new port stays silent, the old one serves', async () => {
    const { page } = await openListed();
    const answers = await page.evaluate(async () => {
      const frame = document.querySelector('#place iframe') as HTMLIFrameElement;
      const heard: unknown[] = [];
      for (let i = 0; i < 30; i++) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => heard.push(data);
        frame.contentWindow?.postMessage({ kindling: 'hello', version: 1 }, '*', [port2]);
        port1.postMessage({ type: 'status', id: 1 });
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      return heard;
    });
    expect(answers).toEqual([]);
    expect(await page.evaluate('partner.handle.status().then(({ phase }) => phase)')).toBe('poster');
    expectNoWork();
  });
});

/** A port of one's own to a second widget in a listed page, as a script there that means no good would open it. */
const openRawPort = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const first = document.querySelector('#place iframe') as HTMLIFrameElement;
    const frame = document.createElement('iframe');
    frame.id = 'raw';
    frame.width = '500';
    frame.height = '700';
    frame.src = first.src;
    first.remove();
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener('load', resolve));
    const { port1, port2 } = new MessageChannel();
    const answers: { type: string }[] = [];
    port1.onmessage = ({ data }) => answers.push(data);
    frame.contentWindow?.postMessage({ kindling: 'hello', version: 1 }, '*', [port2]);
    Object.assign(globalThis, { raw: { port: port1, answers } });
    while (answers[0]?.type !== 'ready') await new Promise((resolve) => setTimeout(resolve, 20));
  });

describe('a page that is on the list and turns bad', () => {
  test('sends 10,000 orders: one waits for the visitor, the conversation ends, nothing is made', async () => {
    const { page } = await openListed();
    const frame = page.frameLocator('#raw');
    await openRawPort(page);
    const answers = (await page.evaluate(`(async () => {
      for (let i = 0; i < 10_000; i++) raw.port.postMessage({ type: 'generate', id: i, job: { prompt: 'number ' + i } });
      await new Promise((resolve) => setTimeout(resolve, 3000));
      return raw.answers;
    })()`)) as { type: string; code?: string }[];
    expect(answers.length).toBeLessThan(300);
    expect(answers.filter(({ type }) => type === 'result')).toEqual([]);
    await frame.locator('[data-code="embed/message"]').waitFor();
    // The visitor has a widget that works, and the page's order is gone.
    expect(await frame.getByRole('button', { name: EN.make }).isEnabled()).toBe(true);
    expect(await frame.getByText('number 0').count()).toBe(0);
    expectNoWork();
  });

  test('sends cyclic, huge and prototype-polluting objects: each is refused, and the widget is as it was', async () => {
    const { page, complaints } = await openListed();
    await openRawPort(page);
    const source = readFileSync(join(ROOT, 'test/fixtures/hostile/attacker.js'), 'utf8');
    await page.addScriptTag({ content: source, type: 'module' });
    await page.waitForFunction('globalThis.attacks');
    const answers = (await page.evaluate(async () => {
      const { raw, attacks } = globalThis as unknown as {
        raw: { port: MessagePort; answers: { type: string; id: number; code?: string }[] };
        attacks: { nasties: () => unknown[] };
      };
      for (const nasty of attacks.nasties()) raw.port.postMessage(nasty);
      raw.port.postMessage({ type: 'status', id: 99 });
      while (!raw.answers.some(({ id }) => id === 99))
        await new Promise((resolve) => setTimeout(resolve, 20));
      return raw.answers;
    })) as { type: string; id: number; code?: string; status?: { phase: string } }[];
    const refused = answers.filter(({ type }) => type === 'failed');
    expect(refused.map(({ id, code }) => [id, code])).toEqual([
      [1, 'input/prompt-empty'], // a circle without words
      [2, 'input/job'],
      [3, 'input/job'],
      [4, 'input/job'],
      [5, 'input/job'],
      [6, 'embed/message'],
      [7, 'input/job'],
      [8, 'input/prompt-empty'],
    ]);
    expect(answers.find(({ id }) => id === 99)?.status?.phase).toBe('poster');
    const inside = page.frames().find((frame) => frame.url().startsWith(sites.widget))!;
    expect(
      await inside.evaluate('({}).polluted === undefined && Object.keys(Object.prototype).length === 0'),
    ).toBe(true);
    expect(complaints).toEqual([]);
    expectNoWork();
  });

  test('sends a picture of 2 GB: it is refused by its size, and nothing of it is read', async () => {
    const { page, frame } = await openListed();
    await page.evaluate(() => {
      let picture = new Blob([new Uint8Array(1 << 20)], { type: 'image/png' });
      for (let i = 0; i < 11; i++) picture = new Blob([picture, picture], { type: 'image/png' }); // shared, not copied
      const { partner } = globalThis as unknown as { partner: { ask: (job: object) => void } };
      partner.ask({ prompt: 'a cat', picture });
    });
    await said(page)
      .getByText(/input\/picture-too-large: The picture has 2148 MB/)
      .waitFor();
    expect(await frame.getByText(EN.asks(new URL(sites.partner).host)).count()).toBe(0);
    expectNoWork();
  });

  test('words that look like HTML are shown as words', async () => {
    const { page, frame } = await openListed();
    const words = '<img src=x onerror="document.title=1"><b>a cat</b>';
    await ask(page, { ...SHORT, prompt: words });
    await frame.getByText(words).waitFor();
    expect(await frame.locator('blockquote b, blockquote img').count()).toBe(0);
    expectNoWork();
  });

  test('asks for what the deployment does not allow: refused with the reason', async () => {
    const { page } = await openListed({ maxSeconds: 2, label: 'mandatory' });
    for (const [change, code] of [
      [{ seconds: 5 }, /input\/seconds: .*Nearest: 2/],
      [{ label: false }, /embed\/label/],
      [{ model: 'wan2.2-ti2v-5b' }, /model\/unknown: .*Available: seedling/],
    ] as const) {
      await ask(page, { ...SHORT, ...change });
      await said(page).getByText(code).waitFor();
    }
    expectNoWork();
  });
});

describe('in the middle of a job', () => {
  /** A job of the page that the visitor has started. */
  async function startJob(): Promise<PartnerPage> {
    const partner = await openListed();
    await ask(partner.page, LONG);
    await partner.frame.getByRole('button', { name: EN.make }).click();
    await partner.page.waitForFunction(`partner.events.some(([name]) => name === 'progress')`, null, {
      timeout: PATIENCE_MS,
    });
    await expect.poll(() => partner.page.workers().length).toBe(1);
    return partner;
  }

  test('the frame is sent elsewhere: the page is told, and the work ends', async () => {
    const { page } = await startJob();
    await page.evaluate(`document.querySelector('iframe').src = 'about:blank'`);
    await said(page).getByText('embed/gone').waitFor();
    await expect.poll(() => page.workers().length).toBe(0);
  });

  test('the frame is taken out of the page: the page is told, and the work ends', async () => {
    const { page } = await startJob();
    await page.evaluate(`document.querySelector('iframe').remove()`);
    await said(page).getByText('embed/gone').waitFor();
    await expect.poll(() => page.workers().length).toBe(0);
  });

  test('the page takes it back: the work stops, and the visitor can make another', async () => {
    const { page, frame } = await startJob();
    await page.locator('#cancel').press('Enter');
    await said(page).getByText('AbortError').waitFor();
    await frame.getByText(EN.cancelled).waitFor({ timeout: PATIENCE_MS });
    expect(await frame.getByRole('button', { name: EN.make }).isEnabled()).toBe(true);
  });
});

test('two widgets in a page: each makes its own clip and gives it to its own handle', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  const { page } = await openListed();
  await page.evaluate(async () => {
    const { partner } = globalThis as unknown as {
      partner: { create: (at: Element) => Promise<unknown>; second: unknown };
    };
    const place = document.createElement('div');
    place.id = 'second';
    document.body.append(place);
    partner.second = await partner.create(place);
  });
  const clips = page.evaluate((job) => {
    const { partner } = globalThis as unknown as {
      partner: Record<
        'handle' | 'second',
        { generate: (job: object) => Promise<{ job: { segments: { seed: number }[] } }> }
      >;
    };
    const asked = [
      partner.handle.generate({ ...job, seed: 1 }),
      partner.second.generate({ ...job, seed: 2 }),
    ];
    return Promise.all(asked).then((all) => all.map((clip) => clip.job.segments[0]?.seed));
  }, SHORT);
  for (const place of ['#place', '#second'])
    await pressUntilTaken(page.frameLocator(`${place} iframe`).getByRole('button', { name: EN.make }));
  expect(await clips).toEqual([1, 2]);
});
