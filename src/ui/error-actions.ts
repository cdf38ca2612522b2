import type { ErrorCode } from '../core/errors.ts';

/** The one thing offered beside an error. */
export type ErrorAction =
  | 'edit-prompt'
  | 'choose-picture'
  | 'use-legal'
  | 'try-again'
  | 'use-wasm'
  | 'reload'
  | 'dismiss';

/** What helps against which error. */
export const ERROR_ACTIONS: Readonly<Record<ErrorCode, ErrorAction>> = {
  'unsupported/webcodecs': 'dismiss',
  'unsupported/wasm': 'dismiss',
  'unsupported/webgpu': 'use-wasm',
  'unsupported/browser': 'dismiss',
  'input/prompt-empty': 'edit-prompt',
  'input/prompt-too-long': 'edit-prompt',
  'input/prompt-characters': 'edit-prompt',
  'input/picture-unreadable': 'choose-picture',
  'input/picture-too-small': 'choose-picture',
  'input/picture-too-large': 'choose-picture',
  'input/picture-unsupported': 'dismiss',
  'input/aspect': 'use-legal',
  'input/size': 'use-legal',
  'input/seconds': 'use-legal',
  'input/fps': 'use-legal',
  'input/steps': 'use-legal',
  'input/guidance': 'use-legal',
  'input/shift': 'use-legal',
  'input/seed': 'use-legal',
  'input/job': 'dismiss',
  'input/no-job-in-file': 'dismiss',
  'input/argument': 'dismiss',
  'input/report': 'dismiss',
  'input/address': 'dismiss',
  'input/model-parts': 'dismiss',
  'network/failed': 'try-again',
  'network/status': 'try-again',
  'network/page': 'try-again',
  'network/range': 'try-again',
  'network/changed': 'try-again',
  'model/unknown': 'dismiss',
  'model/unsupported': 'dismiss',
  'model/format': 'reload',
  'model/truncated': 'reload',
  'model/tensor-missing': 'reload',
  'model/tensor-extra': 'reload',
  'model/tensor-shape': 'reload',
  'model/tensor-range': 'reload',
  'model/tensor-type': 'reload',
  'model/hash': 'reload',
  'model/tokenizer': 'reload',
  'storage/write': 'try-again',
  'storage/read': 'try-again',
  'storage/full': 'try-again',
  'storage/in-use': 'try-again',
  'storage/memory-only': 'dismiss',
  'gpu/self-test': 'use-wasm',
  'gpu/lost': 'try-again',
  'gpu/out-of-memory': 'use-wasm',
  'gpu/failed': 'use-wasm',
  'encode/no-codec': 'dismiss',
  'encode/failed': 'try-again',
  'worker/crashed': 'try-again',
  'worker/busy': 'dismiss',
  'worker/start': 'reload',
  'internal/invariant': 'try-again',
  'internal/runtime': 'try-again',
};
