// `embed.html?prompt=…&aspect=…&lang=…&picture=off`: what an address may say about the widget. What is allowed it cannot say.

/** Longest prompt that is taken from an address, UTF-16 units. */
const MAX_PROMPT = 8000;

/** What stands in the fields at the beginning; null for what is not said or cannot be read. */
export interface EmbedAddress {
  readonly prompt: string | null;
  readonly aspect: string | null;
  /** A language tag. */
  readonly lang: string | null;
  /** False for `off`: the visitor is offered no picture, even where the deployment allows it. */
  readonly picture: boolean;
}

/** Reads the part of an address behind `?`. Never throws: what cannot be meant counts as not said. */
export function parseEmbedAddress(query: string): EmbedAddress {
  const from = new URLSearchParams(query);
  const matching = (name: string, pattern: RegExp): string | null => {
    const value = from.get(name);
    return value !== null && pattern.test(value) ? value : null;
  };
  return {
    prompt: from.get('prompt')?.slice(0, MAX_PROMPT) ?? null,
    aspect: matching('aspect', /^[\d.]{1,9}:[\d.]{1,9}$/),
    lang: matching('lang', /^[A-Za-z-]{2,20}$/),
    picture: from.get('picture') !== 'off',
  };
}
