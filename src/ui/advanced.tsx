import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { DEVICE_CHOICES, MAX_FIELD_LENGTH } from '../state/form.ts';
import type { DeviceChoice } from '../state/job-state.ts';
import { NumberInput } from './number-input.tsx';
import { StorageButton } from './storage.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** Settings that most people never need. */
export function Advanced(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { form, manifest } = studio;
  const { settings } = texts;
  const shape = form.shape.value;
  return (
    <details class="advanced">
      <summary>{settings.advanced}</summary>
      <div class="advanced-body">
        <div class="pair">
          <NumberField
            id="steps"
            label={settings.steps}
            hint={settings.stepsHint}
            value={form.steps}
            step={1}
            range={manifest.limits.steps}
          />
          <NumberField
            id="guidance"
            label={settings.guidance}
            hint={settings.guidanceHint}
            value={form.guidance}
            step={0.5}
            range={manifest.limits.guidance}
          />
        </div>
        <div class="field">
          <label for="negative">{settings.negative}</label>
          <input
            id="negative"
            type="text"
            dir="auto"
            maxLength={MAX_FIELD_LENGTH}
            placeholder={settings.negativePlaceholder}
            value={form.negativePrompt.value}
            onInput={(event) => {
              form.negativePrompt.value = event.currentTarget.value;
            }}
          />
          {form.guidance.value === 1 && form.negativePrompt.value.trim() !== '' && (
            <p class="hint wrong">{settings.negativeUnheard}</p>
          )}
        </div>
        <div class="field">
          <label for="device">{settings.device}</label>
          <select
            id="device"
            value={form.device.value}
            onChange={(event) => {
              form.device.value = event.currentTarget.value as DeviceChoice;
            }}
          >
            {DEVICE_CHOICES.map((choice) => (
              <option
                key={choice}
                value={choice}
                disabled={choice === 'webgpu' && studio.gpu.value === 'none'}
              >
                {settings.devices[choice]}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label class="check">
            <input
              type="checkbox"
              checked={form.visibleLabel.value}
              aria-describedby="label-hint"
              onChange={(event) => {
                form.visibleLabel.value = event.currentTarget.checked;
              }}
            />
            {settings.label}
          </label>
          <p id="label-hint" class="hint">
            {settings.labelHint}
          </p>
        </div>
        <p class="hint">
          {shape && settings.size(shape.width, shape.height, shape.frames, form.fps.value)}{' '}
          {form.carriesHidden.value && settings.hidden(form.fps.value, form.shift.value)}{' '}
          <button type="button" class="link" onClick={() => form.resetSettings()}>
            {settings.reset}
          </button>
        </p>
        <p class="hint">
          {texts.page.madeWith(`${manifest.name} ${manifest.version}`, manifest.licence.name)}{' '}
          <StorageButton />
        </p>
      </div>
    </details>
  );
}

function NumberField(props: {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly value: Signal<number>;
  readonly step: number;
  readonly range: { readonly min: number; readonly max: number };
}): VNode {
  const { id, label, hint, value, step, range } = props;
  const isWrong = !(value.value >= range.min && value.value <= range.max);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <NumberInput
        id={id}
        value={value.value}
        step={step}
        range={range}
        isWrong={isWrong}
        describedBy={`${id}-hint`}
        onNumber={(number) => {
          value.value = number;
        }}
      />
      <p id={`${id}-hint`} class={isWrong ? 'hint wrong' : 'hint'}>
        {hint}{' '}
        <span class="unbroken">
          ({range.min}–{range.max})
        </span>
      </p>
    </div>
  );
}
