// The studio as a visitor meets it: found by role and name, never by class or structure.
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
  type Response,
} from 'playwright';
import { inject } from 'vitest';
import { BASE_FLAGS, SOFTWARE_GPU } from '../../scripts/browser-flags.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { EN } from '../../src/ui/texts/en.ts';
import type { Texts } from '../../src/ui/texts/texts.ts';

/** How a browser is started differently. */
export interface BrowserOptions {
  /** Address of a proxy through which everything has to go. */
  readonly proxy?: string;
  /** Further switches. */
  readonly flags?: readonly string[];
}

/** Starts the browser; the caller closes it. */
export function startBrowser(
  gpu: 'no-gpu' | 'software-gpu',
  { proxy, flags = [] }: BrowserOptions = {},
): Promise<Browser> {
  const found = findBrowser();
  return chromium.launch({
    ...(found && { executablePath: found.path }),
    args: [...BASE_FLAGS, ...(gpu === 'no-gpu' ? ['--disable-gpu'] : SOFTWARE_GPU), ...flags],
    // Also for what would not pass a proxy, being on this machine.
    ...(proxy && { proxy: { server: proxy, bypass: '<-loopback>' } }),
  });
}

/** How the studio is opened. */
export interface OpenOptions {
  readonly texts?: Texts;
  readonly context?: BrowserContextOptions;
  /** Runs in the page before its own scripts. */
  readonly script?: string;
  /** Hosts that the page may ask besides the site's. */
  readonly allow?: readonly string[];
  /** Where the site is, if not where the built site is served. Ends in `/`. */
  readonly url?: string;
  /** Lets the page keep itself offline. Without it each request reaches the server and is seen here once. */
  readonly serviceWorker?: boolean;
}

/**
 * The page in a context of its own, with everything it asked the network for. Requests to another host than the site's
 * are stopped, and {@link StudioPage.close} fails if there was one: no test can forget to look.
 */
export class StudioPage {
  readonly page: Page;
  readonly texts: Texts;
  /** Addresses outside the site that were asked for, answered or not. */
  readonly foreign: string[] = [];
  /** Every answer so far, the Worker's included. */
  readonly responses: Response[] = [];
  /** Messages of the console and exceptions that say something is wrong. */
  readonly complaints: string[] = [];

  readonly #url: string;
  readonly #allowed: readonly string[];
  #closed = false;

  private constructor(page: Page, { texts = EN, url = inject('siteUrl'), allow = [] }: OpenOptions) {
    this.page = page;
    this.texts = texts;
    this.#url = url;
    this.#allowed = [new URL(url).host, ...allow];
    // Of the whole context, so that the Worker's count.
    page.context().on('request', (request) => this.#look(request.url()));
    page.context().on('response', (response) => this.responses.push(response));
    page.on('websocket', (socket) => this.#look(socket.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Opens the built site in a fresh profile. */
  static async open(browser: Browser, options: OpenOptions = {}): Promise<StudioPage> {
    const context = await browser.newContext({
      locale: 'en-US',
      serviceWorkers: options.serviceWorker ? 'allow' : 'block',
      ...options.context,
    });
    if (options.script) await context.addInitScript(options.script);
    const studio = new StudioPage(await context.newPage(), options);
    await context.route(
      (url) => studio.#isForeign(url),
      (route) => {
        studio.#look(route.request().url());
        return route.abort('blockedbyclient');
      },
    );
    await studio.page.goto(studio.#url);
    await studio.prompt.waitFor();
    return studio;
  }

  #isForeign(url: URL): boolean {
    return !/^(blob|data|about):$/.test(url.protocol) && !this.#allowed.includes(url.host);
  }

  #look(address: string): void {
    if (this.#isForeign(new URL(address)) && !this.foreign.includes(address)) this.foreign.push(address);
  }

  get prompt(): Locator {
    return this.page.getByRole('textbox', { name: this.texts.prompt.label });
  }

  get generate(): Locator {
    return this.page.getByRole('button', { name: this.texts.actions.generate, exact: true });
  }

  /** Its name is followed by the key that does the same. */
  get cancel(): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${this.texts.actions.cancel}`) });
  }

  get progress(): Locator {
    return this.page.getByRole('progressbar', { name: this.texts.stage.progress });
  }

  /** The player of the finished clip. */
  player(prompt: string): Locator {
    return this.page.getByLabel(this.texts.stage.video(prompt), { exact: true });
  }

  /**
   * Waits until a clip is made and its player is there.
   * @throws {Error} with the page's own words as soon as it says that it cannot be made, or when patience ends.
   */
  async made(prompt: string, patienceMs: number): Promise<void> {
    const failure = this.page.locator('[data-code]');
    await this.player(prompt).or(failure).first().waitFor({ timeout: patienceMs });
    if ((await failure.count()) === 0) return;
    const [code, text] = [await failure.getAttribute('data-code'), await failure.textContent()];
    throw new Error(`The clip could not be made: ${code}: ${text}`);
  }

  /** The bytes of the clip in the player. */
  async clipBytes(prompt: string): Promise<Uint8Array> {
    const base64 = await this.player(prompt).evaluate(async (video: HTMLVideoElement) => {
      const bytes = new Uint8Array(await (await fetch(video.src)).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    });
    return Buffer.from(base64, 'base64');
  }

  /** Sets up a job that is quick: a second, square, few steps, no guidance. */
  async fillSmallJob(prompt: string, steps = 2): Promise<void> {
    const { settings } = this.texts;
    await this.prompt.fill(prompt);
    await this.page.getByRole('radio', { name: '1:1' }).check({ force: true });
    await this.page.getByRole('slider', { name: settings.length }).fill('1');
    await this.openAdvanced();
    await this.page.getByLabel(settings.steps, { exact: true }).fill(String(steps));
    await this.page.getByLabel(settings.guidance, { exact: true }).fill('1');
  }

  /** Opens the advanced settings if they are closed. */
  async openAdvanced(): Promise<void> {
    const steps = this.page.getByLabel(this.texts.settings.steps, { exact: true });
    if (await steps.isVisible()) return;
    await this.page.getByText(this.texts.settings.advanced, { exact: true }).click();
    await steps.waitFor();
  }

  /** Paths of the answers whose name ends so. */
  fetched(ending: string): string[] {
    return this.responses
      .map((response) => new URL(response.url()).pathname)
      .filter((path) => path.endsWith(ending));
  }

  /**
   * Ends the context and everything in it. A second call does nothing.
   * @throws {Error} if anything outside the site was asked for.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.page.context().close();
    if (this.foreign.length > 0) throw new Error(`The page asked another host: ${this.foreign.join(', ')}`);
  }
}
