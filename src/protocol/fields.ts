// Reads plain data that anybody may have written, field by field. Own properties only: a prototype's are nobody's answer.
import { AppError, type ErrorCode } from '../core/errors.ts';

/** A value as a message names it: short, and without following what may be endless. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

/** An object of which each field that is asked for is checked; whatever else it has is never looked at. */
export class Fields {
  readonly #from: object;
  readonly #path: string;
  readonly #code: ErrorCode;

  /**
   * @param path names the object in messages.
   * @param code of the errors.
   * @throws {AppError} if it is not an object.
   */
  constructor(value: unknown, path: string, code: ErrorCode) {
    this.#path = path;
    this.#code = code;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.wrong(null, 'an object', value);
    this.#from = value;
  }

  /** The error for a field; null for the object itself. */
  wrong(name: string | null, expected: string, got: unknown): AppError {
    const path = name === null ? this.#path : `${this.#path}.${name}`;
    const detail = { path, expected };
    return new AppError(this.#code, `${path}: expected ${expected}, got ${describe(got)}.`, { detail });
  }

  /** A field as it is; undefined if it is missing. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#from, name) ? Reflect.get(this.#from, name) : undefined;
  }

  /** Names of all own fields. */
  names(): readonly string[] {
    return Object.keys(this.#from);
  }

  /** @throws {AppError} unless it is text of at most `longest` UTF-16 units. */
  text(name: string, longest: number): string {
    const value = this.raw(name);
    if (typeof value !== 'string') throw this.wrong(name, 'text', value);
    if (value.length > longest) throw this.wrong(name, `at most ${longest} characters`, value.length);
    return value;
  }

  /** @throws {AppError} unless it is a number within the range, both ends included. */
  number(name: string, { min = -Infinity, max = Infinity, whole = false } = {}): number {
    const value = this.raw(name);
    const fits = typeof value === 'number' && value >= min && value <= max;
    if (!fits || (whole && !Number.isInteger(value)))
      throw this.wrong(name, `a ${whole ? 'whole ' : ''}number${rangeInWords(min, max)}`, value);
    return value;
  }

  /** @throws {AppError} unless it is true or false. */
  flag(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false', value);
    return value;
  }

  /** @throws {AppError} unless it is one of these texts. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.raw(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.wrong(name, choices.join(' or '), value);
    return found;
  }

  /** @throws {AppError} unless it is a list of at most `most` texts. */
  texts(name: string, most: number, longest: number): readonly string[] {
    const value = this.raw(name);
    if (!Array.isArray(value) || value.length > most)
      throw this.wrong(name, `a list of at most ${most}`, value);
    return value.map((item: unknown, i) => {
      if (typeof item !== 'string' || item.length > longest)
        throw this.wrong(`${name}[${i}]`, `text of at most ${longest} characters`, item);
      return item;
    });
  }

  /** Reads a field only if it is there. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.raw(name) === undefined ? undefined : read(name);
  }
}

function rangeInWords(min: number, max: number): string {
  if (max === Infinity) return min === -Infinity ? '' : ` of at least ${min}`;
  return min === -Infinity ? ` of at most ${max}` : ` from ${min} to ${max}`;
}
