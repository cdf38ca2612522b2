// The codec's formula in plain loops, f64 inside: what its graphs are compared with.
import type { TinyCodecConfig } from '../../src/core/model-config.ts';
import { codecTensors } from '../../src/networks/tiny-video-codec.ts';
import type { Tensors } from './slot-weights.ts';

/** An array `[n, c, h, w]`. */
export interface Planes {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly data: Float64Array;
}

/** An array of one size from numbers. */
export function planes(n: number, c: number, h: number, w: number, data: ArrayLike<number>): Planes {
  return { n, c, h, w, data: Float64Array.from(data) };
}

type Layer = (x: Planes, name: string, stride?: number, padding?: number) => Planes;

function convolve(
  x: Planes,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  stride: number,
  padding?: number,
): Planes {
  const outputs = bias.length;
  const kernel = Math.round(Math.sqrt(weight.length / outputs / x.c));
  const pad = padding ?? (stride > 1 ? 0 : (kernel - 1) / 2);
  const h = Math.floor((x.h + 2 * pad - kernel) / stride) + 1;
  const w = Math.floor((x.w + 2 * pad - kernel) / stride) + 1;
  const data = new Float64Array(x.n * outputs * h * w);
  let at = 0;
  for (let n = 0; n < x.n; n++) {
    for (let o = 0; o < outputs; o++) {
      for (let y = 0; y < h; y++) {
        for (let c = 0; c < w; c++, at++) {
          let sum = bias[o]!;
          for (let i = 0; i < x.c; i++) {
            for (let ky = 0; ky < kernel; ky++) {
              const row = y * stride + ky - pad;
              if (row < 0 || row >= x.h) continue;
              for (let kx = 0; kx < kernel; kx++) {
                const column = c * stride + kx - pad;
                if (column < 0 || column >= x.w) continue;
                sum +=
                  x.data[((n * x.c + i) * x.h + row) * x.w + column]! *
                  weight[((o * x.c + i) * kernel + ky) * kernel + kx]!;
              }
            }
          }
          data[at] = sum;
        }
      }
    }
  }
  return { n: x.n, c: outputs, h, w, data };
}

const silu = (x: Planes): Planes => ({ ...x, data: x.data.map((v) => v / (1 + Math.exp(-v))) });

const add = (a: Planes, b: Planes): Planes => ({ ...a, data: a.data.map((v, i) => v + b.data[i]!) });

/** The channels of both, one after the other. */
function join(a: Planes, b: Planes): Planes {
  const [size, other] = [a.c * a.h * a.w, b.c * b.h * b.w];
  const data = new Float64Array(a.n * (size + other));
  for (let n = 0; n < a.n; n++) {
    data.set(a.data.subarray(n * size, (n + 1) * size), n * (size + other));
    data.set(b.data.subarray(n * other, (n + 1) * other), n * (size + other) + size);
  }
  return { ...a, c: a.c + b.c, data };
}

/** One more row and column on each side, repeating the outermost. */
function padEdges(x: Planes): Planes {
  const [h, w] = [x.h + 2, x.w + 2];
  const data = new Float64Array(x.n * x.c * h * w);
  const near = (i: number, size: number): number => Math.min(size - 1, Math.max(0, i - 1));
  for (let plane = 0, at = 0; plane < x.n * x.c; plane++) {
    for (let y = 0; y < h; y++) {
      for (let c = 0; c < w; c++, at++) data[at] = x.data[(plane * x.h + near(y, x.h)) * x.w + near(c, x.w)]!;
    }
  }
  return { ...x, h, w, data };
}

/** PyTorch's pixel_shuffle. */
function shuffle(x: Planes, size: number): Planes {
  const out = {
    n: x.n,
    c: x.c / size ** 2,
    h: x.h * size,
    w: x.w * size,
    data: new Float64Array(x.data.length),
  };
  for (let n = 0; n < x.n; n++) {
    for (let c = 0; c < x.c; c++) {
      const to = Math.floor(c / size ** 2);
      const dy = Math.floor(c / size) % size;
      const dx = c % size;
      for (let y = 0; y < x.h; y++) {
        for (let w = 0; w < x.w; w++) {
          out.data[((n * out.c + to) * out.h + y * size + dy) * out.w + w * size + dx] =
            x.data[((n * x.c + c) * x.h + y) * x.w + w]!;
        }
      }
    }
  }
  return out;
}

function layers(config: TinyCodecConfig, tensors: Tensors): Layer {
  const shapes = new Map(codecTensors(config).map((t) => [t.name, t.shape]));
  const tensor = (name: string): Float32Array => tensors(name, shapes.get(name)!);
  return (x, name, stride = 1, padding) =>
    convolve(x, tensor(`${name}.weight`), tensor(`${name}.bias`), stride, padding);
}

/** Pixels `[n, framesIn·3, H, W]` → latents `[n, C, h, w]`. */
export function encodeReference(config: TinyCodecConfig, pixels: Planes, tensors: Tensors): Planes {
  return layers(config, tensors)(pixels, 'encoder', config.stride);
}

/** Latents `[1, 3C, h, w]` → pixels `[framesOut, 3, H, W]`, not yet clipped. */
export function decodeReference(config: TinyCodecConfig, latents: Planes, tensors: Tensors): Planes {
  const conv = layers(config, tensors);
  const residual = (v: Planes, name: string): Planes => add(v, conv(silu(conv(v, `${name}.a`)), `${name}.b`));
  let x = conv(latents, 'decoder.in');
  for (let k = 0; k < config.trunkBlocks; k++) x = residual(x, `decoder.trunk.${k}`);
  const skip = conv(x, 'decoder.skip');
  x = conv(silu(x), 'decoder.expand');
  x = shuffle({ ...x, n: config.framesOut, c: x.c / config.framesOut }, 2);
  x = silu(residual(x, 'decoder.stage1'));
  x = shuffle(conv(x, 'decoder.up1'), 2);
  x = silu(residual(x, 'decoder.stage2'));
  x = silu(shuffle(conv(x, 'decoder.up2'), 2));
  const base = shuffle({ ...skip, n: config.framesOut, c: skip.c / config.framesOut }, 8);
  return shuffle(conv(padEdges(join(x, base)), 'decoder.out', 1, 0), config.lastShuffle);
}
