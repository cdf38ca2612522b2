import { render } from 'preact';
import { MODELS } from '../models/catalog.ts';
import { OPEN_MODELS } from '../models/wan/open-models.ts';
import { ReportClient } from './client/report-client.ts';
import { assert } from './core/errors.ts';
import { GpuBench } from './state/gpu-bench.ts';
import { BenchPage } from './ui/bench-page.tsx';
import './ui/styles/tokens.css';
import './ui/styles/controls.css';
import './ui/styles/bench.css';

const store = (): Storage | null => {
  try {
    return localStorage; // in some frames even the name throws
  } catch {
    return null;
  }
};

const bench = new GpuBench({
  // The Worker is only created when the button is pressed.
  reporter: new ReportClient(
    () =>
      new Worker(new URL('../workers/report.worker.ts', import.meta.url), { type: 'module', name: 'report' }),
  ),
  models: [...MODELS, ...OPEN_MODELS],
  browser: navigator.userAgent,
  languages: navigator.languages,
  store: store(),
  now: () => new Date(),
});

const root = document.getElementById('app');
assert(root, 'the page has no place for the report');
render(<BenchPage bench={bench} />, root);
