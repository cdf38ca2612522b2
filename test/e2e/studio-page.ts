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

/** Starts the browser; the caller closes it. */
export function startBrowser(gpu: 'no-gpu' | 'software-gpu'): Promise<Browser> {
  const found = findBrowser();
  return chromium.launch({
    ...(found && { executablePath: found.path }),
    args: [...BASE_FLAGS, ...(gpu === 'no-gpu' ? ['--disable-gpu'] : SOFTWARE_GPU)],
  });
}

/** The page in a context of its own, with everything it asked the network for. */
export class StudioPage {
  readonly page: Page;
  readonly texts: Texts;
  /** Every answer so far, the Worker's included. */
  readonly responses: Response[] = [];
  /** Messages of the console and exceptions that say something is wrong. */
  readonly complaints: string[] = [];

  private constructor(page: Page, texts: Texts) {
    this.page = page;
    this.texts = texts;
    page.context().on('response', (response) => this.responses.push(response));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Opens the built site in a fresh profile. */
  static async open(
    browser: Browser,
    options: {
      readonly texts?: Texts;
      readonly context?: BrowserContextOptions;
      /** Runs in the page before its own scripts. */
      readonly script?: string;
    } = {},
  ): Promise<StudioPage> {
    const context = await browser.newContext({ locale: 'en-US', ...options.context });
    if (options.script) await context.addInitScript(options.script);
    const studio = new StudioPage(await context.newPage(), options.texts ?? EN);
    await studio.page.goto(inject('siteUrl'));
    await studio.prompt.waitFor();
    return studio;
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

  /** Requests that went anywhere but to the site. */
  get foreign(): string[] {
    const home = new URL(inject('siteUrl')).origin;
    const urls = this.responses.map((response) => response.url());
    return urls.filter(
      (url) => !url.startsWith('blob:') && !url.startsWith('data:') && new URL(url).origin !== home,
    );
  }

  /** Paths of the answers whose name ends so. */
  fetched(ending: string): string[] {
    return this.responses
      .map((response) => new URL(response.url()).pathname)
      .filter((path) => path.endsWith(ending));
  }

  /** Ends the context and everything in it. */
  close(): Promise<void> {
    return this.page.context().close();
  }
}
