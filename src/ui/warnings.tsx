import type { VNode } from 'preact';
import type { JobWarning } from '../state/job-state.ts';
import { useTexts } from './studio-context.tsx';

/** What to know about a running or finished clip. Two prompts may be too long, or two warnings the same: each is said once. */
export function Warnings({ warnings }: { readonly warnings: readonly JobWarning[] }): VNode | null {
  const texts = useTexts();
  const codes = new Set(warnings.map(({ code }) => code));
  if (codes.size === 0) return null;
  return (
    <div class="warnings">
      {[...codes].map((code) => (
        <p key={code}>{texts.report.warnings[code]}</p>
      ))}
    </div>
  );
}
