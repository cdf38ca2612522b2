// The page inside a partner's frame: the poster first. Nothing but this page's own script, style and policy is fetched, and
// no Worker or graphics processor is touched, until the visitor presses the button.
import { render } from 'preact';
import { MODELS } from '../models/catalog.ts';
import generationWorker from '../workers/generation.worker.ts?worker&url';
import { EngineClient } from './client/engine-client.ts';
import { loadPolicy } from './client/load-policy.ts';
import { trustedScript } from './client/trusted-scripts.ts';
import { assert } from './core/errors.ts';
import { awaitHost } from './embed/host-port.ts';
import { parseEmbedAddress } from './protocol/embed-address.ts';
import { findSurroundings } from './protocol/page-surroundings.ts';
import type { FrameScope, StorageHandle } from './state/frame-storage.ts';
import { RUNTIME_BYTES } from './state/runtime-bytes.ts';
import { readSupport } from './state/support.ts';
import { Widget } from './state/widget.ts';
import { probeDevice } from './state/widget-probe.ts';
import { WidgetApp } from './ui/widget/widget-app.tsx';
import './ui/styles/tokens.css';
import './ui/styles/controls.css';
import './ui/styles/stage.css';
import './ui/styles/motion.css';
import './ui/styles/widget.css';

const surroundings = findSurroundings(window as unknown as Parameters<typeof findSurroundings>[0]);

type RequestStorage = (types: {
  readonly localStorage: true;
  readonly getDirectory: true;
  readonly estimate: true;
}) => Promise<StorageHandle | undefined>;

/** Only where the browser hands out more than cookies, which are of no use here. */
function requestStorage(): FrameScope['requestStorage'] {
  // Came to Chromium together with the handles, which themselves have no name to look for.
  if (!('hasUnpartitionedCookieAccess' in document && 'requestStorageAccess' in document)) return undefined;
  const request = document.requestStorageAccess.bind(document) as unknown as RequestStorage;
  return async () => (await request({ localStorage: true, getDirectory: true, estimate: true })) ?? {};
}

const request = requestStorage();
const storage: FrameScope = {
  isThirdParty: surroundings.ancestors.some((origin) => origin !== surroundings.own),
  credentialless: (globalThis as { readonly credentialless?: boolean }).credentialless === true,
  get localStorage() {
    return localStorage;
  },
  ...(request && { requestStorage: request }),
};

// The Worker is only created when the visitor has pressed the button.
const engine = new EngineClient(
  () => new Worker(trustedScript(generationWorker), { type: 'module', name: 'generation' }),
);

const widget = new Widget({
  engine,
  catalogue: MODELS,
  support: readSupport(globalThis),
  address: parseEmbedAddress(location.search),
  languages: navigator.languages,
  surroundings,
  storage,
  loadPolicy: () => loadPolicy(location.href),
  findStored: async (root) => {
    const [{ findStoredModels }, { OPEN_MODELS }] = await Promise.all([
      import('./client/stored-models.ts'),
      import('../models/wan/open-models.ts'),
    ]);
    return findStoredModels(root, OPEN_MODELS);
  },
  probe: () => probeDevice(globalThis),
  runtimeBytes: RUNTIME_BYTES,
});

// Before anything else can run: the page around may greet as soon as this one has loaded.
awaitHost(window, {
  admit: (origin) => widget.admit(origin),
  onConnected: ({ origin, post }) => widget.connect(origin, post),
  onMessage: (message) => widget.receive(message),
  onFlood: () => widget.disconnect(),
});

void widget.open();

const root = document.getElementById('app');
assert(root, 'the page has no place for the widget');
render(<WidgetApp widget={widget} studio={new URL('./index.html', location.href).href} />, root);
