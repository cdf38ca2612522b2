// The main job as a visitor meets it: a fresh browser, the built page, the default job of the model, no GPU.

import { newJob } from '../src/core/check-job.ts';
import type { GenerationReport } from '../src/protocol/engine-api.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import { type DrivenPage, drivePage } from './drive-page.ts';

const PROMPT = 'an orange cat in a snowy forest, the sun sets, the camera zooms in';

/** One clip, made in a browser that had never seen the page. */
export interface ClipRun {
  /** From the order to the finished file. */
  readonly seconds: number;
  readonly report: GenerationReport;
  /** WebAssembly modules that the page and its workers fetched. */
  readonly wasmFiles: number;
  readonly browser: string;
}

/** How clips are made. */
export interface ClipRunOptions {
  /** Path of the browser. */
  readonly executable: string;
  readonly url: string;
  readonly model: ModelManifest;
  readonly say: (line: string) => void;
  /** Gets the page as soon as it is open, so that it can be closed when the command is stopped. */
  readonly onOpen: (page: DrivenPage) => void;
}

/** Makes one clip. @throws {Error} with the page's message if it fails. */
export async function makeClip(options: ClipRunOptions): Promise<ClipRun> {
  const { executable, url, model, say, onOpen } = options;
  const page = await drivePage({ executable, url, device: 'wasm', softwareGpu: false, say });
  onOpen(page);
  try {
    const job = newJob(model, { prompt: PROMPT, seed: 1 });
    const started = performance.now();
    const outcome = await page.generate({ job, picture: null, device: 'wasm', visibleLabel: true }, () => {});
    const seconds = (performance.now() - started) / 1000;
    if (outcome.status !== 'done') {
      throw new Error(
        outcome.status === 'failed'
          ? `${outcome.error.code}: ${outcome.error.message}`
          : 'The clip was cancelled.',
      );
    }
    const wasmFiles = page.fetched.filter((path) => path.endsWith('.wasm')).length;
    return { seconds, report: outcome.report, wasmFiles, browser: page.browser };
  } finally {
    await page.close();
  }
}
