// What Vite gives for imports that are not code.

declare module '*?url' {
  const address: string;
  export default address;
}

declare module '*?raw' {
  const text: string;
  export default text;
}

declare module '*.gguf' {
  const address: string;
  export default address;
}

declare module '*.css' {}

declare module '*.wgsl?raw' {
  const source: string;
  export default source;
}

interface ImportMetaEnv {
  readonly BASE_URL: string;
  readonly DEV: boolean;
  readonly PROD: boolean;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}

declare module '*?worker&url' {
  const address: string;
  export default address;
}
