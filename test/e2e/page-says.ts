import type { Page } from 'playwright';
import { expect } from 'vitest';

/**
 * Waits until an expression is true in the page, also across a reload. (Playwright's own `waitForFunction` evaluates text
 * inside the page, which the built pages' policy forbids.)
 */
export const pageSays = (page: Page, expression: string, timeout = 30_000): Promise<void> =>
  expect.poll(() => page.evaluate(`Boolean(${expression})`), { timeout }).toBe(true);
