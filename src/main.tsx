import { signal } from '@preact/signals';
import { render } from 'preact';
import { findModel, MODELS } from '../models/catalog.ts';
import generationWorker from '../workers/generation.worker.ts?worker&url';
import libraryWorker from '../workers/library.worker.ts?worker&url';
import { holdInstallPrompt } from './client/browser-install-prompt.ts';
import { EngineClient } from './client/engine-client.ts';
import { trustedScript } from './client/trusted-scripts.ts';
import { assert } from './core/errors.ts';
import { RESET_PARAMETER, SHARED_PARAMETER } from './protocol/offline.ts';
import type { OpenModel } from './protocol/open-model.ts';
import type { AppLife } from './state/app-life.ts';
import type { PictureKeeper } from './state/board-keeper.ts';
import { keepChoice, keptChoice } from './state/language.ts';
import type { ModelShelf } from './state/model-shelf.ts';
import { Studio } from './state/studio.ts';
import { readSupport } from './state/support.ts';
import { App } from './ui/app.tsx';
import { TEXTS } from './ui/studio-context.tsx';
import { whenIdle } from './ui/when-idle.ts';
import './ui/styles/tokens.css';
import './ui/styles/controls.css';
import './ui/styles/composer.css';
import './ui/styles/stage.css';
import './ui/styles/models.css';
import './ui/styles/timeline.css';
import './ui/styles/takes.css';
import './ui/styles/gallery.css';
import './ui/styles/motion.css';
import './ui/styles/queue.css';

const store = (): Storage | null => {
  try {
    return localStorage; // in some frames even the name throws
  } catch {
    return null;
  }
};

const installPrompt = holdInstallPrompt();

const HUB_KEY = 'kindling.hub';
const OWN_KEY = 'kindling.own-models';
/** The address parameter with which the web manifest's shortcuts open a list. */
const OPEN_PARAMETER = 'open';

const manifest = MODELS[0];
assert(manifest, 'the catalogue has no model');

// The Worker is only created when the first clip is asked for.
const engine = new EngineClient(
  () => new Worker(trustedScript(generationWorker), { type: 'module', name: 'generation' }),
);

/** What a script added before the list was opened. */
const offered: { models: OpenModel[]; host: string | undefined } = { models: [], host: undefined };

/** The models that can be downloaded, and the Worker that keeps their files: only when somebody asks for them. */
async function loadShelf(): Promise<ModelShelf> {
  const [{ LibraryClient }, { ModelShelf }, { OPEN_MODELS }] = await Promise.all([
    import('./client/library-client.ts'),
    import('./state/model-shelf.ts'),
    import('../models/wan/open-models.ts'),
  ]);
  const library = new LibraryClient(
    () => new Worker(trustedScript(libraryWorker), { type: 'module', name: 'library' }),
  );
  const { models, host } = offered;
  return new ModelShelf(library, [...OPEN_MODELS, ...models], {
    host: host ?? keptChoice(HUB_KEY, store()) ?? '',
    onHost: (chosen) => keepChoice(HUB_KEY, chosen, store()),
    own: keptChoice(OWN_KEY, store()),
    onOwn: (own) => keepChoice(OWN_KEY, own, store()),
    persist: () => void navigator.storage?.persist?.().catch(() => false), // a no is an answer, too
  });
}

/** Boards, and the pictures that they begin with. */
const openBoards = async () => (await import('./films/board-files.ts')).openBoardFiles();
/** Not needed before somebody keeps something. */
const segmentFiles = () => import('./films/segment-files.ts');

const pictures: PictureKeeper = {
  keep: async (file, board) => {
    try {
      await (await openBoards())?.keepPicture(board, file);
    } catch {
      // Full or closed: the picture holds for this visit.
    }
  },
  // A copy: the file on the disk becomes unreadable for us when another takes its place.
  kept: async (board) => {
    const file = await (await openBoards())?.picture(board);
    return file ? new Blob([await file.arrayBuffer()]) : null;
  },
};

const studio = new Studio({
  engine,
  pictures,
  holdBoard: async () => (await import('./client/board-lock.ts')).holdBoard(),
  openBoards,
  openGallery: async () => {
    const files = await (await import('./films/film-files.ts')).openFilmFiles();
    return (
      files && {
        ...files,
        keep: async (facts, film) => {
          await files.keep(facts, film);
          void navigator.storage.persist?.().catch(() => false); // films stay until they are deleted, if the browser agrees
        },
      }
    );
  },
  openStrips: async () => {
    const { SEGMENTS_FOLDER, STRIPS } = await segmentFiles();
    return (await import('./films/strip-files.ts')).openStripFiles(SEGMENTS_FOLDER, STRIPS);
  },
  lastFrame: async (video) => (await import('./client/video-frame.ts')).lastFrameOf(video),
  manifest,
  support: readSupport(globalThis),
  languages: navigator.languages,
  store: store(),
  loadShelf,
  loadLexicon: async () =>
    JSON.parse((await import('../models/seedling/lexicon.json?raw')).default) as unknown,
});

