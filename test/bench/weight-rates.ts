// How fast weights get from a file into the form that the device takes, and what checksums cost beside writing. In a Worker.
import { createSHA256 } from 'hash-wasm';
import { bufferSource } from '../../src/weights/byte-source.ts';
import { opfsStore } from '../../src/weights/opfs-store.ts';
import { type PackedFormat, readTensor } from '../../src/weights/read-tensor.ts';
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
    await readTensor(file, 'w', format, { scales: 'float16' });
    if (round >= 0) times.push(clock() - started);
  }
  return bytes / median(times);
}

/** Writes, hashes and reads the same bytes in turns. */
async function storageRates(): Promise<Pick<WeightRates, 'write' | 'read' | 'sha256' | 'hashShare'>> {
  const store = await opfsStore();
  if (!store) throw new Error('this browser has no origin private file system');
  const random = seededRandom(2);
  const data = Uint8Array.from({ length: CHUNK }, () => random() * 256);
  const hasher = await createSHA256();
  const key = 'bench';
  const file = await store.openForWriting(key);
  const [writes, hashes, reads]: [number[], number[], number[]] = [[], [], []];
  const inPieces = (use: (piece: Uint8Array, at: number) => void): void => {
    for (let at = 0; at < CHUNK; at += PIECE) use(data.subarray(at, at + PIECE), at);
  };
  try {
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
      if (round < 0) continue;
      writes.push(write);
      hashes.push(hash);
      reads.push(read);
    }
  } finally {
    file.close();
    await store.remove(key);
  }
  return {
    write: CHUNK / median(writes),
    read: CHUNK / median(reads),
    sha256: CHUNK / median(hashes),
    hashShare: median(hashes.map((seconds, round) => seconds / writes[round]!)),
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
