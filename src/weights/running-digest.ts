import { createSHA256 } from 'hash-wasm';

/** SHA-256 of bytes that come one after another. One caller at a time. */
export interface RunningDigest {
  /**
   * Begins anew, or goes on from a state that {@link RunningDigest.save} gave.
   * @returns whether the state was understood; if not (another build wrote it), nothing has been taken yet.
   */
  begin(state: string | null): Promise<boolean>;
  /** Takes the next bytes. They are given away, with the buffer that they lie in: do not use either afterwards. */
  update(bytes: Uint8Array): void;
  /** What there is so far, as text. @throws {AppError} `worker/crashed` where it runs in a thread of its own and that is gone. */
  save(): Promise<string>;
  /** Of everything so far, lower-case hexadecimal. More may follow. @throws as {@link RunningDigest.save}. */
  digest(): Promise<string>;
  close(): void;
}

/** Opens a digest. Whoever calls closes it. */
export type OpenDigest = () => Promise<RunningDigest>;

/** Hashes in the calling thread. */
export const digestHere: OpenDigest = async () => {
  const hasher = await createSHA256();
  hasher.init();
  return {
    async begin(state) {
      hasher.init();
      if (state === null) return true;
      try {
        hasher.load(fromBase64(state));
        return true;
      } catch {
        hasher.init();
        return false;
      }
    },
    update(bytes) {
      hasher.update(bytes);
    },
    save: async () => toBase64(hasher.save()),
    async digest() {
      const state = hasher.save();
      const digest = hasher.digest();
      hasher.load(state); // digesting ended it
      return digest;
    },
    close() {},
  };
};

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
