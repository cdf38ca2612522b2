import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { assert } from '../../core/errors.ts';
import type { Widget } from '../../state/widget.ts';
import { WIDGET_TEXTS, type WidgetTexts } from './widget-texts.ts';

/** Brings the state to the components. */
export const WidgetContext = createContext<Widget | null>(null);

/** The state of the widget. */
export function useWidget(): Widget {
  const widget = useContext(WidgetContext);
  assert(widget, 'a component was rendered outside of the widget');
  return widget;
}

/** The sentences in the widget's language. */
export const useWidgetTexts = (): WidgetTexts => WIDGET_TEXTS[useWidget().language];

/** A site as people read it. */
export const siteName = (origin: string): string => origin.replace(/^https?:\/\//, '');
