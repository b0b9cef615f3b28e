import { describe, expect, it } from 'vitest';
import { maskPixels } from '../../../src-main/shared/rle.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { insideRing } from '../../../src-renderer/features/label/objects/geometry.ts';
import {
  bitsOf,
  bitsOfRings,
  maskOf,
  shifted,
  withRoom,
  type Bits,
} from '../../../src-renderer/features/label/objects/mask-bits.ts';
import { ringsOfBits, simplified } from '../../../src-renderer/features/label/objects/mask-rings.ts';
import { moved, problemsOf, type ObjectShape } from '../../../src-renderer/features/label/objects/shapes.ts';
import { boxOnWay } from '../../../src-renderer/features/label/objects/sequence.ts';

const image = { width: 23, height: 17 };

/** Blobs with holes, parts in holes, and pixels that touch by a corner. */
function noise(seed: number, share: number): Bits {
  const random = new Random(seed);
  const bits = withRoom(null, [3, 2, 15, 11], image);
  for (let i = 0; i < bits.pixels.length; i++) bits.pixels[i] = random.below(100) < share * 100 ? 1 : 0;
  return bits;
}
const whole = (bits: Bits): number[] => {
  const out = new Array<number>(image.width * image.height).fill(0);
  for (let y = 0; y < bits.height; y++) {
    for (let x = 0; x < bits.width; x++)
      out[(y + bits.top) * image.width + x + bits.left] = bits.pixels[y * bits.width + x];
  }
  return out;
};

describe('masks', () => {
  it.each([0.1, 0.5, 0.8, 1])('go into run lengths and back (%f set)', (share) => {
    for (let seed = 1; seed < 20; seed++) {
      const bits = noise(seed, share);
      const { mask, area, box } = maskOf(bits, image);
      // Read by the other reader, that paints all of the image.
      expect([...maskPixels(mask)!]).toEqual(whole(bits));
      expect(area).toBe(bits.pixels.reduce((sum, pixel) => sum + pixel, 0));
      expect(whole(bitsOf(mask)!)).toEqual(whole(bits));
      expect(bitsOf(mask)!.width).toBe(box[2]);
    }
  });

  it('have outlines that hold exactly their pixels, holes too', () => {
    for (let seed = 1; seed < 60; seed++) {
      const bits = noise(seed, 0.3 + (seed % 5) * 0.12);
      expect(whole(bitsOfRings(ringsOfBits(bits, 0), image))).toEqual(whole(bits));
    }
  });

  it('are the pixels whose middles lie in the rings', () => {
    const random = new Random(5);
    for (let n = 0; n < 20; n++) {
      const ring = Array.from({ length: 12 }, (_, i) => random.below(i % 2 === 0 ? 2300 : 1700) / 100 + 0.003);
      const pixels = whole(bitsOfRings([ring], image));
      const inside = pixels.map((_, i) => {
        const middle = [(i % image.width) + 0.5, Math.floor(i / image.width) + 0.5] as const;
        return insideRing(middle, ring) ? 1 : 0;
      });
      expect(pixels).toEqual(inside);
    }
  });

  it('move on their grid, and lose what leaves the image', () => {
    const bits = noise(3, 0.5);
    const there = shifted(bits, 8, -4, image);
    const [before, after] = [whole(bits), whole(there)];
    const expected = before.map((_, i) => {
      const [x, y] = [(i % image.width) - 8, Math.floor(i / image.width) + 4];
      return x >= 0 && y < image.height ? before[y * image.width + x] : 0;
    });
    expect(after).toEqual(expected);
    const { mask, ...rest } = maskOf(bits, image);
    const shape: ObjectShape = { type: 'mask', mask, ...rest };
    expect(whole(bitsOf(moved(shape, 1, 1, image).mask!)!)).toEqual(whole(shifted(bits, 1, 1, image)));
  });

  it('of nothing have no outline', () => {
    expect(ringsOfBits(noise(1, 0), 0)).toEqual([]);
    expect(maskOf(noise(1, 0), image)).toMatchObject({ area: 0, box: [0, 0, 0, 0] });
  });
});

describe('outlines', () => {
  it('lose corners that lie near the line without them, and no others', () => {
    expect(simplified([0, 0, 5, 0.4, 10, 0, 10, 10, 5, 12, 0, 10], 0.5)).toEqual([0, 0, 10, 0, 10, 10, 5, 12, 0, 10]);
  });
});

describe('mistakes', () => {
  it('are told by what is there now', () => {
    const mark = (key: number, shape: ObjectShape, its = 1) => ({ key, class: its, shape });
    const box = (...at: [number, number, number, number]): ObjectShape => ({ type: 'box', box: at });
    const found = problemsOf(
      [
        mark(1, box(1, 1, 5, 5)),
        mark(2, box(20, 1, 5, 5)),
        mark(3, box(4, 4, 0, 3)),
        mark(4, box(1, 1, 5, 5)),
        mark(5, box(1, 1, 5, 5), 2),
        mark(6, { ...box(18, 1, 2, 6), rotation: 180 }),
        mark(7, { ...box(1, 1, 2, 6), rotation: 90 }),
      ],
      image,
    );
    expect([...found]).toEqual([
      [2, ['outside']],
      [3, ['empty']],
      [4, ['duplicate']],
      [6, ['outside']],
      [7, ['outside']],
    ]);
  });
});

describe('boxes between two others', () => {
  it('lie on the straight way', () => {
    expect(boxOnWay([0, 0, 10, 10], [30, 60, 40, 10], 1 / 3)).toEqual([10, 20, 20, 10]);
  });
});
