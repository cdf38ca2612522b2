// Model files are downloaded, checked and copied here, beside whatever the generation worker does.

import { expose } from 'comlink';
import { identifyFile } from '../src/engine/identify-file.ts';
import { releaseCallback } from '../src/protocol/comlink.ts';
import type { LibraryApi } from '../src/protocol/library-api.ts';
import { digestBeside } from '../src/weights/digest-thread.ts';
import { LibraryService } from '../src/weights/library-service.ts';
import { openLibrary } from '../src/weights/model-library.ts';

const openDigest = digestBeside(
  () => new Worker(new URL('./digest.worker.ts', import.meta.url), { type: 'module', name: 'digest' }),
);
const service = new LibraryService(openLibrary(openDigest), identifyFile);

const releasing = async <T>(callback: unknown, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } finally {
    releaseCallback(callback);
  }
};

const api: LibraryApi = {
  look: (files) => service.look(files),
  download: (id, files, onEvent) => releasing(onEvent, service.download(id, files, onEvent)),
  verify: (id, file, onProgress) => releasing(onProgress, service.verify(id, file, onProgress)),
  importFile: (id, file, blob, onProgress) =>
    releasing(onProgress, service.importFile(id, file, blob, onProgress)),
  inspect: (id, place) => service.inspect(id, place),
  exportFile: (key) => service.exportFile(key),
  remove: (key) => service.remove(key),
  stop: (id) => service.stop(id),
};

expose(api);
