/** The part of the launch handler's interface that is used; not every browser has it. */
interface LaunchQueue {
  setConsumer(
    take: (launch: { readonly targetURL?: string; readonly files?: readonly FileSystemFileHandle[] }) => void,
  ): void;
}

/** How the installed app is opened, while it is open already or not. */
export interface LaunchHandlers {
  /** Of several files the last counts: the page opens one at a time. */
  readonly onFile: (file: File) => void;
  /** The address that a shortcut or a link asks for; the page's own when it is opened anew. */
  readonly onAddress: (address: URL) => void;
}

/** Calls back with each file and address that the installed app is opened with. */
export function onLaunch({ onFile, onAddress }: LaunchHandlers): void {
  const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files, targetURL }) => {
    files?.at(-1)?.getFile().then(onFile, console.warn);
    if (targetURL) onAddress(new URL(targetURL));
  });
}
