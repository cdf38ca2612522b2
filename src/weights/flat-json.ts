// What JSON.parse does not say about an untrusted header: names that occur twice (it keeps the last), and how much it would build.
const MAX_DEPTH = 3; // header, tensor, list of numbers
const MAX_VALUES = 2 ** 20; // values in all; a tensor needs about eight

/**
 * Looks through JSON text without building anything.
 * @returns what is wrong with it as a part of a sentence, or null. Text that passes may still not be JSON, but JSON.parse is safe on it.
 */
export function checkFlatJson(text: string): string | null {
  const names = new Set<string>();
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22 /* " */) {
      const start = i;
      i = endOfString(text, i);
      if (depth === 1 && isKey(text, i + 1)) {
        const name = unescapeName(text.slice(start, i + 1));
        if (names.has(name)) return `the name ${JSON.stringify(name.slice(0, 80))} occurs twice`;
        names.add(name);
        values++;
      }
    } else if (c === 0x7b /* { */ || c === 0x5b /* [ */) {
      if (++depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH}`;
      values++;
    } else if (c === 0x7d /* } */ || c === 0x5d /* ] */) {
      depth--;
    } else if (c === 0x2c /* , */) {
      values++;
    }
    if (values > MAX_VALUES) return `it has more than ${MAX_VALUES} values`;
  }
  return null;
}

/** The index of the closing quote, or the end of the text. */
function endOfString(text: string, open: number): number {
  let i = open + 1;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === 0x22) return i;
    i += c === 0x5c /* \ */ ? 2 : 1;
  }
  return text.length;
}

function isKey(text: string, from: number): boolean {
  let i = from;
  while (i < text.length && text.charCodeAt(i) <= 0x20) i++;
  return text.charCodeAt(i) === 0x3a; // :
}

function unescapeName(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal; // JSON.parse of the whole will say it
  }
}
