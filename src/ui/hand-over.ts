// Ways in which a clip or its settings leave the page. Each may be refused by the browser or given up by the visitor.

import type { Clip } from '../state/job-state.ts';

const asFile = (clip: Clip): File => new File([clip.file], clip.fileName, { type: 'video/mp4' });

/** True if this device has a share sheet that takes such a file. */
export const canShareFile = (file: File): boolean =>
  typeof navigator.canShare === 'function' && navigator.canShare({ files: [file] });

/** True if this device has a share sheet that takes videos. */
export const canShare = (clip: Clip): boolean => canShareFile(asFile(clip));

/** Opens the share sheet. Giving it up is not an error. */
export const shareClip = (clip: Clip): Promise<void> => shareFile(asFile(clip));

/** Opens the share sheet. Giving it up is not an error. */
export async function shareFile(file: File): Promise<void> {
  try {
    await navigator.share({ files: [file] });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) console.warn(error);
  }
}

/** Copies a text. Returns whether the browser allowed it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Hands a file to the browser's downloads. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the bytes once the click was handled; a minute is for those that are late.
  setTimeout(() => URL.revokeObjectURL(url), RELEASE_MS);
}

const RELEASE_MS = 60_000;
