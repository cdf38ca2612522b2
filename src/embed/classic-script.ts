// `embed.js`, the classic form: the same as `embed.mjs`, with `create` as `KindlingEmbed.create`.
import { createFrom } from './create.ts';
import { defineElement } from './element.ts';

/** Where this script came from; also if it was loaded as a module, which does not say. */
const script =
  (document.currentScript as HTMLScriptElement | null)?.src ??
  [...document.scripts].find(({ src }) => new URL(src, document.baseURI).pathname.endsWith('/embed.js'))?.src;

const create = createFrom(script && new URL('./embed.html', script).href);
Object.assign(globalThis, { KindlingEmbed: { create } });
defineElement(create);
