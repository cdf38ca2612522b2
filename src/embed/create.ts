import { connect } from './connect.ts';
import { createHandle } from './handle.ts';
import type { EmbedCreate, EmbedHandle, EmbedOptions } from './page-api.ts';

/** How long the frame may take to load and answer. */
const TIMEOUT_MS = 30_000;
/** Height of the widget's picture at most, and of everything below it: a guess, so that the page hardly jumps when the widget says it. */
const [PICTURE, BELOW] = [416, 350];
/** What the frame may do besides what every frame may; there is no such permission for WebGPU. */
const ALLOW =
  'fullscreen; clipboard-write; web-share; screen-wake-lock; autoplay; storage-access; cross-origin-isolated';

/** @param src address of the widget's page, if {@link EmbedOptions.src} does not say. */
export const createFrom =
  (src?: string): EmbedCreate =>
  async (container: Element, options: EmbedOptions = {}): Promise<EmbedHandle> => {
    if (!(container instanceof Element) && !((container as unknown) instanceof DocumentFragment))
      throw new TypeError('create(container): the container must be an element of the page.');
    const address = options.src ?? src;
    if (!address) throw new TypeError('create(container, { src }): the address of embed.html is missing.');
    const url = new URL(address, document.baseURI);
    for (const name of ['prompt', 'aspect', 'lang'] as const) {
      const value = options[name];
      if (value) url.searchParams.set(name, value);
    }
    if (options.picture === false) url.searchParams.set('picture', 'off');
    const frame = document.createElement('iframe');
    frame.allow = ALLOW;
    frame.referrerPolicy = 'strict-origin-when-cross-origin';
    frame.title = options.title ?? 'Kindling';
    const height =
      options.height ?? guessHeight((container as unknown as ShadowRoot).host ?? container, options);
    frame.style.cssText = `display:block;width:100%;border:0;height:${height}px`;
    frame.src = url.href;
    const answered = connect(frame, url.origin, options.timeoutMs ?? TIMEOUT_MS);
    container.append(frame);
    try {
      return createHandle(frame, await answered, options.height !== undefined);
    } catch (error) {
      // The card in a frame that was refused says why; a frame that never answered has nothing to say.
      if ((error as { readonly code?: string }).code !== 'embed/refused') frame.remove();
      throw error;
    }
  };

function guessHeight({ clientWidth }: Element, { aspect = '16:9' }: EmbedOptions): number {
  const [width = 16, height = 9] = aspect.split(':').map(Number);
  const guess = Math.min(PICTURE, ((Math.min(736, clientWidth || 480) - 48) * height) / width);
  return Math.round((guess > 0 ? guess : PICTURE) + BELOW);
}
