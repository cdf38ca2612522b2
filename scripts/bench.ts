// `npm run bench`: how fast Kindling is on this machine, as one JSON document on standard output; progress goes to standard
// error. Takes about nine minutes. `npm run --silent bench > bench.json` keeps npm's own lines out of the file.
// Figures are medians, and ratios are of figures taken in this run: compare ratios between machines, not seconds. Nothing
// else should be busy meanwhile: `machine.load` tells. A missed target is reported and fails nothing: the exit code is
// 0 whenever everything could be measured.
//   clip          the model's default job in the built site, without a GPU, each time in a browser that never saw the site
//   denoising     FLOP/s of the clip's denoising against what the same runtime reaches on bare products of the same shapes
//   blockReuse    one block session run once per layer, against one graph of all layers with constant weights
//   betweenSteps  bytes that cross to and from WebGPU in one step of a tiny job, and kernels started, on the software adapter;
//                 at two depths of the transformer
//   fullWidthBlocks  a block at the widths of the published models on WebAssembly, against its matrix products alone
//   film          36 segments: what the last costs against the first, in time and memory, and putting them together again
//   filmOnGpu     what a film of 36 segments of a tiny model takes of a GPU (the software adapter) in its last and in its second
//   drift         36 segments in which nothing is to change: how far the colours have gone by the last one
//   weights       packing, storing and hashing of weights
//   downloads     what a visitor fetches
// `npm run bench -- weights` measures the weights only, in half a minute; `npm run bench -- drift` the colours, in two.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { MODELS } from '../models/catalog.ts';
import { OPEN_MODELS } from '../models/wan/open-models.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import type {
  BenchSubject,
  BlockReuseTimes,
  FullWidthBlock,
  ProductRates,
  StepTransfers,
} from '../test/bench/bench-api.ts';
import { packingRate } from '../test/bench/weight-rates.ts';
import { type ClipRun, makeClip } from './bench-clip.ts';
import { type DriftFigures, measureDrift } from './bench-drift.ts';
import {
  describeClips,
  describeDenoising,
  type Figures,
  medianClip,
  rounded,
  subjectsOf,
  verdicts,
} from './bench-figures.ts';
import { measureFilm } from './bench-film.ts';
import { type BenchSite, openBenchSite } from './bench-page.ts';
import { SOFTWARE_GPU } from './browser-flags.ts';
import { sizeOfModel, sizeOfPage, totalOf } from './download-size.ts';
import { EXIT_CANCELLED } from './exit-codes.ts';
import { ensureBrowser } from './find-browser.ts';
import { ensureSite, ROOT, serveSite } from './site.ts';

/** Layers of the tiny transformers whose steps are counted. */
const DEPTHS = [2, 6] as const;

/** Those of which `npm run bench -- weights` prints the rate of one core besides. */
const QUANTISED = ['Q4_0', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'BF16'] as const;

/** An odd number, for the median; each takes up to half a minute. */
const CLIPS = 3;

interface Closable {
  close(): Promise<void>;
}

/** What is open: browsers and servers. Closed when the command is done or stopped. */
const open = new Set<Closable>();
let stopped = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopped = true;
    void closeAll(); // what is being measured fails, and the command ends through its usual way out
  });
}

try {
  const load = loadavg()[0];
  const figures = await measured(process.argv[2], load);
  console.log(JSON.stringify(figures, rounded, 2));
} catch (error) {
  console.error(stopped ? 'Stopped.' : error);
  process.exitCode = stopped ? EXIT_CANCELLED : 1;
} finally {
  await closeAll();
}

/** @param part the only one that is measured. */
function measured(part: string | undefined, load: number | undefined): Promise<object> {
  if (part === 'weights') return measureWeights();
  return part === 'drift' ? measureColors() : measure(MODELS[0], load);
}

/** Says what comes next, unless the command was stopped meanwhile. */
function say(line: string): void {
  if (stopped) throw new Error('stopped');
  console.error(line);
}

/** Sees to it that something is closed in the end. */
function hold<T extends Closable>(thing: T): T {
  open.add(thing);
  if (stopped) void closeAll(); // it opened too late for the others
  return thing;
}

async function closeAll(): Promise<void> {
  const things = [...open].reverse(); // browsers before the servers that they talk to
  open.clear();
  for (const thing of things) await thing.close().catch(() => {});
}

