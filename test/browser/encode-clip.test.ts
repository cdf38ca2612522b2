import { createFile } from 'mp4box';
import { describe, expect, test } from 'vitest';
import { aigcLabel } from '../../src/encode/aigc-label.ts';
import { CODEC_FAMILIES, type CodecFamily, chooseCodec } from '../../src/encode/codecs.ts';
import { type ClipWriterOptions, type FinishedClip, openClipWriter } from '../../src/encode/mp4.ts';
import { readJobFromMp4, readMp4Value } from '../../src/protocol/mp4-job.ts';
import { flatFrame, type Rgb, sceneFrame } from '../fixtures/moving-scene.ts';
import { distance, pixel, playClip, psnr } from '../fixtures/play-clip.ts';

const JOB = { kindling: 1, job: { prompt: '城堡 a castle 🏰' } };
const SIZE = { width: 448, height: 252, fps: 30 };
type Size = typeof SIZE;

async function writeClip(
  size: Size,
  frames: readonly (Uint8ClampedArray | Uint8Array)[],
  options: Partial<ClipWriterOptions> & { readonly families?: readonly CodecFamily[] } = {},
): Promise<FinishedClip & { readonly peakFrames: number }> {
  const { families = CODEC_FAMILIES, ...rest } = options;
  const codec = await chooseCodec(size, { families });
  const writer = await openClipWriter({ ...size, codec, job: JOB, label: null, ...rest });
  try {
    for (const data of frames) await writer.add({ data });
    return { ...(await writer.finish()), peakFrames: writer.peakFrames };
  } finally {
    writer.close();
  }
}

const scene = (size: Size, count: number, noise = 0): Uint8ClampedArray[] =>
  Array.from({ length: count }, (_, i) => sceneFrame(size.width, size.height, i / size.fps, noise));

/** What an independent parser sees. */
async function inspect(file: Blob) {
  const parser = createFile();
  const buffer = Object.assign(await file.arrayBuffer(), { fileStart: 0 });
  const ready = new Promise<ReturnType<typeof parser.getInfo>>((resolve, reject) => {
    parser.onReady = resolve;
    parser.onError = (_module, message) => reject(new Error(message));
  });
  parser.appendBuffer(buffer as Parameters<typeof parser.appendBuffer>[0]);
  parser.flush();
  const info = await ready;
  const track = info.videoTracks[0]!;
  return {
    info,
    track,
    samples: parser.getTrackSamplesInfo(track.id),
    boxes: parser.boxes.map((box) => box.type),
    parser,
  };
}

