import type { StorageRoom } from '../protocol/library-api.ts';

/** Whether the visitor may be told something while the page is not seen. `none`: the browser has no such thing. */
export type NoticePermission = NotificationPermission | 'none';

/** What the device can do for a page besides computing. The application state knows only this. Nothing here throws or rejects. */
export interface Device {
  /** Keeps the screen on, and so the device awake, until the result is called. */
  stayAwake(): () => void;
  /** Shows on the app's icon that something is going on. */
  showBadge(isShown: boolean): void;
  noticePermission(): NoticePermission;
  /** Asks the visitor. Only within a press. */
  askForNotices(): Promise<NoticePermission>;
  /** Tells the visitor, if that is allowed and the page is not seen. */
  tellIfHidden(title: string, text: string): void;
  /** What the browser says of this site's storage; null if it does not say. */
  storageRoom(): Promise<StorageRoom | null>;
  /** Asks the browser not to clear it by itself. @returns whether it promises that. */
  askToPersist(): Promise<boolean>;
}

/** The browser's own offer to install the page. The application state knows only this. */
export interface InstallPrompt {
  /** The browser has made the offer. */
  readonly isReady: boolean;
  /** Calls back when that changes. */
  onChange(callback: () => void): void;
  /** Shows the browser's own question. Only within a press. @returns whether the visitor said yes. */
  ask(): Promise<boolean>;
}
