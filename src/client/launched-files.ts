/** The part of the launch handler's interface that is used; not every browser has it. */
interface LaunchQueue {
  setConsumer(take: (launch: { readonly files?: readonly FileSystemFileHandle[] }) => void): void;
}

/** Calls back with each file that the installed app is opened with. Of several the last counts: the page opens one at a time. */
export function onLaunchedFile(take: (file: File) => void): void {
  const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files }) => {
    files?.at(-1)?.getFile().then(take, console.warn);
  });
}
