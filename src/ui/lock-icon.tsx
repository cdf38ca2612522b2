import type { VNode } from 'preact';

/** A closed padlock, as large as the words beside it. */
export const LockIcon = (): VNode => (
  <svg class="lock" viewBox="0 0 12 12" aria-hidden="true">
    <path d="M3.5 5.5V4a2.5 2.5 0 0 1 5 0v1.5" fill="none" stroke="currentColor" stroke-width="1.3" />
    <rect x="2.2" y="5.5" width="7.6" height="5" rx="1.2" fill="currentColor" />
  </svg>
);
