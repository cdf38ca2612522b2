// Runs once before the e2e tests: builds the site if need be and serves it.
import type { TestProject } from 'vitest/node';
import { ensureSite, serveSite } from '../../scripts/site.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the built site, ends in `/`. */
    siteUrl: string;
  }
}

/** @returns what stops the server. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  await ensureSite(console.error);
  const site = await serveSite(0);
  project.provide('siteUrl', site.url);
  return site.close;
}
