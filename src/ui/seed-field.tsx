import type { VNode } from 'preact';
import { MAX_SEED } from '../state/form.ts';
import { DiceIcon } from './icons.tsx';
import { NumberInput } from './number-input.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

const SEEDS = { min: 0, max: MAX_SEED };

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
        <NumberInput
          id="seed"
          value={seed.value}
          step={1}
          range={SEEDS}
          onNumber={(number) => {
            seed.value = number;
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
