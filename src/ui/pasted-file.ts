/** What is read of a clipboard or a drag. */
interface Carried<File> {
  readonly types: readonly string[];
  readonly files: ArrayLike<File>;
}

/**
 * The file that was meant by a paste; null if the words beside it were.
 *
 * | copied from | on the clipboard | meant |
 * | --- | --- | --- |
 * | a folder (Finder) | the file, its name as plain text | the file |
 * | a web page (“Copy image”) | the picture, an `<img>` as HTML | the picture |
 * | an office program | the words plain, and as HTML or RTF, and a picture of them | the words |
 */
export function pastedFile<File>(clipboard: Carried<File> | null): File | null {
  const file = clipboard?.files[0];
  if (!clipboard || file === undefined) return null;
  const has = (type: string): boolean => clipboard.types.includes(type);
  return has('text/plain') && (has('text/html') || has('text/rtf')) ? null : file;
}
