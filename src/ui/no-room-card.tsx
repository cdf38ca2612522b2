import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { AppError } from '../core/errors.ts';
import { LITTLE_ROOM } from '../state/film-room.ts';
import { useLife, useStudio, useTexts } from './studio-context.tsx';
import { ROOM_TEXTS } from './texts/room-texts.ts';

/** A film waits for room on the device: how much it needs, a way to make it, and to go on. */
export function NoRoomCard(props: { readonly error: AppError; readonly onDismiss: () => void }): VNode {
  const { error, onDismiss } = props;
  const studio = useStudio();
  const storage = useLife()?.storage;
  const { actions, details } = useTexts();
  const texts = ROOM_TEXTS[studio.language.value];
  useEffect(() => void storage?.measureRoom(), [storage]);
  const { needed } = error.detail;
  const isKnown = typeof needed === 'number';
  const room = storage?.room.value;
  // What a finished film needs, its list knows.
  const asked = isKnown ? needed : studio.gallery.waiting.value.length > 0 ? null : LITTLE_ROOM;
  return (
    <div class="card error" data-code={error.code}>
      <h2>{texts.title}</h2>
      <p>
        {isKnown && texts.needed(needed)}{' '}
        {room && (isKnown && room.free > needed ? texts.deviceFull : texts.free)(room.free)}
      </p>
      <p>{texts.kept}</p>
      <details>
        <summary>{details}</summary>
        <p lang="en">{error.message}</p>
      </details>
      <div class="card-actions">
        <button
          type="button"
          class="secondary"
          aria-haspopup="dialog"
          onClick={() => void storage?.show(asked)}
        >
          {texts.makeRoom}
        </button>
        <button type="button" class="secondary" onClick={() => void studio.tryAgain(error)}>
          {texts.goOn}
        </button>
        <button type="button" class="link" onClick={onDismiss}>
          {actions.dismiss}
        </button>
      </div>
    </div>
  );
}
