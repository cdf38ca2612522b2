import { expect, test } from 'vitest';
import { pastedFile } from '../../src/ui/pasted-file.ts';

test.each([
  ['a screenshot', ['Files'], ['shot.png'], 'shot.png'],
  ['a picture file copied in Finder, with its name as text', ['text/plain', 'Files'], ['cat.jpg'], 'cat.jpg'],
  ['a clip copied in Finder', ['text/plain', 'Files'], ['clip.mp4'], 'clip.mp4'],
  ['“Copy image” on a web page', ['text/html', 'Files'], ['image.png'], 'image.png'],
  ['several files', ['Files'], ['a.png', 'b.png'], 'a.png'],
  ['cells of a spreadsheet', ['text/plain', 'text/html', 'text/rtf', 'Files'], ['image.png'], null],
  ['words of a word processor', ['text/plain', 'text/rtf', 'Files'], ['image.png'], null],
  ['words', ['text/plain'], [], null],
])('pasting %s', (_, types, files, expected) => {
  expect(pastedFile({ types, files })).toBe(expected);
});

test('a paste without a clipboard is nothing', () => {
  expect(pastedFile(null)).toBeNull();
});
