import type { BenchTexts } from './bench-texts.ts';

/** The page that measures a device, in English. */
export const BENCH_EN: BenchTexts = {
  title: 'How fast is this graphics card?',
  language: 'Language',
  back: 'Back to the studio',
  intro:
    'Kindling can tell how long a clip will take here once it has measured this device: whether it counts right, and how fast it is at the products and the attention that the models are made of.',
  before:
    'It takes about half a minute, a minute at most on a busy or slow device. Nothing is downloaded and nothing leaves this device. Close what else uses the graphics card, and leave this page in front.',
  start: 'Start measuring',
  again: 'Measure again',
  stop: 'Stop',
  stopping: 'Stopping …',
  progress: 'Progress of the measurement',
  parts: {
    'self-test': 'Comparing its numbers with the processor’s',
    products: 'Multiplying matrices of 4 and 8 bits',
    attention: 'Computing attention',
    blocks: 'Running whole blocks of the models',
  },
  status: {
    idle: 'Not started.',
    running: 'Measuring.',
    done: 'The report is ready.',
    stopped: 'Stopped; nothing was kept of this measurement.',
    failed: 'This device could not be measured.',
  },
  details: 'Details',
  open: 'Open a saved report',
  save: 'Save the report',
  kept: 'Kept on this device: the list of models now tells how long a clip takes.',
  report: {
    title: (adapter) => `Report on ${adapter}`,
    made: (date) => `Measured ${date}`,
    software:
      'This is not a graphics card but a software adapter: right, and many times slower than WebAssembly, which Kindling uses here.',
    passed: (halves) =>
      halves
        ? 'Passed the self-test, with half precision (f16).'
        : 'Passed the self-test. It has no half precision (f16), so larger models need more memory and time.',
    failed: 'Failed the self-test: its numbers are wrong, so Kindling uses the processor instead.',
    reduced:
      'This device is too slow for the sizes of the larger models, so smaller ones were measured. What is said about those models is rough.',
    estimates: 'A clip of each model, as it is set when you choose it',
    model: 'Model',
    step: 'One step',
    clip: 'Denoising',
    note: 'Reading the model and the words and painting the frames come on top.',
    basis: { blocks: 'about', products: 'at least' },
    noEstimates: 'Without a graphics card that passes there is nothing to estimate.',
    rates: 'What was measured',
    what: 'What',
    size: 'Size',
    speed: 'Speed',
    product: (bits) => `Product, ${bits} bits`,
    attention: 'Attention',
    block: (weights) => `Block, ${weights === 'q4' ? 4 : 8} bits`,
    rows: (rows, inner, columns) => `${rows} × ${inner} × ${columns}`,
    tokens: (tokens, width) => `${tokens} tokens of ${width}`,
    selfTest: 'Self-test',
    selfTestRow: (activations, weights, difference, tolerance) =>
      `${activations}, ${weights === 'q4' ? 4 : 8}-bit weights: ${
        difference === null ? 'gave no numbers' : `off by ${difference}, ${tolerance} allowed`
      }`,
    adapter: 'Adapter and limits',
    features: 'Features',
    browser: 'Browser',
  },
};
