import { describe, expect, it } from 'vitest';
import { Random } from '../../src-main/shared/random.ts';
import { decodeCounts, encodeCounts, fits, maskPixels, measureMask } from '../../src-main/shared/rle.ts';

describe("COCO's run lengths", () => {
  // Worked out by hand from rleToString in COCO's maskApi.c.
  it.each([
    [[5, 10, 785], '5:ah0'],
    [[0, 1], '01'],
    [[6, 1, 40, 4, 5, 4, 5, 4, 21], '61X13mN000`0'],
  ])('%j are %s', (counts, text) => {
    expect(encodeCounts(counts)).toBe(text);
    expect(decodeCounts(text)).toEqual(counts);
  });

  it('of any size come back', () => {
    const random = new Random(1);
    for (let round = 0; round < 200; round++) {
      const counts = Array.from({ length: random.below(20) }, () => random.below(10 ** (1 + random.below(8))));
      expect(decodeCounts(encodeCounts(counts))).toEqual(counts);
    }
  });

  it.each(['\n', 'a', '~~~', 'ooooooooooooooo', '5:ah'])('%j are none', (text) => {
    expect(decodeCounts(text)).toBeNull();
  });

  it('fill their mask, column by column', () => {
    // 2 rows, 3 columns: the right half of the top, and the middle of the bottom.
    const mask = { height: 2, width: 3, counts: encodeCounts([2, 3, 1]) };
    expect([...maskPixels(mask)!]).toEqual([0, 1, 1, 0, 1, 0]);
    expect(measureMask([2, 3, 1], 2)).toEqual({ area: 3, box: [1, 0, 2, 2] });
    expect(measureMask([1, 1, 4], 2)).toEqual({ area: 1, box: [0, 1, 1, 1] });
    expect(measureMask([6], 2)).toEqual({ area: 0, box: [0, 0, 0, 0] });
    expect(fits([2, 3], 2, 3)).toBe(false);
    expect(fits([7, -1], 2, 3)).toBe(false);
    expect(maskPixels({ ...mask, width: 4 })).toBeNull();
  });
});