describe.each([...CODEC_FAMILIES])('%s', (family) => {
  test('plays, with exact times, the right size and colours within 6', async () => {
    // Saturated blues are left out: Chromium's software drawing is 6 off on them whatever the file says.
    const colors: readonly Rgb[] = [
      [220, 50, 40],
      [60, 160, 70],
      [70, 90, 190],
      [230, 200, 80],
      [255, 255, 255],
      [0, 0, 0],
      [128, 128, 128],
      [150, 80, 160],
    ];
    const frames = colors.flatMap((color) =>
      Array.from({ length: 6 }, () => flatFrame(SIZE.width, SIZE.height, color)),
    );
    const clip = await writeClip(SIZE, frames, { families: [family] });
    const played = await playClip(clip.file);
    expect([played.width, played.height]).toEqual([SIZE.width, SIZE.height]);
    expect(played.duration).toBeCloseTo(frames.length / SIZE.fps, 3);
    for (const [i, color] of colors.entries()) {
      const rgba = await played.frameAt((i * 6 + 4.5) / SIZE.fps);
      const seen = pixel(rgba, SIZE.width, 200, 100);
      expect(distance(seen, color), `${color} came back as ${seen}`).toBeLessThanOrEqual(6);
    }
    played.close();
    const { track, samples, boxes, parser } = await inspect(clip.file);
    expect(boxes).toEqual(['ftyp', 'moov', 'mdat']);
    expect([track.track_width, track.track_height, track.nb_samples]).toEqual([
      SIZE.width,
      SIZE.height,
      frames.length,
    ]);
    expect(samples.map((sample) => sample.cts)).toEqual(
      samples.map((_, i) => (i * samples[0]!.timescale) / SIZE.fps),
    );
    expect(samples.every((sample) => sample.duration * SIZE.fps === sample.timescale)).toBe(true);
    expect(clip.frames).toBe(frames.length);
    expect(clip.bytes).toBe(clip.file.size);
    expect(track.codec.slice(0, 4)).toBe(clip.codec.slice(0, 4));
    const entry = parser.getTrackById(track.id).mdia.minf.stbl.stsd.entries[0] as unknown as {
      colr: {
        colour_primaries: number;
        transfer_characteristics: number;
        matrix_coefficients: number;
        full_range_flag: number;
      };
    };
    expect(entry.colr).toMatchObject({
      colour_primaries: 1,
      transfer_characteristics: 1,
      matrix_coefficients: 1,
      full_range_flag: 0,
    });
  });

  test('a moving drawing comes back clean and small', async () => {
    const frames = scene(SIZE, 150);
    const started = performance.now();
    const clip = await writeClip(SIZE, frames, { families: [family] });
    const seconds = (performance.now() - started) / 1000;
    const played = await playClip(clip.file);
    const quality: number[] = [];
    for (const i of [0, 29, 59, 61, 100, 149]) {
      quality.push(psnr(await played.frameAt((i + 0.5) / SIZE.fps), frames[i]!));
    }
    played.close();
    console.log(
      `${family} ${clip.codec}: ${clip.bytes} bytes, ${Math.round(150 / seconds)} frames/s, PSNR ${quality.map(Math.round)}`,
    );
    expect(Math.min(...quality)).toBeGreaterThan(30); // chroma at half the size costs most of it
    expect(clip.bytes).toBeLessThan(1_000_000);
    const { samples } = await inspect(clip.file);
    const keys = samples.flatMap((sample, i) => (sample.is_sync ? [i] : []));
    expect(keys).toEqual([0, 60, 120]);
  });
});

describe('the file', () => {
  test('carries the job and the label, and ends after exactly its frames, at any rate', async () => {
    const label = aigcLabel({ producer: 'Kindling', produceId: 'abc123' });
    for (const fps of [16, 24, 30]) {
      const size = { width: 160, height: 96, fps };
      const clip = await writeClip(size, scene(size, 37), { label });
      expect(await readJobFromMp4(clip.file)).toEqual(JOB);
      expect(JSON.parse((await readMp4Value(clip.file, 'AIGC'))!)).toEqual(label);
      const { info, track } = await inspect(clip.file);
      expect(Math.abs(info.duration / info.timescale - 37 / fps)).toBeLessThanOrEqual(0.001);
      expect(track.duration / track.timescale).toBeCloseTo(37 / fps, 9);
    }
  });

  test('plays with two megabytes of job in front of the pictures', async () => {
    const size = { width: 160, height: 96, fps: 30 };
    const job = { picture: 'iVBORw0KGgo'.repeat(190_000) };
    const clip = await writeClip(size, scene(size, 20), { job });
    expect(await readJobFromMp4(clip.file)).toEqual(job);
    const played = await playClip(clip.file);
    expect(psnr(await played.frameAt(10.5 / 30), scene(size, 20)[10]!)).toBeGreaterThan(28);
    played.close();
  });

  test('is the same for the same frames', async () => {
    const size = { width: 160, height: 96, fps: 30 };
    const bytes = async (): Promise<number[]> => {
      const { file } = await writeClip(size, scene(size, 20));
      return [...new Uint8Array(await file.arrayBuffer())];
    };
    expect(await bytes()).toEqual(await bytes());
  });

  test('takes portrait and tiny sizes', async () => {
    for (const size of [
      { width: 252, height: 448, fps: 30 },
      { width: 64, height: 64, fps: 30 },
      { width: 588, height: 252, fps: 30 },
    ]) {
      const clip = await writeClip(size, scene(size, 3));
      const played = await playClip(clip.file);
      expect([played.width, played.height]).toEqual([size.width, size.height]);
      played.close();
    }
  });

  test('can be made in one frame', async () => {
    const clip = await writeClip(SIZE, scene(SIZE, 1));
    expect((await inspect(clip.file)).samples).toHaveLength(1);
  });
});
