// What `npm run parity` prints: one table of all networks, devices and precisions.
import { type Device, type ParityCase, precisionName, type RunPart } from './parity-case.ts';

/** How a case ended on one device. */
export type ParityOutcome =
  | { readonly status: 'measured'; readonly error: number; readonly loss: number | null }
  /** This machine cannot run it. */
  | { readonly status: 'skipped'; readonly reason: string }
  /** It ended without numbers. */
  | { readonly status: 'failed'; readonly reason: string };

/** One case on one device. Plain data: it crosses from the browser's tests to the command as JSON. */
export interface ParityRow {
  readonly network: string;
  readonly name: string;
  /** For people. */
  readonly device: string;
  readonly precision: string;
  /** Largest relative L2 error allowed. */
  readonly tolerance: number;
  readonly outcome: ParityOutcome;
}

/** The row of a case. @param label what the device is called in the table. */
export function parityRow(
  parityCase: Omit<ParityCase, 'run'>,
  device: Device,
  label: string,
  outcome: ParityOutcome,
): ParityRow {
  const { network, name, precision } = parityCase;
  const tolerance = parityCase.tolerance(device);
  return { network, name, device: label, precision: precisionName(precision), tolerance, outcome };
}

/** Runs a case. Never rejects: what it throws is an outcome. */
export async function measure<On = RunPart>(parityCase: ParityCase<On>, on: On): Promise<ParityOutcome> {
  try {
    const { error, loss } = await parityCase.run(on);
    if (Number.isNaN(error)) return { status: 'failed', reason: 'the result holds NaN' };
    return { status: 'measured', error, loss: loss ?? null };
  } catch (error) {
    return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** True unless the error exceeds its tolerance, or there is none; a skipped case is no failure. */
export function isWithin({ outcome, tolerance }: ParityRow): boolean {
  if (outcome.status === 'measured') return outcome.error <= tolerance;
  return outcome.status === 'skipped';
}

const HEADS = ['network', 'case', 'device', 'precision', 'error', 'tolerance', 'loss from quantisation'];

/** The table in Markdown, a case's devices below each other, then a line for all that was skipped and one with the verdict. */
export function parityReport(rows: readonly ParityRow[]): string {
  const order = [...new Set(rows.map(caseOf))];
  const shown = rows
    .filter(({ outcome }) => outcome.status !== 'skipped')
    .toSorted((a, b) => order.indexOf(caseOf(a)) - order.indexOf(caseOf(b)));
  const failed = shown.filter((row) => !isWithin(row)).length;
  const skipped = rows.flatMap((row) => (row.outcome.status === 'skipped' ? [{ row, ...row.outcome }] : []));
  const lines = table([HEADS, ...shown.map(cells)]);
  if (skipped.length > 0) lines.push('', `Skipped: ${describeSkipped(skipped)}`);
  lines.push('', `${shown.length - failed} passed, ${failed} failed, ${skipped.length} skipped`);
  return lines.join('\n');
}

const caseOf = ({ network, name, precision }: ParityRow): string => `${network}: ${name} (${precision})`;

function cells(row: ParityRow): string[] {
  const { network, name, device, precision, tolerance, outcome } = row;
  return [network, name, device, precision, errorCell(row), tolerance.toExponential(0), lossCell(outcome)];
}

function errorCell(row: ParityRow): string {
  const { outcome } = row;
  if (outcome.status !== 'measured') return `**${outcome.status}**: ${oneLine(outcome.reason)}`;
  return outcome.error.toExponential(1) + (isWithin(row) ? '' : ' **too large**');
}

const lossCell = (outcome: ParityOutcome): string =>
  outcome.status === 'measured' && outcome.loss !== null ? `${(100 * outcome.loss).toFixed(2)} %` : '';

/** Fits into a cell. */
const oneLine = (text: string): string => text.replace(/[|\s]+/g, ' ').slice(0, 200);

/** Columns as wide as their widest cell, so that it can be read as it is. */
function table([heads = [], ...body]: readonly (readonly string[])[]): string[] {
  const widths = heads.map((head, i) => Math.max(...[head, ...body.map((row) => row[i] ?? '')].map(length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(heads), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)];
}

const length = (text: string): number => text.length;

/** “12 on WebGPU (no f16): f16; f16, q8 weights”: by device and reason. */
function describeSkipped(skipped: readonly { readonly row: ParityRow; readonly reason: string }[]): string {
  const groups = new Map<string, ParityRow[]>();
  for (const { row, reason } of skipped) {
    const key = `on ${row.device} (${reason})`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups]
    .map(([where, rows]) => {
      const precisions = [...new Set(rows.map(({ precision }) => precision))].join('; ');
      return `${rows.length} ${where}: ${precisions}`;
    })
    .join(' · ');
}
