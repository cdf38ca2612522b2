/** Bytes of the larger of the two forms of the runtime's WebAssembly, of which a browser loads one. A test compares it with the built files. */
export const RUNTIME_BYTES = 26_781_914;
