// Which frames two videos in one place show, and when: to see whether going from one to the other can be seen.
import type { Locator } from 'playwright';

/** Going from one video to the other. */
export interface FilmChange {
  /** Between the last frame of one and the first that the other shows after it was brought forward. */
  readonly milliseconds: number;
  /** Where the last frame of one ends, and where the other begins, seconds of film. */
  readonly left: number;
  readonly entered: number;
  /** Frames that were seen of both. */
  readonly frames: number;
}

interface ShownFrame {
  readonly video: number;
  readonly at: number;
  readonly media: number;
  readonly isSeen: boolean;
}

/** Begins to watch the two videos in `place`, of which one is visible at a time. */
export async function watchFrames(place: Locator): Promise<{ change(): Promise<FilmChange> }> {
  const handle = await place.evaluateHandle((figure) => {
    const shown: ShownFrame[] = [];
    figure.querySelectorAll('video').forEach((element, video) => {
      const look = (at: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
        const isSeen = getComputedStyle(element).visibility === 'visible' && !element.paused;
        shown.push({ video, at, media: mediaTime, isSeen });
        element.requestVideoFrameCallback(look);
      };
      element.requestVideoFrameCallback(look);
    });
    return shown;
  });
  return {
    async change() {
      const shown = (await handle.jsonValue()).filter(({ isSeen }) => isSeen);
      const first = shown[0]?.video;
      const last = shown.filter(({ video }) => video === first).at(-1);
      const next = shown.find(({ video }) => video !== first);
      if (!last || !next) throw new Error(`No change was seen: ${JSON.stringify(shown)}`);
      return {
        milliseconds: Math.round(next.at - last.at),
        left: last.media,
        entered: next.media,
        frames: shown.length,
      };
    },
  };
}
