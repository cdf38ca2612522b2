import { type GpuReport, parseGpuReport } from '../protocol/gpu-report.ts';
import { keepChoice, keptChoice, type TextStore } from './language.ts';

/** Under this name the last report is kept on the device. */
export const REPORT_KEY = 'kindling.gpu-report';

/** The last report of this device; null if there is none, or none that this version reads. */
export function keptReport(store: TextStore | null): GpuReport | null {
  const text = keptChoice(REPORT_KEY, store);
  if (!text) return null;
  try {
    return parseGpuReport(JSON.parse(text));
  } catch {
    return null; // an older version's, or somebody else's: measuring again replaces it
  }
}

/** Keeps a report for estimates, in place of the last one. */
export const keepReport = (report: GpuReport, store: TextStore | null): void =>
  keepChoice(REPORT_KEY, JSON.stringify(report), store);
