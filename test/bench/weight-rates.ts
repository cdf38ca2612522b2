// How fast weights get from a file into the form that the device takes, and what checksums cost beside writing. In a Worker.
import { createSHA256 } from 'hash-wasm';
import { bufferSource } from '../../src/weights/byte-source.ts';
import { digestBeside } from '../../src/weights/digest-thread.ts';
import { newRecord } from '../../src/weights/download-record.ts';
import type { ModelStore } from '../../src/weights/model-store.ts';
import { opfsStore } from '../../src/weights/opfs-store.ts';
import { type PackedFormat, streamTensor } from '../../src/weights/read-tensor.ts';
import { digestHere, type OpenDigest, type RunningDigest } from '../../src/weights/running-digest.ts';
import { StoredFile } from '../../src/weights/stored-file.ts';
import { blockLayout, type TensorType } from '../../src/weights/tensor-type.ts';
import type { WeightFile } from '../../src/weights/weight-file.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import type { WeightRates } from './bench-api.ts';
import { median } from './timing.ts';

const BYTES = 32 * 2 ** 20; // a large layer at 4 bits
const ROUNDS = 7;
const WARM_UPS = 3;
const CHUNK = 16 * 2 ** 20; // as downloads flush
const PIECE = 2 ** 16; // as the network gives

const secondsOf = async (run: () => unknown): Promise<number> => {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
};

/** A file of one matrix whose blocks hold arbitrary bytes, no scale infinite. */
function fileOf(type: TensorType): WeightFile {
  const layout = blockLayout(type);
  const columns = Math.max(layout.elements, 256);
  const rowBytes = (columns / layout.elements) * layout.bytes;
  const rows = Math.floor(BYTES / rowBytes);
  const random = seededRandom(1);
  const bytes = new Uint8Array(rows * rowBytes);
  for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 0x70;
  const entry = { name: 'w', shape: [rows, columns], type, offset: 0, bytes: bytes.length };
  return {
    source: bufferSource(bytes, type),
    format: 'gguf',
    tensors: new Map([['w', entry]]),
    metadata: new Map(),
  };
}

/**
 * Bytes of the file per second of a clock.
 * @param clock seconds; the wall's by default. A process's own processor time tells the rate of one core on a busy machine, too.
 */
export async function packingRate(
  type: TensorType,
  format: PackedFormat,
  clock: () => number = () => performance.now() / 1000,
): Promise<number> {
  const file = fileOf(type);
  const { bytes } = file.tensors.get('w')!;
  const times: number[] = [];
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    const started = clock();
    await streamTensor(file, 'w', format, () => {}, { scales: 'float16' }); // as weights go to the device
    if (round >= 0) times.push(clock() - started);
  }
  return bytes / median(times);
}

/** A download without a network and with all of its own: pieces into a stored file, checksums, flushes and the record. */
class Filling {
  readonly #data: Uint8Array;
  readonly #openDigest: OpenDigest;
  readonly #key: string;
  #file!: StoredFile;
  #at = 0;
  #held = 0;
  /** How long SHA-256 held each chunk up. */
  readonly seconds: number[] = [];

  constructor(key: string, data: Uint8Array, openDigest: OpenDigest) {
    this.#data = data;
    this.#openDigest = openDigest;
    this.#key = key;
  }

  async open(store: ModelStore): Promise<void> {
    const bytes = (ROUNDS + WARM_UPS) * CHUNK;
    const record = newRecord({ name: this.#key, url: null, bytes, sha256: null, etag: null }, CHUNK);
    this.#file = await StoredFile.open(store, this.#key, record, () => this.#timed());
  }

  /** One chunk, in pieces of their own, as the network's are. */
  async chunk(counts: boolean): Promise<void> {
    this.#held = 0;
    for (let at = 0; at < CHUNK; at += PIECE, this.#at += PIECE)
      await this.#file.accept(this.#at, this.#data.slice(at, at + PIECE));
    if (counts) this.seconds.push(this.#held);
  }

  async close(store: ModelStore): Promise<void> {
    this.#file.close();
    await store.remove(this.#key);
  }

  /** The digest, with a clock that runs while the thread that writes is busy with it or waits for it. */
  async #timed(): Promise<RunningDigest> {
    const digest = await this.#openDigest();
    const since = (started: number): void => {
      this.#held += (performance.now() - started) / 1000;
    };
    return {
      begin: (state) => digest.begin(state),
      digest: () => digest.digest(),
      close: () => digest.close(),
      update(bytes) {
        const started = performance.now();
        digest.update(bytes);
        since(started);
      },
      save() {
        const saved = digest.save();
        // The chunk is flushed before anybody waits: this runs when that is over.
        queueMicrotask(() => {
          const waits = performance.now();
          void saved.then(() => since(waits));
        });
        return saved;
      },
    };
  }
}

/** Writes, hashes and reads the same bytes in turns. */
async function storageRates(): Promise<Omit<WeightRates, 'packing'>> {
  const store = await opfsStore();
  if (!store) throw new Error('this browser has no origin private file system');
  const random = seededRandom(2);
  const data = Uint8Array.from({ length: CHUNK }, () => random() * 256);
  const hasher = await createSHA256();
  const key = 'bench';
  const file = await store.openForWriting(key);
  const beside = digestBeside(
    () => new Worker(new URL('../../workers/digest.worker.ts', import.meta.url), { type: 'module' }),
  );
  const inThread = new Filling('in-thread', data, beside);
  const inPlace = new Filling('in-place', data, digestHere);
  const fillings = [inThread, inPlace];
  const [writes, hashes, reads]: [number[], number[], number[]] = [[], [], []];
  const inPieces = (use: (piece: Uint8Array, at: number) => void): void => {
    for (let at = 0; at < CHUNK; at += PIECE) use(data.subarray(at, at + PIECE), at);
  };
  try {
    for (const filling of fillings) await filling.open(store);
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const base = (round + WARM_UPS) * CHUNK;
      const write = await secondsOf(() => {
        inPieces((piece, at) => file.write(piece, base + at));
        file.flush();
      });
      const hash = await secondsOf(() => {
        hasher.init();
        inPieces((piece) => hasher.update(piece));
        hasher.digest();
      });
      const read = await secondsOf(() => file.read(base, CHUNK));
      for (const filling of fillings) await filling.chunk(round >= 0);
      if (round < 0) continue;
      writes.push(write);
      hashes.push(hash);
      reads.push(read);
    }
  } finally {
    file.close();
    await store.remove(key);
    for (const filling of fillings) await filling.close(store);
  }
  const share = ({ seconds }: Filling): number => median(seconds.map((held, round) => held / writes[round]!));
  return {
    write: CHUNK / median(writes),
    read: CHUNK / median(reads),
    sha256: CHUNK / median(hashes),
    hashShare: share(inThread),
    hashShareInPlace: share(inPlace),
  };
}

/** Measures everything about weights. */
export async function measureWeightRates(): Promise<WeightRates> {
  return {
    packing: {
      'Q4_0 → q4': await packingRate('Q4_0', 'q4'),
      'Q8_0 → q8': await packingRate('Q8_0', 'q8'),
      'Q6_K → q4': await packingRate('Q6_K', 'q4'),
    },
    ...(await storageRates()),
  };
}
