/** The middle value; of an even number, the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Seconds that a call takes. */
async function secondsOf(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

/**
 * Times several things in turns, so that a disturbance meets all of them.
 * @param options `warmUps` rounds come first and do not count: the browser compiles hot code anew while it runs.
 * @returns seconds per round, `[run][round]`.
 */
export async function timeInTurns(
  runs: readonly (() => Promise<void>)[],
  options: { readonly warmUps: number; readonly rounds: number },
): Promise<readonly (readonly number[])[]> {
  const seconds: number[][] = runs.map(() => []);
  for (let round = -options.warmUps; round < options.rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const taken = await secondsOf(run);
      if (round >= 0) seconds[i]!.push(taken);
    }
  }
  return seconds;
}
