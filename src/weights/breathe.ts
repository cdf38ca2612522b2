/** Lets waiting messages in (a cancel, for one) before going on. A macrotask without a timer: hidden tabs slow timers down. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
