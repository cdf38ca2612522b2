// Which segments of a film are the same as those of another: by everything that is said about them and about those before.
import { type Job, settingsOf } from './job.ts';
import { spokenPrompt } from './spoken-prompt.ts';

/**
 * Says of each segment what decides its pixels, what it goes on from included: equal texts, equal segments. Where a segment's end is cut
 * is a matter of those that go on from it.
 * @param picture what tells the first frame's picture from others; null without one.
 */
export function segmentIdentities(job: Job, picture: string | null): readonly string[] {
  let before: string | readonly [string, number] | null = null;
  return job.segments.map((segment) => {
    const { negativePrompt, ...sampling } = settingsOf(job, segment);
    const identity = shorten(
      JSON.stringify([
        job.model,
        job.aspect,
        spokenPrompt(job, segment),
        segment.seconds,
        segment.seed,
        segment.picture && [segment.picture.fit, picture],
        sampling,
        sampling.guidance === 1 ? '' : negativePrompt,
        before,
      ]),
    );
    before = segment.keepSeconds === undefined ? identity : [identity, segment.keepSeconds];
    return identity;
  });
}

/** 64 bits of a text (FNV-1a with the two halves of its prime): enough to tell the segments of one visit apart. */
function shorten(text: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const unit of new TextEncoder().encode(text))
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit)) * 0x0000_0100_0000_01b3n);
  return hash.toString(16).padStart(16, '0');
}
