import type { InstallPrompt } from './device.ts';

/** Chromium's event, which no library of types declares. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

/** Keeps the browser's offer to install the page until it is wanted, instead of a bar at a moment of its choosing. To be called first of all. */
export function holdInstallPrompt(): InstallPrompt {
  let held: BeforeInstallPromptEvent | null = null;
  const callbacks: (() => void)[] = [];
  const set = (next: BeforeInstallPromptEvent | null): void => {
    held = next;
    for (const callback of callbacks) callback();
  };
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    set(event as BeforeInstallPromptEvent);
  });
  addEventListener('appinstalled', () => set(null));
  return {
    get isReady() {
      return held !== null;
    },
    onChange: (callback) => callbacks.push(callback),
    async ask() {
      const event = held;
      if (!event) return false;
      set(null); // it can be shown once
      return (await event.prompt()).outcome === 'accepted';
    },
  };
}
