import type { Device } from './device.ts';

const quietly = (work: Promise<unknown> | undefined): void => void work?.catch(() => {}); // each is a convenience

/** The browser's wake lock, badge and notifications. */
export const browserDevice: Device = {
  stayAwake() {
    let held: WakeLockSentinel | null = null;
    let isWanted = true;
    const take = (): void => {
      if (document.hidden || !isWanted) return;
      quietly(
        navigator.wakeLock?.request('screen').then((sentinel) => {
          if (isWanted) held = sentinel;
          else quietly(sentinel.release());
        }),
      );
    };
    take();
    document.addEventListener('visibilitychange', take); // hiding the page takes it away
    return () => {
      isWanted = false;
      document.removeEventListener('visibilitychange', take);
      quietly(held?.release());
    };
  },
  showBadge(isShown) {
    quietly(isShown ? navigator.setAppBadge?.() : navigator.clearAppBadge?.());
  },
  noticePermission: () => (typeof Notification === 'undefined' ? 'none' : Notification.permission),
  async askForNotices() {
    if (typeof Notification === 'undefined') return 'none';
    return Notification.requestPermission().catch(() => Notification.permission);
  },
  tellIfHidden(title, text) {
    if (!document.hidden || browserDevice.noticePermission() !== 'granted') return;
    const options = { body: text, icon: 'icons/icon-192.png', tag: 'kindling-clip' };
    // Some browsers show notifications of a service worker only.
    quietly(
      navigator.serviceWorker?.getRegistration().then((registration) => {
        if (registration) return registration.showNotification(title, options);
        new Notification(title, options).onclick = () => window.focus();
      }),
    );
  },
  async storageRoom() {
    try {
      const { usage = 0, quota = 0 } = await navigator.storage.estimate();
      return {
        used: usage,
        free: Math.max(0, quota - usage),
        persistent: await navigator.storage.persisted(),
      };
    } catch {
      return null;
    }
  },
  askToPersist: async () => (await navigator.storage?.persist?.().catch(() => false)) ?? false,
};
