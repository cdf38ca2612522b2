import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { BASE_FLAGS, SOFTWARE_GPU } from './scripts/browser-flags.ts';
import { ISOLATION_HEADERS } from './scripts/content-security.ts';
import { findBrowser } from './scripts/find-browser.ts';

const browser = findBrowser();

/** Sends the isolation headers with every answer of the test server, so that WebAssembly threads work in tests as they do on the site. */
const isolation: Plugin = {
  name: 'isolation-headers',
  configureServer(server) {
    server.middlewares.use((_request, response, next) => {
      for (const [name, value] of Object.entries(ISOLATION_HEADERS)) response.setHeader(name, value);
      response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
      next();
    });
  },
};

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        extends: './vite.config.ts',
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          environment: 'node',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        extends: './vite.config.ts',
        plugins: [isolation],
        optimizeDeps: {
          // Named here so that no test is interrupted by a late discovery.
          include: ['@huggingface/tokenizers', 'comlink', 'hash-wasm', 'mp4-muxer', 'mp4box'],
        },
        test: {
          name: 'browser',
          sequence: { groupOrder: 1 },
          include: ['test/browser/**/*.test.{ts,tsx}'],
          testTimeout: 120_000, // the software adapter makes 0.3 GFLOP/s
          hookTimeout: 60_000,
          fileParallelism: false, // two cores: timings and memory of one file must not disturb another's
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(browser && { executablePath: browser.path }),
                args: [...BASE_FLAGS, ...SOFTWARE_GPU],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        extends: './vite.config.ts',
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/serve-site.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
