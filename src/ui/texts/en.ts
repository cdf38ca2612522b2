import { ERRORS_EN } from './errors-en.ts';
import type { Texts } from './texts.ts';

const about = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;

/** The page in English. */
export const EN: Texts = {
  page: {
    title: 'Kindling – short clips from words or a picture, made on your own device',
    tagline: 'Words or a picture in, a little film out.',
    language: 'Language',
    composer: 'Your idea',
    stage: 'Your clip',
    promise: 'Made on this device. Your words and pictures never leave it.',
    madeWith: (model, licence) => `Painted by ${model} (${licence})`,
  },
  prompt: {
    label: 'What should happen?',
    placeholder: 'An orange cat in a snowy forest, the sun sets, the camera zooms in',
    placeholderWithPicture: 'What should happen in the picture? You may leave this empty.',
    count: (count, most) => `${count} of ${most} characters`,
    tooLong: (over) => `${over} too many`,
    cut: 'That text was very long; only its beginning was kept.',
    surprise: 'Surprise me',
    examples: 'Examples',
    unknown: (model, words) =>
      `${model} has never met ${words === 1 ? 'this word' : 'these words'}. It knows:`,
    unknownOnly: (model, words) => `${model} has never met ${words === 1 ? 'this word' : 'these words'}.`,
    replace: (word, suggestion) => `Replace “${word}” with “${suggestion}”`,
  },
  picture: {
    label: 'First picture',
    add: 'Add a picture',
    hint: 'optional: choose, drop or paste one',
    change: 'Change',
    remove: 'Remove the picture',
    alt: (name) => `The clip begins with ${name}`,
    drop: 'Drop a picture, or a clip made with Kindling',
    fit: 'If its shape differs',
    fits: { crop: 'Fill the frame', letterbox: 'Show all of it' },
  },
  settings: {
    aspect: 'Shape',
    custom: 'Custom',
    width: 'Width',
    height: 'Height',
    aspectRange: (min, max) => `Width ÷ height from ${min} to ${max}`,
    length: 'Length',
    seconds: (seconds) => `${seconds} s`,
    seed: 'Seed',
    dice: 'Roll a new seed',
    keepSeed: 'Keep',
    keepSeedHint: 'Keep this seed: the same settings then give the same clip',
    advanced: 'Advanced',
    steps: 'Steps',
    stepsHint: 'More steps: finer, slower',
    guidance: 'Guidance',
    guidanceHint: 'How closely to follow the words; 1 is fastest',
    negative: 'What should not be seen',
    negativePlaceholder: 'fog, rain',
    device: 'Run on',
    devices: { auto: 'Automatic', webgpu: 'Graphics card (WebGPU)', wasm: 'Processor (WebAssembly)' },
    label: 'Show “AI-generated” at the start',
    labelHint:
      'The file itself always says so. In some places the visible mark is required when you publish.',
    hidden: (fps, shift) => `From the opened file: ${fps} frames per second, shift ${shift}.`,
    reset: 'Back to the defaults',
    size: (width, height, frames, fps) => `${width} × ${height}, ${frames} frames at ${fps} per second`,
  },
  actions: {
    generate: 'Make the clip',
    generating: 'Making your clip …',
    shortcut: 'Ctrl or ⌘ + Enter',
    cancel: 'Cancel',
    cancelling: 'Stopping …',
    download: 'Download',
    another: 'Make another',
    share: 'Share',
    copySeed: 'Copy seed',
    copySettings: 'Copy settings',
    copied: 'Copied',
    dismiss: 'OK',
  },
  stage: {
    empty: 'Your clip will appear here',
    emptyHint: 'Describe a small scene, then press “Make the clip”.',
    phases: {
      prepare: 'Waking up the painter',
      text: 'Reading your words',
      picture: 'Looking at your picture',
      denoise: 'Dreaming it up',
      decode: 'Painting the frames',
      encode: 'Painting and binding the film',
    },
    step: (step, steps) => `step ${step} of ${steps}`,
    timeLeft: (seconds) => (seconds < 3 ? 'almost there' : `about ${about(seconds)} left`),
    progress: 'Progress of your clip',
    preview: 'A first glimpse of your clip',
    video: (prompt) => (prompt ? `Clip: ${prompt}` : 'Your clip'),
    clips: 'Clips of this visit',
    clip: (number) => `Show clip ${number}`,
    cancelled: 'Cancelled',
    cancelledHint: 'Nothing was lost: your words and settings are still here.',
  },
  report: {
    made: (device, seconds) =>
      `Made on this device with ${device} in ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`,
    devices: {
      webgpu: (adapter) => (adapter ? `WebGPU (${adapter})` : 'WebGPU'),
      wasm: (_, threads) => `WebAssembly, ${threads} ${threads === 1 ? 'thread' : 'threads'},`,
    },
    size: (megabytes) => `${megabytes} MB`,
    seed: (seed) => `seed ${seed}`,
    warnings: {
      'prompt-truncated': 'The prompt was longer than the model reads; its end was left out.',
      'gpu-fallback': 'The graphics card could not be used: this clip is made on the processor.',
      'slow-adapter':
        'There is no real graphics card here, only one made of software, which is slow. “Automatic” under Advanced is faster.',
    },
  },
  support: {
    noGpuTitle: 'No WebGPU here, and that is fine',
    softwareTitle: 'No real graphics card for WebGPU here, and that is fine',
    noGpu: (seconds) =>
      `Clips are made with WebAssembly on the processor: the same clips, about ${about(seconds)} each.`,
    noThreads: 'Only one processor thread is available on this page.',
    missingTitle: 'This browser cannot make clips yet',
    missing: {
      worker: 'It has no background workers. A current Chrome, Edge, Firefox or Safari does.',
      wasm: 'WebAssembly is missing or switched off. A current Chrome, Edge, Firefox or Safari has it.',
      webcodecs:
        'It cannot write video files (WebCodecs is missing). A current Chrome, Edge, Firefox or Safari can.',
    },
  },
  notices: {
    restored: () => 'Everything is set as it was for that clip.',
    'restored-version': ({ made, here }) =>
      `Everything is set as it was for that clip. It was made with version ${made} of the model; here is ${here}, so the frames may differ.`,
    'restored-model': ({ made }) =>
      `The settings are restored, but the clip was made with “${made}”, which is not here; the result will look different.`,
    'picture-needed': () =>
      'The settings are restored. They begin with a picture that is not in the file: please add it.',
    'unknown-file': ({ name }) =>
      `“${name}” cannot be opened here. Pictures, clips made with Kindling and job files (JSON) can.`,
  },
  status: {
    making: 'Making your clip.',
    ready: 'Your clip is ready.',
    cancelled: 'Cancelled.',
    failed: 'The clip could not be made.',
    refused: 'That cannot be used; see the message.',
    restored: 'Settings restored from the file.',
    'picture-added': 'Picture added.',
    'picture-removed': 'Picture removed.',
    copied: 'Copied.',
  },
  errors: ERRORS_EN,
  errorActions: {
    'edit-prompt': 'Change the words',
    'choose-picture': 'Choose another picture',
    'use-legal': 'Use the nearest that works',
    'try-again': 'Try again',
    'use-wasm': 'Try on the processor',
    reload: 'Reload the page',
    dismiss: 'OK',
  },
  details: 'Details',
};
