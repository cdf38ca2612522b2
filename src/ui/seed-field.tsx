import type { VNode } from 'preact';
import { MAX_SEED } from '../state/form.ts';
import { DiceIcon } from './icons.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** The number that all chance comes from. Typing one keeps it. */
export function SeedField(): VNode {
  const { form } = useStudio();
  const texts = useTexts();
  const { seed, seedLocked } = form;
  return (
    <div class="field">
      <div class="field-head">
        <label for="seed">{texts.settings.seed}</label>
        <label class="check" title={texts.settings.keepSeedHint}>
          <input
            type="checkbox"
            checked={seedLocked.value}
            onChange={(event) => {
              seedLocked.value = event.currentTarget.checked;
            }}
          />
          {texts.settings.keepSeed}
        </label>
      </div>
      <div class="seed-row">
        <input
          id="seed"
          type="number"
          min={0}
          max={MAX_SEED}
          step={1}
          value={Number.isNaN(seed.value) ? '' : seed.value}
          onInput={(event) => {
            seed.value = event.currentTarget.valueAsNumber;
            seedLocked.value = true;
          }}
        />
        <button
          type="button"
          class="round"
          aria-label={texts.settings.dice}
          title={texts.settings.dice}
          onClick={() => form.rollSeed()}
        >
          <DiceIcon />
        </button>
      </div>
    </div>
  );
}
