import { AppError, type ErrorCode } from '../core/errors.ts';
import { quoteName, type TensorEntry, type WeightFile } from './tensor-entry.ts';

/** What {@link checkTensors} may be told about a file's habits. */
export interface CheckTensorsOptions {
  /** Turns the file's name of a tensor into the expected one; without it they are the same. */
  canonicalName?(name: string): string;
  /** Names (as in the file) that may be there without being expected. */
  ignore?(name: string): boolean;
}

/**
 * Finds every expected tensor in a file. Shapes must agree except for leading axes of length 1, which GGUF writers drop.
 * @returns the expected tensors by canonical name, with the expected shape, in the expected order.
 * @throws {AppError} `model/tensor-missing`, `model/tensor-extra` or `model/tensor-shape`, naming the tensors.
 */
export function checkTensors(
  file: WeightFile,
  expected: readonly { readonly name: string; readonly shape: readonly number[] }[],
  options: CheckTensorsOptions = {},
): ReadonlyMap<string, TensorEntry> {
  const canonicalName = options.canonicalName ?? ((name) => name);
  const wanted = new Set(expected.map((e) => e.name));
  const found = new Map<string, TensorEntry>();
  const extra: string[] = [];
  for (const entry of file.tensors.values()) {
    const name = canonicalName(entry.name);
    if (wanted.has(name) && !found.has(name)) found.set(name, entry);
    else if (!options.ignore?.(entry.name)) extra.push(entry.name);
  }

  const missing = expected.filter((e) => !found.has(e.name)).map((e) => e.name);
  if (missing.length > 0) throw problem('model/tensor-missing', 'lacks', missing);
  const result = new Map<string, TensorEntry>();
  for (const { name, shape } of expected) {
    const entry = found.get(name)!; // none is missing
    if (withoutLeadingOnes(shape) !== withoutLeadingOnes(entry.shape)) {
      throw new AppError(
        'model/tensor-shape',
        `${file.source.name}: tensor ${quoteName(entry.name)} has the shape [${entry.shape}], but this model needs [${shape}]. It is a file of another model; choose one made for this model.`,
        { detail: { file: file.source.name, tensor: entry.name, expected: shape, got: entry.shape } },
      );
    }
    result.set(name, { ...entry, shape });
  }
  if (extra.length > 0) throw problem('model/tensor-extra', 'also holds', extra);
  return result;

  function problem(code: ErrorCode, verb: string, names: readonly string[]): AppError {
    const shown = names.slice(0, 5).map(quoteName).join(', ');
    const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
    return new AppError(
      code,
      `${file.source.name} ${verb} ${names.length === 1 ? 'the tensor' : 'the tensors'} ${shown}${more}. It is a file of another model; choose one made for this model.`,
      { detail: { file: file.source.name, tensors: names.slice(0, 100) } },
    );
  }
}

const withoutLeadingOnes = (shape: readonly number[]): string => {
  const first = shape.findIndex((d) => d !== 1);
  return first < 0 ? '' : shape.slice(first).join();
};
