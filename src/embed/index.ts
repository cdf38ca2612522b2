// The package `kindling-embed`.
import { createFrom } from './create.ts';
import { defineElement } from './element.ts';

export type * from '../protocol/embed-api.ts';
export type * from './page-api.ts';

/** Puts a widget into an element; {@link EmbedOptions.src} has to say where the deployment is. */
export const create = createFrom();

/** Defines `<kindling-clip>`, which then needs a `src`. Nothing happens before this is called. */
export const defineClipElement = (): void => defineElement(create);
