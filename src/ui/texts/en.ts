import { ERRORS_EN } from './errors-en.ts';
import { bytesInWords, type Texts } from './texts.ts';

const about = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;

const PARTS = {
  transformer: 'Transformer',
  text: 'Text encoder',
  codec: 'Frame codec',
  tokenizer: 'Tokenizer',
} as const;

/** What a visitor's own model lacks, in a sentence. */
function lackingParts(
  detail: Readonly<Record<string, unknown>>,
  parts: Readonly<Record<string, string>>,
): string {
  const called = (part: unknown): string =>
    part === 'config' ? 'config.json' : (parts[String(part)] ?? String(part)).toLowerCase();
  const { missing, twice, unfit } = detail;
  if (Array.isArray(missing)) return `Still missing: ${missing.map(called).join(', ')}.`;
  if (twice !== undefined) return `There are two files for one part: ${called(twice)}. Take one away.`;
  return `This part does not fit the transformer: ${called(unfit)}. Bring the one that was published for it.`;
}

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
    drop: 'Drop a picture, a video to go on from, or a clip made with Kindling',
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
    negativeUnheard: 'This is heeded with a guidance above 1 only: try 2.',
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
    enqueue: 'Add to the queue',
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
    emptyHint: (button) => `Describe a small scene, then press “${button}”.`,
    pickingUp: 'Picking up where the part before ended',
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
  gallery: {
    open: (count) => `Your films (${count})`,
    title: 'Your films',
    close: 'Close the list of films',
    intro: (count, size) =>
      `${count} ${count === 1 ? 'film is' : 'films are'} kept on this device (${size}). They stay until you delete them.`,
    play: (title) => `Play: ${title}`,
    rename: 'Title',
    untitled: 'Untitled',
    edit: 'Edit or go on',
    remove: (title) => `Delete: ${title}`,
    removeShort: 'Delete',
    reallyRemove: 'Delete for good',
    keep: 'Keep it',
  },
  board: {
    label: 'Storyboard',
    goOn: 'Go on from here',
    generate: 'Make the film',
    scene: 'What is there all the time',
    scenePlaceholder: 'A purple castle on a hill',
    prompt: (segment) => `What happens in part ${segment}?`,
    inSegment: (segment) => `Part ${segment}: `,
    placeholder: 'The sun goes down, the sky darkens',
    camera: 'Camera',
    cameraFree: 'Automatic',
    cameras: {
      still: 'Stands still',
      'pan left': 'Pans left',
      'pan right': 'Pans right',
      'tilt up': 'Tilts up',
      'tilt down': 'Tilts down',
      'zoom in': 'Zooms in',
      'zoom out': 'Zooms out',
      roll: 'Rolls',
    },
    states: { new: 'not made yet', made: 'made', outdated: 'has changed', based: 'based on the old one' },
    making: 'being made',
    noWords: 'No words yet',
    segment: (number, state, words, seconds) => `Part ${number}, ${seconds} s, ${state}: ${words}`,
    total: (count, seconds) => `${count} ${count === 1 ? 'part' : 'parts'}, ${about(seconds)}`,
    progress: (segment, count) => `part ${segment} of ${count}`,
    tools: {
      add: 'Add a part',
      duplicate: 'Duplicate',
      earlier: 'Earlier',
      later: 'Later',
      remove: 'Remove',
      undo: 'Undo',
      redo: 'Redo',
      startOver: 'This part alone',
    },
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
  models: {
    open: (model) => `Model: ${model}`,
    title: 'Models',
    intro:
      'Seedling is always here. The others are published open models: downloaded once, kept on this device, and then they work offline too.',
    close: 'Close the list of models',
    builtIn: (seconds) => `Comes with the app and runs on any device: storybook clips of up to ${seconds} s.`,
    makes: (seconds, fps, width, height, pictures) =>
      `Clips of up to ${seconds} s from ${pictures ? 'words or a picture' : 'words'}, in English and Chinese; ${width} × ${height} at ${fps} frames per second.`,
    use: 'Use this model',
    inUse: 'In use',
    download: (bytes) => `Download ${bytesInWords(bytes)}`,
    goOn: (bytes) => `Download the other ${bytesInWords(bytes)}`,
    pause: 'Pause',
    verify: 'Check the files',
    remove: 'Delete',
    files: 'Files and licences',
    parts: PARTS,
    unconfirmed: 'size as reported',
    here: 'here',
    importFile: 'Choose from disk',
    strays: 'Other files kept here',
    room: (free, used) =>
      `This site keeps ${bytesInWords(used)} on this device and may keep about ${bytesInWords(free)} more.`,
    memoryOnly: (free) =>
      `This window keeps nothing, as private windows do: what you download stays in memory until the page is closed, at most ${bytesInWords(free)} more.`,
    saveFile: 'Save a copy',
    saveFileAs: (name) => `Save a copy of ${name}`,
    own: {
      title: 'Add a model of your own',
      intro:
        'Files of a Wan 2.1 or Wan 2.2 5B transformer, GGUF or safetensors. Text encoder, frame codec and tokenizer are those of the list unless you bring others.',
      addresses: 'Addresses of the files',
      addressesHint: 'One a line. Only the beginning of each file is read now.',
      look: 'Look at these files',
      looking: 'Reading the beginnings …',
      choose: 'Choose files from disk',
      config: 'Configuration',
      shape: (width, layers, channels) => `${width} wide, ${layers} layers, ${channels} latent channels`,
      drop: 'Take away',
      lacking: (detail) => lackingParts(detail, PARTS),
      fromList: (parts) => `From the list: ${parts}.`,
      name: 'Name in the list',
      sampling: 'How it makes clips',
      samplings: { many: 'In many steps, with guidance', few: 'In 3 steps (distilled, FastWan)' },
      add: 'Add to the list',
      mark: 'Added by you',
      removeFromList: 'Take off the list',
    },
    mirror: 'Where the files come from',
    mirrorLabel: 'Address of the model hub or of a mirror',
    mirrorHint: 'Nothing but the files themselves is asked for there, and only when you press the button.',
    progress: (model) => `Files of ${model}`,
    activity: (activity, arrived, bytes) => {
      const amount = `${bytesInWords(arrived)} of ${bytesInWords(bytes)}`;
      if (activity.status === 'still') return `${amount}, paused`;
      const percent = (share: number): string => `${Math.round(100 * share)} %`;
      if (activity.status !== 'downloading') {
        const doing = activity.status === 'verifying' ? 'Checking' : 'Copying';
        return `${doing} ${activity.file}: ${percent(activity.share)}`;
      }
      const { how, rate, secondsLeft, file } = activity;
      if (how === 'elsewhere') return `${amount}; another tab is fetching ${file}`;
      if (how === 'verifying') return `${amount}; checking ${file}`;
      if (how === 'rechecking') return `${amount}; ${file} has a damaged part, which is being looked for`;
      if (typeof how === 'object')
        return `${amount}; the connection failed, trying again in ${Math.max(1, Math.round(how.waiting))} s`;
      return rate && secondsLeft !== null
        ? `${amount}, ${bytesInWords(rate)} a second, about ${about(secondsLeft)} left`
        : amount;
    },
    verdicts: {
      fits: (bytes, gpuBytes) =>
        `${bytesInWords(bytes)} to download. Needs about ${bytesInWords(gpuBytes)} free on the graphics card, which no browser lets us ask.`,
      asking: (bytes, gpuBytes) =>
        `${bytesInWords(bytes)} to download. Needs about ${bytesInWords(gpuBytes)} free on the graphics card.`,
      'no-gpu': () => 'Needs a graphics card with WebGPU, and this browser offers none here.',
      'software-gpu': () =>
        'Needs a real graphics card: the one that this browser offers is imitated by the processor, and a clip would take days.',
      'no-storage': () =>
        'This window keeps nothing, as private windows do: larger models need an ordinary window.',
      'no-room': (bytes) =>
        `${bytesInWords(bytes)} to download, more than this site may keep on this device. Free some space first.`,
    },
  },
  life: {
    clipIsReady: { title: 'Your clip is ready', text: 'Kindling has finished it.' },
    updateWaiting: 'A new version of Kindling is ready.',
    updateAfterJob: 'A new version of Kindling is ready. It waits until your clip is done.',
    updateBusy: 'A clip is being made in another tab. Update when it is done.',
    update: 'Update now',
    later: 'Later',
    installOffer: 'Kindling can be installed: a window of its own, and it works offline.',
    install: 'Install',
    noInstall: 'No, thanks',
    tellMe: 'Tell me when it is ready',
  },
  storage: {
    open: 'What is kept here',
    title: 'Kept on this device',
    close: 'Close the list of what is kept',
    app: 'The app',
    appHint: 'The page itself, so that it opens offline. Comes back with the next visit.',
    model: (model) => `${model} and what runs it`,
    modelHint: 'So that clips can be made offline. Comes back with the next clip.',
    notKept: 'nothing',
    others: 'Other files',
    segments: 'Parts of films',
    segmentsHint: 'So that a film goes on where it stopped, and what has not changed is not made again.',
    clips: 'Finished films are kept, too: “Your films” below the player lists and deletes them.',
    remove: (what) => `Delete: ${what}`,
    persistent: 'The browser has promised not to clear this by itself.',
    notPersistent: 'The browser may clear this by itself when the device runs out of space.',
    persist: 'Ask it to keep everything',
    counting: 'Counting …',
  },
  notices: {
    restored: () => 'Everything is set as it was for that clip.',
    'restored-version': ({ made, here }) =>
      `Everything is set as it was for that clip. It was made with version ${made} of the model; here is ${here}, so the frames may differ.`,
    'restored-model': ({ made }) =>
      `The settings are restored, but the clip was made with “${made}”, which is not here; the result will look different.`,
    interrupted: () =>
      'This was being made when the page was closed. Press the button below: it goes on where it stopped.',
    'last-frame': ({ name }) => `The clip goes on from the last picture of “${name}”.`,
    'picture-needed': () =>
      'The settings are restored. They begin with a picture that is not in the file: please add it.',
    'unknown-file': ({ name }) =>
      `“${name}” cannot be opened here. Pictures, videos and job files (JSON) can.`,
  },
  status: {
    making: 'Making your clip.',
    ready: 'Your clip is ready.',
    cancelled: 'Cancelled.',
    failed: 'The clip could not be made.',
    'no-room': 'Paused: there is no room left on this device.',
    queued: 'Added to the queue.',
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
