import type { VNode } from 'preact';
import { useStudio, useTexts } from './studio-context.tsx';

/** Seconds between two positions of the slider. */
const STEP = 0.5;

/** How long the clip is. */
export function LengthField(): VNode {
  const { form, manifest } = useStudio();
  const texts = useTexts();
  const { min, max } = manifest.limits.seconds;
  const said = texts.settings.seconds(form.seconds.value);
  return (
    <div class="field">
      <div class="field-head">
        <label for="seconds">{texts.settings.length}</label>
        <output for="seconds">{said}</output>
      </div>
      <input
        id="seconds"
        type="range"
        min={min}
        max={max}
        step={STEP}
        aria-valuetext={said}
        value={form.seconds.value}
        onInput={(event) => {
          form.seconds.value = event.currentTarget.valueAsNumber;
        }}
      />
    </div>
  );
}
