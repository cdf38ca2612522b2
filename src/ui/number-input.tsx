import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';

/** A field for a number. While it is typed into, the text stays as typed: `2.` on the way to `2.7` must not lose its dot. */
export function NumberInput(props: {
  readonly id: string;
  /** NaN shows an empty field. */
  readonly value: number;
  readonly step: number;
  readonly range: { readonly min: number; readonly max: number };
  readonly isWrong?: boolean;
  readonly describedBy?: string;
  /** Gets NaN while the text is no number. */
  readonly onNumber: (value: number) => void;
}): VNode {
  const { id, value, step, range, isWrong, describedBy, onNumber } = props;
  const typed = useRef('');
  const isTyped = typed.current !== '' && Number(typed.current) === value;
  return (
    <input
      id={id}
      type="number"
      min={range.min}
      max={range.max}
      step={step}
      aria-invalid={isWrong}
      aria-describedby={describedBy}
      value={isTyped ? typed.current : Number.isNaN(value) ? '' : String(value)}
      onInput={(event) => {
        typed.current = event.currentTarget.value;
        onNumber(event.currentTarget.valueAsNumber);
      }}
    />
  );
}
