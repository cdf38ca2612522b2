// What a clip in the page's player looks like, as a person would see it: a few large patches of colour.
import type { Locator } from 'playwright';

/** Patches along each side: enough for sky, ground and what stands between. */
const PATCHES = 8;

/** Mean colours of 8×8 patches (or as many as asked for), row by row, R G B each, 0…255. */
export type Patches = readonly number[];

/** Seeks the player and reads what it shows. @param side patches along each side. */
export function clipPatches(player: Locator, seconds: number, side = PATCHES): Promise<Patches> {
  return player.evaluate(
    async (video: HTMLVideoElement, [time, count]) => {
      video.loop = false;
      video.pause();
      await new Promise<void>((resolve) => {
        video.addEventListener('seeked', () => resolve(), { once: true });
        video.currentTime = time;
      });
      const { videoWidth: width, videoHeight: height } = video;
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
      context.drawImage(video, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const sums = new Array<number>(3 * count * count).fill(0);
      const areas = new Array<number>(count * count).fill(0);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const patch = Math.floor((y * count) / height) * count + Math.floor((x * count) / width);
          areas[patch]!++;
          for (let c = 0; c < 3; c++) sums[3 * patch + c]! += data[4 * (y * width + x) + c]!;
        }
      }
      return sums.map((sum, i) => sum / areas[Math.floor(i / 3)]!);
    },
    [seconds, side] as const,
  );
}

/** The same of a picture file, decoded by the browser and squeezed to a square as a square clip of it is cut: the middle. */
export function picturePatches(page: Locator, base64: string, type: string): Promise<Patches> {
  return page.evaluate(
    async (_, [data, mime, count]) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: mime }));
      const side = Math.min(bitmap.width, bitmap.height);
      const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
      const context = new OffscreenCanvas(count, count).getContext('2d')!;
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, left, top, side, side, 0, 0, count, count);
      const pixels = context.getImageData(0, 0, count, count).data;
      return Array.from(pixels).filter((_value, i) => i % 4 !== 3);
    },
    [base64, type, PATCHES] as const,
  );
}

/** Mean absolute difference, 0…255. */
export const patchDifference = (a: Patches, b: Patches): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

/** Mean of numbers: of patches, their brightness. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much the patches of one picture differ from their mean, 0…128. */
export function patchSpread(patches: Patches): number {
  const middle = mean(patches);
  return Math.sqrt(mean(patches.map((value) => (value - middle) ** 2)));
}
