import type { VNode } from 'preact';
import type { AppError } from '../core/errors.ts';
import { useTexts } from './studio-context.tsx';
import { fillDetail } from './texts/texts.ts';

/** What an error says below its title: a sentence in the page's language with the message as details, or the message itself. */
export function ErrorWords({ error }: { readonly error: AppError }): VNode {
  const texts = useTexts();
  const { text } = texts.errors[error.code];
  const { segment } = error.detail;
  if (text === null) return <p lang="en">{error.message}</p>;
  return (
    <>
      <p>
        {typeof segment === 'number' && texts.board.inSegment(segment + 1)}
        {fillDetail(text, error.detail)}
      </p>
      <details>
        <summary>{texts.details}</summary>
        <p lang="en">{error.message}</p>
      </details>
    </>
  );
}