const root = document.getElementById('app');
assert(root, 'the page has no place for the studio');
const life = signal<AppLife | null>(null);
// Somebody else's page around this one could lead the visitor's clicks.
if (window.parent === window || (await (await import('./client/studio-frame.ts')).studioMayRun(window))) {
  // In a task of its own: with the script's evaluation before and the layout after it, a slow device would be busy for long enough to notice.
  setTimeout(() => render(<App studio={studio} life={life} />, root));
  void studio.words.load();
  whenIdle(() => void offerAutomation().catch(console.warn)); // scripts wait for it
  if (location.hash.startsWith('#job=')) void openAddress();
  whenIdle(() => void begin().catch(console.warn)); // a convenience: the studio works without it
} else {
  const { FramedCard } = await import('./ui/framed-card.tsx');
  render(<FramedCard language={studio.language.value} address={location.href} />, root);
}

/** Lets scripts drive the page. */
async function offerAutomation(): Promise<void> {
  (await import('./client/automation.ts')).registerAutomation(engine, findModel, (model, host) => {
    offered.models.push(model);
    offered.host = host ?? offered.host;
  });
}

/** Begins what goes on around the studio, now that it has been painted: keeping the site offline, for one. */
async function begin(): Promise<void> {
  import('./open-queue.ts').then(({ openQueue }) => openQueue(studio)).catch(console.warn);
  const [{ ServiceWorkerClient, removeServiceWorker }, { browserDevice }, { onLaunch }, { AppLife }] =
    await Promise.all([
      import('./client/service-worker-client.ts'),
      import('./client/browser-device.ts'),
      import('./client/launch.ts'),
      import('./state/app-life.ts'),
    ]);
  const address = new URL(location.href);
  const isReset = address.searchParams.has(RESET_PARAMETER);
  if (isReset) await removeServiceWorker(); // it has seen to that itself, if it still can
  const ours = [RESET_PARAMETER, SHARED_PARAMETER, OPEN_PARAMETER].filter((name) =>
    address.searchParams.has(name),
  );
  if (ours.length > 0) {
    const later = new URL(address); // a reload is an ordinary visit
    for (const name of ours) later.searchParams.delete(name);
    history.replaceState(history.state, '', later);
  }
  const canKeep = import.meta.env.PROD && !isReset && 'serviceWorker' in navigator;
  life.value = new AppLife(studio, {
    offline: canKeep ? new ServiceWorkerClient(trustedScript) : null,
    device: browserDevice,
    segments: {
      boards: async () => (await (await openBoards())?.bytes()) ?? 0,
      queue: async () => (await import('./films/queue-files.ts')).queueBytes(),
      bytes: async () => {
        const { openSegmentFiles, segmentBytes } = await segmentFiles();
        const files = await openSegmentFiles();
        return files ? segmentBytes(files) : 0;
      },
      clear: async () => {
        const { clearSegments, openSegmentFiles } = await segmentFiles();
        const files = await openSegmentFiles();
        if (files) await clearSegments(files);
      },
    },
    installPrompt,
    store: store(),
    reload: () => location.reload(),
    clipIsReady: () => TEXTS[studio.language.value].life.clipIsReady,
  });
  const open = ({ searchParams }: URL): void => {
    if (searchParams.has(SHARED_PARAMETER)) void life.value?.openShared();
    if (searchParams.get(OPEN_PARAMETER) === 'models')
      void studio.restoreModel().then(() => studio.chooseModel());
    if (searchParams.get(OPEN_PARAMETER) === 'storage') void life.value?.storage.show();
  };
  open(address);
  onLaunch({ onFile: (file) => void studio.open(file, file.name), onAddress: open });
  await life.value.keepOffline();
}

/** Takes the job that a frame has handed over, and lets it stand in the address no longer. */
async function openAddress(): Promise<void> {
  const { openFragment } = await import('./state/open-address.ts');
  const { hash, pathname, search } = location;
  history.replaceState(history.state, '', pathname + search);
  await openFragment(studio, hash);
}
