// The built site as the widget's deployment, and a partner's page on another site of this machine.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type FrameLocator,
  type Page,
} from 'playwright';
import { BASE_FLAGS } from '../../scripts/browser-flags.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { DIST, ROOT } from '../../scripts/site.ts';
import type { EmbedPolicy } from '../../src/protocol/embed-policy.ts';
import { type ServedFolder, serveFolder } from './serve-folder.ts';

/**
 * Frames of other sites get a storage of their own, as in a visitor's browser: Playwright switches that off. This list of
 * features takes the place of Playwright's.
 */
export const PARTITIONED = ['--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable'] as const;

/** What a deployment sends so that other sites may import embed.mjs and hold embed.html. */
const WIDGET_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

/** Two origins that are also two sites. */
export interface TwoSites {
  /** The deployment, ends in `/`. */
  readonly widget: string;
  /** The other site, ends in `/`. */
  readonly partner: string;
  readonly missed: readonly string[];
  close(): Promise<void>;
}

/**
 * Serves both. @param folder of the other site's pages, inside `test/fixtures`.
 * @param policy what differs from the policy that the site is built with; `listed` puts the other site on its list.
 */
export async function serveTwoSites(
  folder: string,
  { listed, ...policy }: Partial<EmbedPolicy> & { readonly listed: boolean },
): Promise<TwoSites> {
  const partner = await serveFolder(join(ROOT, 'test/fixtures', folder), '/', {
    host: '127.0.0.1',
    headers: {},
  });
  const built = JSON.parse(readFileSync(join(DIST, 'embed-policy.json'), 'utf8')) as EmbedPolicy;
  const embedders = listed ? [new URL(partner.url).origin] : [];
  const texts = { 'embed-policy.json': JSON.stringify({ ...built, embedders, ...policy }) };
  const widget: ServedFolder = await serveFolder(DIST, '/', { headers: WIDGET_HEADERS, texts });
  return {
    widget: widget.url,
    partner: partner.url,
    missed: widget.missed,
    close: async () => {
      await Promise.all([partner.close(), widget.close()]);
    },
  };
}

/** A page of the other site with everything that went over the network and to the console. */
export interface PartnerPage {
  readonly page: Page;
  /** The widget's frame. */
  readonly frame: FrameLocator;
  /** Addresses that were answered. */
  readonly answered: string[];
  /** Errors of the console and uncaught exceptions, of the page and of its frames. */
  readonly complaints: string[];
  /** Dedicated workers that have been started, by address. */
  readonly workers: string[];
}

/** Opens a page of the other site in a fresh profile. @param path may have a query; `widget` is added. */
export async function openPartner(
  browser: Browser,
  sites: TwoSites,
  path = '',
  options: BrowserContextOptions = {},
): Promise<PartnerPage> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  const answered: string[] = [];
  const complaints: string[] = [];
  const workers: string[] = [];
  context.on('response', (response) => {
    if (!response.url().startsWith('blob:')) answered.push(response.url());
  });
  page.on('worker', (worker) => workers.push(worker.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const url = new URL(path, sites.partner);
  url.searchParams.set('widget', sites.widget);
  await page.goto(url.href);
  return { page, frame: page.frameLocator('iframe'), answered, complaints, workers };
}

/**
 * A browser with a profile on the disk, whose visitor has agreed that the widget may use the deployment's own storage on the other site:
 * the answer to the browser's question, which stands in a window that no test can press. Permissions that the DevTools protocol grants
 * are not the same: the frame is told yes, and Chromium 156 ends its process when it takes the storage. A profile of Playwright's own
 * making is an incognito one, where the question is never asked.
 * @returns the caller ends it with `close`, which removes the profile.
 */
export async function openAgreed(
  sites: TwoSites,
): Promise<{ readonly context: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'kindling-profile-'));
  const remove = (): void => rmSync(profile, { recursive: true, force: true });
  try {
    // Sites, not origins: without ports.
    const [own, around] = [sites.widget, sites.partner].map((url) => `http://${new URL(url).hostname}`);
    const yes = { setting: 1, last_modified: '13400000000000000' };
    const exceptions = { storage_access: { [`${own},${around}`]: yes } };
    mkdirSync(join(profile, 'Default'));
    writeFileSync(
      join(profile, 'Default/Preferences'),
      JSON.stringify({ profile: { content_settings: { exceptions } } }),
    );
    const found = findBrowser();
    const context = await chromium.launchPersistentContext(profile, {
      ...(found && { executablePath: found.path }),
      args: [...BASE_FLAGS, '--disable-gpu', ...PARTITIONED],
      locale: 'en-US',
    });
    return { context, close: () => context.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