async function measure(model: ModelManifest, load: number | undefined): Promise<object> {
  const { path } = ensureBrowser(say);
  await ensureSite(say);
  const site = hold(await serveSite(0));
  const clips = await makeClips(path, site.url, model);
  say('Making a film of 36 segments …');
  const film = await measureFilm({ executable: path, url: site.url, model, say, onOpen: hold });
  const drift = await measureColors();
  const clip = medianClip(clips);
  const subjects = subjectsOf(model, clip);

  say('Building the page that measures inside the browser …');
  const bench = hold(await openBenchSite(path));
  const { rates, blockReuse } = await measureOnWasm(bench, subjects.at(-1)!); // the pass that takes nearly all the time
  say('Counting what crosses to a GPU and back (software adapter) …');
  const [betweenSteps, betweenDeeperSteps] = [
    await countSteps(bench, DEPTHS[0]),
    await countSteps(bench, DEPTHS[1]),
  ];
  say('Making a film of 36 segments of a tiny model on the software adapter …');
  const filmOnGpu = await bench.open(SOFTWARE_GPU, (page) =>
    page.evaluate(() => globalThis.bench!.filmMemory()),
  );
  const fullWidthBlocks = await measureFullWidth(bench);
  say('Packing and storing weights …');
  const weights = await bench.open(['--disable-gpu'], (page) =>
    page.evaluate(() => globalThis.bench!.weightRates()),
  );

  const figures: Figures = {
    clip: describeClips(clips),
    denoising: describeDenoising(model, subjects, clip, rates),
    blockReuse,
    betweenSteps,
    betweenDeeperSteps,
    fullWidthBlocks,
    weights,
    film,
    filmOnGpu,
    drift,
    packingPerCore: await packingRate('Q4_0', 'q4', processorSeconds),
    downloads: {
      pageScriptBytes: totalOf(sizeOfPage('index.html')),
      modelBytes: totalOf(sizeOfModel()),
      wasmFiles: Math.max(...clips.map(({ wasmFiles }) => wasmFiles)),
    },
  };
  const machine = {
    cores: availableParallelism(),
    processor: cpus()[0]?.model,
    platform: `${process.platform} ${process.arch}`,
    browser: clip.browser,
    threads: clip.report.threads,
    load, // mean number of busy processes in the minute before the start
  };
  return { machine, targets: verdicts(figures), ...figures };
}

/** Packing, storing and hashing of weights, and nothing else. */
async function measureWeights(): Promise<object> {
  const { path } = ensureBrowser(say);
  const bench = hold(await openBenchSite(path));
  say('Packing and storing weights …');
  const weights = await bench.open(['--disable-gpu'], (page) =>
    page.evaluate(() => globalThis.bench!.weightRates()),
  );
  const packingPerCore: Record<string, number> = {};
  for (const type of QUANTISED)
    packingPerCore[`${type} → q4`] = await packingRate(type, 'q4', processorSeconds);
  return { ...weights, packingPerCore };
}

/** Without a browser: what counts are colours, not seconds. */
function measureColors(): Promise<DriftFigures> {
  say('Going on from a still scene 35 times …');
  return measureDrift(MODELS[0], join(ROOT, 'models/seedling/weights'), availableParallelism());
}

async function makeClips(executable: string, url: string, model: ModelManifest): Promise<readonly ClipRun[]> {
  const clips: ClipRun[] = [];
  while (clips.length < CLIPS) {
    say(`Making clip ${clips.length + 1} of ${CLIPS} …`);
    const clip = await makeClip({ executable, url, model, say, onOpen: hold });
    say(`${clip.seconds.toFixed(1)} s`);
    clips.push(clip);
  }
  return clips;
}

/** Processor time of this process so far. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** In a browser of its own: what is counted there is never undone. */
function countSteps(bench: BenchSite, layers: number): Promise<StepTransfers> {
  return bench.open(SOFTWARE_GPU, (page) =>
    page.evaluate((depth) => globalThis.bench!.stepTransfers(depth), layers),
  );
}

/** A block of every published model, each in a browser of its own: the memory of one is gone before the next. */
async function measureFullWidth(bench: BenchSite): Promise<readonly FullWidthBlock[]> {
  const blocks: FullWidthBlock[] = [];
  for (const { name, transformer, numbers } of OPEN_MODELS) {
    say(`Running one block of ${name} at full width …`);
    blocks.push(
      await bench.open(['--disable-gpu'], (page) =>
        page.evaluate(([config, weights]) => globalThis.bench!.fullWidthBlock(config, weights), [
          transformer,
          numbers.weights,
        ] as const),
      ),
    );
  }
  return blocks;
}

function measureOnWasm(
  bench: BenchSite,
  subject: BenchSubject,
): Promise<{ readonly rates: ProductRates; readonly blockReuse: BlockReuseTimes }> {
  return bench.open(['--disable-gpu'], async (page) => {
    say('Multiplying matrices …');
    const rates = await page.evaluate((s) => globalThis.bench!.productRates(s), subject);
    say('Running blocks: one session for each, one for all …');
    const blockReuse = await page.evaluate((s) => globalThis.bench!.blockReuse(s), subject);
    return { rates, blockReuse };
  });
}
