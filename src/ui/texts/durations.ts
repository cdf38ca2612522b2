import type { Language } from '../../state/language.ts';

const UNITS = {
  en: { ms: 'ms', s: 's', min: 'min', h: 'h' },
  zh: { ms: '毫秒', s: '秒', min: '分钟', h: '小时' },
} as const;

/** A span of time with as many digits as an estimate deserves: `0.4 s`, `35 s`, `4 min`, `2.5 h`. */
export function durationInWords(seconds: number, language: Language): string {
  const unit = UNITS[language];
  if (seconds < 0.1) return `${Math.max(1, Math.round(seconds * 1000))} ${unit.ms}`;
  if (seconds < 10) return `${seconds.toFixed(1)} ${unit.s}`;
  if (seconds < 90) return `${Math.round(seconds)} ${unit.s}`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} ${unit.min}`;
  return `${(seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0)} ${unit.h}`;
}
