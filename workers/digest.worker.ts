// Checksums of model files are made here while the library's worker writes them.

import { serveDigest } from '../src/weights/digest-thread.ts';

serveDigest(self as unknown as DedicatedWorkerGlobalScope);
