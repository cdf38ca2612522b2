import type { VNode } from 'preact';
import { typicalSeconds } from '../state/support.ts';
import { InfoIcon } from './icons.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** Says calmly what runs where there is no WebGPU, and plainly when nothing can run. */
export function SupportCard(): VNode | null {
  const studio = useStudio();
  const texts = useTexts();
  const { support } = studio;
  if (support.missing.length > 0) {
    return (
      <div class="card error">
        <h3>{texts.support.missingTitle}</h3>
        {support.missing.map((what) => (
          <p key={what}>{texts.support.missing[what]}</p>
        ))}
      </div>
    );
  }
  if (support.webgpu) return null;
  const last = studio.maker.shelf.clips.value[0]?.report.seconds.total;
  return (
    <div class="card info">
      <InfoIcon />
      <div>
        <h3>{texts.support.noGpuTitle}</h3>
        <p>
          {texts.support.noGpu(typicalSeconds(support))} {!support.threads && texts.support.noThreads}{' '}
          {last !== undefined && texts.support.measured(last)}
        </p>
      </div>
    </div>
  );
}
