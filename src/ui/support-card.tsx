import type { VNode } from 'preact';
import { typicalSeconds } from '../state/support.ts';
import { InfoIcon } from './icons.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** Says calmly what runs where there is no WebGPU or only a slow one, and plainly when nothing can run. */
export function SupportCard(): VNode | null {
  const studio = useStudio();
  const texts = useTexts();
  const { support } = studio;
  if (support.missing.length > 0) {
    return (
      <div class="card error">
        <h2>{texts.support.missingTitle}</h2>
        {support.missing.map((what) => (
          <p key={what}>{texts.support.missing[what]}</p>
        ))}
      </div>
    );
  }
  const gpu = studio.gpu.value;
  if (gpu === null || gpu === 'hardware') return null;
  return (
    <div class="card info">
      <InfoIcon />
      <div>
        <h2>{texts.support[gpu === 'none' ? 'noGpuTitle' : 'softwareTitle']}</h2>
        <p>
          {texts.support.noGpu(typicalSeconds(support))} {!support.threads && texts.support.noThreads}
        </p>
      </div>
    </div>
  );
}
