import type { EmbedCreate, EmbedElement, EmbedHandle } from './page-api.ts';

const EVENTS = ['phase', 'progress', 'preview', 'clip', 'error', 'capabilities', 'resize', 'gone'] as const;

/** Defines `<kindling-clip>`; a second call on the same page does nothing. */
export function defineElement(create: EmbedCreate): void {
  if (customElements.get('kindling-clip')) return;
  customElements.define(
    'kindling-clip',
    class extends HTMLElement implements EmbedElement {
      static readonly observedAttributes = ['prompt', 'aspect', 'lang', 'src', 'height', 'picture'];
      handle: Promise<EmbedHandle> | null = null;
      #queued = false;

      connectedCallback(): void {
        this.style.display ||= 'block';
        this.#renew();
      }

      disconnectedCallback(): void {
        this.#renew();
      }

      attributeChangedCallback(): void {
        if (this.handle) this.#renew();
      }

      /** Once for all that changes in one go: moving the element is a removal and an insertion. */
      #renew(): void {
        if (this.#queued) return;
        this.#queued = true;
        queueMicrotask(() => {
          this.#queued = false;
          this.handle?.then((old) => old.destroy()).catch(() => {});
          this.handle = null;
          this.shadowRoot?.replaceChildren();
          if (!this.isConnected) return;
          const made = this.#create();
          this.handle = made;
          // What was given up on the way has nothing to say any more.
          made.catch((error) => this.handle === made && this.#fire('error', error));
        });
      }

      async #create(): Promise<EmbedHandle> {
        const text = (name: string) => this.getAttribute(name) ?? undefined;
        const height = Number(text('height'));
        const options = {
          src: text('src'),
          prompt: text('prompt'),
          aspect: text('aspect'),
          lang: text('lang'),
          picture: text('picture') !== 'off',
        };
        const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
        const handle = await create(root as unknown as Element, {
          ...(options as object), // what is undefined counts as left out
          ...(height > 0 && { height }),
        });
        for (const name of EVENTS) handle.on(name, (detail) => this.#fire(name, detail));
        this.#fire('ready', handle);
        return handle;
      }

      #fire(name: string, detail: unknown): void {
        this.dispatchEvent(new CustomEvent(`kindling-${name}`, { detail }));
      }
    },
  );
}
