import { describe, expect, test } from 'vitest';
import { cameraMove, type SmallPicture } from '../fixtures/camera-move.ts';

const SIDE = 32;

/** A landscape seen through a window: sky, ground, a house and a sun. `light` dims it. */
function view(dx: number, dy: number, zoom: number, light = 1): SmallPicture {
  const rgb: number[] = [];
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const u = ((x + 0.5) / SIDE - 0.5) / zoom + dx;
      const v = ((y + 0.5) / SIDE - 0.5) / zoom + dy;
      rgb.push(...colour(u, v).map((value) => value * light));
    }
  }
  return { side: SIDE, rgb };
}

function colour(u: number, v: number): readonly [number, number, number] {
  if (Math.hypot(u - 0.3, v + 0.3) < 0.1) return [250, 220, 90];
  if (Math.abs(u + 0.1) < 0.15 && Math.abs(v - 0.05) < 0.18) return [190, 60, 50];
  if (v > 0.15) return [90, 170 + 30 * Math.sin(u * 12), 70];
  return [120, 170 + 60 * v, 240];
}

describe('the camera is told from two pictures', () => {
  test.each([
    ['still', view(0, 0, 1)],
    ['pan right', view(0.18, 0, 1)],
    ['pan left', view(-0.18, 0, 1)],
    ['tilt up', view(0, -0.15, 1)],
    ['tilt down', view(0, 0.15, 1)],
    ['zoom in', view(0, 0.05, 1.4)],
    ['zoom out', view(0, -0.05, 0.7)],
  ] as const)('%s', (move, second) => {
    expect(cameraMove(view(0, 0, 1), second)).toBe(move);
  });

  test('also while it gets dark', () => {
    expect(cameraMove(view(0, 0, 1), view(0.16, 0, 1, 0.4))).toBe('pan right');
    expect(cameraMove(view(0, 0, 1), view(0, 0, 1, 0.4))).toBe('still');
  });
});
