import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { RunningJob } from '../../state/job-state.ts';
import { LoopPlayer } from '../loop-player.ts';
import { Poster } from '../poster.tsx';
import { useWidgetTexts } from './widget-context.tsx';

/** Steps in which the clip gets clearer; finer ones would only keep the page painting. */
const DEVELOPING_STEPS = 50;

/** The clip while it develops; the poster until there is something to see. */
export function WidgetPreview({ job }: { readonly job: RunningJob }): VNode {
  const texts = useWidgetTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const player = useRef<LoopPlayer | null>(null);
  const { preview } = job;
  const developed = Math.round(job.fraction * DEVELOPING_STEPS) / DEVELOPING_STEPS;
  useEffect(() => {
    if (!preview || !canvas.current) return;
    player.current ??= new LoopPlayer(canvas.current);
    player.current.develop(developed);
    player.current.show(preview);
  }, [preview, developed]);
  useEffect(() => () => player.current?.stop(), []);
  if (!preview) return <Poster />;
  return <canvas ref={canvas} class="preview" role="img" aria-label={texts.preview} />;
}
