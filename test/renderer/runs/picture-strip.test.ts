import { describe, expect, it } from 'vitest';
import { stripLook } from '../../../src-renderer/features/runs/picture-strip.ts';

/** Sixteen side by side, two pixels between them. */
const strip = (tile: number) => ({ tile, width: 16 * (tile + 2) - 2 });

describe('a strip of pictures', () => {
  it.each<[number, number, [number, number, number]]>([
    [24, 1200, [1, 16, 2]],
    [24, 640, [2, 8, 3]],
    [24, 420, [2, 8, 2]],
    [24, 300, [4, 4, 2]],
    [28, 1000, [1, 16, 2]],
    [28, 700, [2, 8, 2]],
    [64, 1200, [1, 16, 1]],
    [64, 640, [2, 8, 1]],
  ])('of %d pixels each has in a room of %d (parts, columns, scale) %j', (tile, room, [parts, columns, scale]) => {
    const look = stripLook(strip(tile), room, false);
    expect(look).toMatchObject({ parts, columns, scale });
    expect(look.width * look.scale).toBeLessThanOrEqual(room);
    expect(look.parts * look.columns).toBeGreaterThanOrEqual(16);
  });

  it('of large pictures is shrunk, four side by side at least', () => {
    const look = stripLook(strip(500), 600, false);
    expect(look).toMatchObject({ parts: 4, columns: 4 });
    expect(look.width * look.scale).toBeCloseTo(600);
  });

  it('that is a grid stays whole', () => {
    expect(stripLook(strip(24), 640, true)).toMatchObject({ parts: 1, columns: 16, scale: 1 });
  });

  it('of fewer pictures than are wanted side by side has no empty part', () => {
    expect(stripLook({ tile: 24, width: 24 }, 20, false)).toMatchObject({ parts: 1, columns: 1, width: 24 });
  });
});
