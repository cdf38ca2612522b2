// Everything heavy happens here: builds the engine, hands it the encoder, exposes it to the page.

import { expose } from 'comlink';
import { aigcLabel } from '../src/encode/aigc-label.ts';
import { chooseCodec } from '../src/encode/codecs.ts';
import { fingerprint } from '../src/encode/fingerprint.ts';
import { openClipWriter } from '../src/encode/mp4.ts';
import { segmentFilm } from '../src/encode/segment-film.ts';
import { EngineService } from '../src/engine/service.ts';
import { openSegmentFiles } from '../src/films/segment-files.ts';
import { handOver, releaseCallback } from '../src/protocol/comlink.ts';
import type { EngineApi } from '../src/protocol/engine-api.ts';
import { openLibrary } from '../src/weights/model-library.ts';

const library = openLibrary();

const service = new EngineService({
  openStored: async (key, name) => (await library).open(key, name),
  openSegments: openSegmentFiles,
  async openSink({ visibleLabel, keep = false }, signal, { width, height }, { fps }, record) {
    const size = { width, height, fps };
    const codec = await chooseCodec(size, { signal });
    const label = aigcLabel({ producer: 'Kindling', produceId: await fingerprint(record) });
    const options = { ...size, codec, job: record, label, visibleLabel, keepSegments: keep, signal };
    const writer = await openClipWriter(options);
    return {
      add: (frame) => writer.add(frame),
      finish: () => writer.finish(),
      close: () => writer.close(),
      // Another browser encodes otherwise under the same name.
      ...(keep && {
        segments: {
          encoding: `${codec.codec} ${codec.hardware} ${navigator.userAgent}`,
          end: () => writer.endSegment(),
          add: (segment) => writer.addEncoded(segment),
          film: (segment) => segmentFilm(options, segment),
        },
      }),
    };
  },
});

const api: EngineApi = {
  capabilities: () => service.capabilities(),
  cancel: (id) => service.cancel(id),
  async generate(id, request, onEvent) {
    try {
      return await service.generate(id, request, (event) => onEvent(handOver(event)));
    } finally {
      releaseCallback(onEvent);
    }
  },
};

expose(api);
