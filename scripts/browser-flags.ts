// Command-line switches of the browsers that tests and the headless job start.

/** Quiet and self-contained: no first-run pages, no traffic of the browser's own. */
const QUIET = [
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--autoplay-policy=no-user-gesture-required',
];

/** The sandbox cannot start for root, as in most containers; the pages opened are this project's own. */
const SANDBOX = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** WebGPU by the software adapter: slow (about 0.3 GFLOP/s) but there on every machine. */
export const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] as const;

/** WebGPU by the machine's own GPU, also where the browser does not offer it by default (Linux). */
export const HARDWARE_GPU = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--ignore-gpu-blocklist',
] as const;

/** What every browser started here gets; add one of the GPU lists, or none for WebAssembly alone. */
export const BASE_FLAGS: readonly string[] = [...QUIET, ...SANDBOX];
