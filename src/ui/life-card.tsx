import type { VNode } from 'preact';
import { useLife, useStudio, useTexts } from './studio-context.tsx';

/** What the app itself has to say: a new version, or that it can be installed. Nothing here is urgent. */
export function LifeCard(): VNode | null {
  const life = useLife();
  const studio = useStudio();
  const { life: texts } = useTexts();
  if (!life) return null;
  const isRunning = studio.isRunning.value;
  const update = life.update.value;
  if (update !== 'none') {
    const text = isRunning
      ? texts.updateAfterJob
      : update === 'busy'
        ? texts.updateBusy
        : texts.updateWaiting;
    return (
      <Offer
        name="update"
        text={text}
        yes={texts.update}
        no={texts.later}
        isHeldBack={isRunning || update === 'applying'}
        onYes={() => void life.applyUpdate()}
        onNo={() => life.postponeUpdate()}
      />
    );
  }
  if (!life.offersInstall.value || isRunning) return null;
  return (
    <Offer
      name="install"
      text={texts.installOffer}
      yes={texts.install}
      no={texts.noInstall}
      isHeldBack={false}
      onYes={() => void life.install()}
      onNo={() => life.declineInstall()}
    />
  );
}

function Offer(props: {
  readonly name: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  readonly isHeldBack: boolean;
  readonly onYes: () => void;
  readonly onNo: () => void;
}): VNode {
  return (
    <section class="below card offer" data-offer={props.name}>
      <p>{props.text}</p>
      <div class="card-actions">
        <button
          type="button"
          class="secondary"
          aria-disabled={props.isHeldBack}
          onClick={() => !props.isHeldBack && props.onYes()}
        >
          {props.yes}
        </button>
        <button type="button" class="link" onClick={props.onNo}>
          {props.no}
        </button>
      </div>
    </section>
  );
}
