import type { VNode } from 'preact';
import { ASPECTS, CUSTOM_ASPECT } from '../state/form.ts';
import { useStudio, useTexts } from './studio-context.tsx';

/** Longer side of a drawn rectangle, px. */
const DRAWN = 22;

function drawnSize(aspect: string): { readonly width: number; readonly height: number } {
  const [width = 1, height = 1] = aspect.split(':').map(Number);
  const scale = DRAWN / Math.max(width, height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** The clip's shape: six by name, or one of your own. */
export function AspectPicker(): VNode {
  const { form } = useStudio();
  const texts = useTexts();
  const chosen = form.aspect.value;
  return (
    <fieldset class="aspects">
      <legend>{texts.settings.aspect}</legend>
      <div class="aspect-tiles">
        {[...ASPECTS, CUSTOM_ASPECT].map((aspect) => (
          <label key={aspect} class="aspect">
            <input
              type="radio"
              name="aspect"
              value={aspect}
              checked={chosen === aspect}
              onChange={() => {
                form.aspect.value = aspect;
              }}
            />
            <span class="aspect-tile">
              <span class="aspect-box">
                {aspect === CUSTOM_ASPECT ? (
                  <span
                    class="aspect-shape dashed"
                    style={{ width: `${DRAWN}px`, height: `${DRAWN * 0.7}px` }}
                  />
                ) : (
                  <span
                    class="aspect-shape"
                    style={{ width: `${drawnSize(aspect).width}px`, height: `${drawnSize(aspect).height}px` }}
                  />
                )}
              </span>
              {aspect === CUSTOM_ASPECT ? texts.settings.custom : aspect}
            </span>
          </label>
        ))}
      </div>
      {chosen === CUSTOM_ASPECT && <CustomAspect />}
    </fieldset>
  );
}

function CustomAspect(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { form } = studio;
  const { min, max } = studio.manifest.limits.aspect;
  const isWrong = form.shape.value === null;
  return (
    <div class="custom-aspect">
      <input
        type="text"
        inputMode="decimal"
        maxLength={9}
        aria-label={texts.settings.width}
        aria-invalid={isWrong}
        aria-describedby="aspect-range"
        value={form.customWidth.value}
        onInput={(event) => {
          form.customWidth.value = event.currentTarget.value.trim();
        }}
      />
      <span aria-hidden="true">:</span>
      <input
        type="text"
        inputMode="decimal"
        maxLength={9}
        aria-label={texts.settings.height}
        aria-invalid={isWrong}
        aria-describedby="aspect-range"
        value={form.customHeight.value}
        onInput={(event) => {
          form.customHeight.value = event.currentTarget.value.trim();
        }}
      />
      <span id="aspect-range" class={isWrong ? 'hint wrong' : 'hint'}>
        {texts.settings.aspectRange(min.toFixed(2), max.toFixed(2))}
      </span>
    </div>
  );
}
