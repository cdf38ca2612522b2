import '@preact/signals'; // lets components follow the signals that they read
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type AppError, assertNever } from '../../core/errors.ts';
import { isOnProcessor } from '../../state/job-state.ts';
import { LANGUAGE_TAGS } from '../../state/language.ts';
import type { Widget } from '../../state/widget.ts';
import { Frame } from '../frame.tsx';
import { Mark } from '../icons.tsx';
import { Poster } from '../poster.tsx';
import { applyTheme } from './page-theme.ts';
import { refuseStrayDrops } from './stray-drops.ts';
import { useWidget, useWidgetTexts, WidgetContext } from './widget-context.tsx';
import { WidgetFoot } from './widget-foot.tsx';
import { useWidgetShape, WidgetStage } from './widget-stage.tsx';

/** The page inside a partner's frame. @param studio address of the studio's page. */
export function WidgetApp({ widget, studio }: { readonly widget: Widget; readonly studio: string }): VNode {
  return (
    <WidgetContext.Provider value={widget}>
      <WidgetPage studio={studio} />
    </WidgetContext.Provider>
  );
}

function WidgetPage({ studio }: { readonly studio: string }): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const main = useRef<HTMLElement>(null);
  const phase = widget.phase.value;
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[widget.language];
    document.title = texts.title;
    const page = main.current;
    if (!page) return;
    const observer = new ResizeObserver(() =>
      widget.tellHeight(Math.ceil(page.getBoundingClientRect().height)),
    );
    observer.observe(page);
    return () => observer.disconnect();
  }, [widget, texts]);
  useEffect(refuseStrayDrops, []);
  // The control that had the focus may be gone with what it began.
  const shown = useRef(phase);
  useEffect(() => {
    if (shown.current === phase) return;
    shown.current = phase;
    if (document.hasFocus() && document.activeElement === document.body)
      main.current?.querySelector<HTMLElement>('[data-next]')?.focus({ preventScroll: true });
  }, [phase]);
  const { status } = texts;
  const spoken =
    phase === 'running'
      ? status.making
      : phase === 'done'
        ? status.ready
        : phase === 'failed'
          ? status.failed
          : phase === 'asked'
            ? status.asked
            : widget.problem.value
              ? status.problem
              : widget.picture.value
                ? status.picture
                : '';
  return (
    <main
      ref={main}
      class={`widget ${isOnProcessor(widget.maker.state.value) ? 'calm' : ''}`}
      data-phase={phase}
    >
      <h1 class="spoken">{texts.title}</h1>
      <WidgetContent studio={studio} />
      <div role="status" class="spoken">
        {spoken}
      </div>
    </main>
  );
}

function WidgetContent({ studio }: { readonly studio: string }): VNode {
  const widget = useWidget();
  const access = widget.access.value;
  const theme = access.status === 'open' ? access.policy.theme : 'auto';
  useEffect(() => applyTheme(theme), [theme]);
  switch (access.status) {
    case 'loading':
      return <Waiting />;
    case 'refused':
      return <Refused studio={studio} error={access.error} />;
    case 'open':
      return (
        <>
          <WidgetStage />
          <WidgetFoot studio={studio} />
        </>
      );
    default:
      return assertNever(access);
  }
}

function Waiting(): VNode {
  const texts = useWidgetTexts();
  return (
    <>
      <Frame shape={useWidgetShape()}>
        <Poster />
      </Frame>
      <p class="hint centred">{texts.loading}</p>
    </>
  );
}

function Refused(props: { readonly studio: string; readonly error: AppError }): VNode {
  const texts = useWidgetTexts();
  return (
    <div class="widget-refused">
      <Mark />
      <h2>{texts.refused}</h2>
      <p>{texts.refusedHint}</p>
      <a class="primary" href={props.studio} target="_blank" rel="noopener">
        {texts.openKindling} <span class="spoken">{texts.opensTab}</span>
      </a>
      <details>
        <summary>{texts.details}</summary>
        <p lang="en" data-code={props.error.code}>
          {props.error.message}
        </p>
      </details>
    </div>
  );
}
