// `embed.mjs`, the module form: knows its deployment by its own address, and defines the element.
import { createFrom } from './create.ts';
import { defineElement } from './element.ts';

/** Puts a widget of this deployment into an element. */
export const create = createFrom(new URL(/* @vite-ignore */ './embed.html', import.meta.url).href);

defineElement(create);
