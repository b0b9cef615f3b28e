import { describe, expect, it } from 'vitest';
import { maskPixels } from '../../../src-main/shared/rle.ts';
import { ClickMasker } from '../../../src-main/utility/work/marker/click-masker.ts';
import { clickPair, detector, table } from '../../support/marker-models.ts';

/** Into 32 × 32 it goes as 32 × 16, in the upper left corner. */
const picture = { rgb: new Uint8Array(3 * 64 * 32).fill(90), width: 64, height: 32 };
const seen = { width: 32, height: 16 };

describe('masks by clicks', () => {
  it.each([false, true])(
    'lie around what is meant, in the picture’s own pixels (EfficientSAM: %s)',
    async (batched) => {
      const masker = await ClickMasker.open(clickPair(32, seen, { batched }), 1);
      let looked = 0;
      const mask = (...clicks: (readonly [number, number, boolean])[]) =>
        masker.mask('one', clicks, () => {
          looked++;
          return Promise.resolve(picture);
        });
      // In what goes in it is 10, 8: there 7 … 12 across are less than 3.5 away. Half way to the next ones, at 13 and 26, it ends.
      const first = await mask([20, 16, true]);
      expect(first).toMatchObject({ box: [13, 9, 14, 14], area: 14 * 14, score: 0.9 });
      expect(first!.mask).toMatchObject({ width: 64, height: 32 });
      const second = await mask([20, 16, true], [26, 16, false]);
      const pixels = maskPixels(second!.mask)!;
      expect([pixels[16 * 64 + 15], pixels[16 * 64 + 24]]).toEqual([1, 0]);
      const both = await mask([20, 16, true], [50, 16, true]);
      expect(both!.area).toBe(2 * 14 * 14);
      expect(await mask([20, 16, false])).toBeNull();
      // The picture is encoded once.
      expect(looked).toBe(1);
      await masker.close();
    },
  );

  it('begin with the mask of the clicks before, one by one or all at once', async () => {
    // Its coarse mask sums up to the clicks and the point of none; by so much more of what is near counts.
    const files = clickPair(32, seen, { refines: true });
    const read = () => Promise.resolve(picture);
    const clicks = [
      [20, 16, true],
      [20, 16, true],
      [20, 16, true],
    ] as const;
    const masker = await ClickMasker.open(files, 1);
    const areas: number[] = [];
    for (let n = 1; n <= 3; n++) areas.push((await masker.mask('one', clicks.slice(0, n), read))!.area);
    await masker.close();
    const other = await ClickMasker.open(files, 1);
    expect((await other.mask('one', clicks, read))!.area).toBe(areas[2]);
    await other.close();
    const plain = await ClickMasker.open(clickPair(32, seen), 1);
    const without = (await plain.mask('one', clicks.slice(0, 2), read))!.area;
    await plain.close();
    expect(areas[1]).toBeGreaterThan(without);
  });

  it('are not made of models that are no such pair', async () => {
    const [decoder, encoder] = clickPair(32, seen);
    const other = detector({ outputs: { output0: table([1, 84, 6], () => {}) } });
    const unknown = (what: string) => ({ code: 'unknown_model', message: expect.stringContaining(what) as string });
    await expect(ClickMasker.open([encoder, other], 1)).rejects.toMatchObject(unknown('takes images'));
    await expect(ClickMasker.open([decoder, other], 1)).rejects.toMatchObject(unknown('point_coords'));
    await expect(ClickMasker.open([decoder], 1)).rejects.toMatchObject(unknown('decoder.onnx'));
  });
});
