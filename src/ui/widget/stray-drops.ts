/**
 * Keeps files that are dropped where nothing takes them from taking the frame over: the browser would show the file in place of the
 * page, and a running clip would be lost.
 * @returns ends it.
 */
export function refuseStrayDrops(): () => void {
  const stop = new AbortController();
  const refuse = (event: DragEvent): void => {
    const { dataTransfer } = event;
    if (event.defaultPrevented || !dataTransfer?.types.includes('Files')) return; // whoever takes it has said so by now
    event.preventDefault();
    dataTransfer.dropEffect = 'none';
  };
  for (const name of ['dragover', 'drop'] as const) addEventListener(name, refuse, { signal: stop.signal });
  return () => stop.abort();
}
