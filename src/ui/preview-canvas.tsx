import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ClipPreview } from '../state/job-state.ts';
import { LoopPlayer } from './loop-player.ts';
import { useTexts } from './studio-context.tsx';

/** The clip while it develops: blurred and pale at first, as clear as the preview allows at the end. */
export function PreviewCanvas(props: { readonly preview: ClipPreview; readonly fraction: number }): VNode {
  const { preview, fraction } = props;
  const texts = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const player = useRef<LoopPlayer | null>(null);
  useEffect(() => {
    if (!canvas.current) return;
    const loop = new LoopPlayer(canvas.current);
    player.current = loop;
    return () => loop.stop();
  }, []);
  useEffect(() => player.current?.show(preview), [preview]);
  return (
    <canvas
      ref={canvas}
      class="preview"
      role="img"
      aria-label={texts.stage.preview}
      style={{ '--developed': fraction.toFixed(2) }}
    />
  );
}
