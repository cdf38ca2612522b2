// Measures this device for the page `bench.html`.

import { expose } from 'comlink';
import { GpuReporter } from '../src/engine/gpu-report.ts';
import { releaseCallback } from '../src/protocol/comlink.ts';
import type { ReportApi } from '../src/protocol/report-api.ts';

const reporter = new GpuReporter();

const api: ReportApi = {
  async measure(request, onEvent) {
    try {
      return await reporter.measure(request, onEvent);
    } finally {
      releaseCallback(onEvent);
    }
  },
  stop: () => reporter.stop(),
};

expose(api);
