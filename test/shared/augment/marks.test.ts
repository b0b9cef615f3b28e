import { describe, expect, it } from 'vitest';
import type { Box, ImageObject } from '../../../src-main/shared/annotation.ts';
import { augmentFields, type Augmentation } from '../../../src-main/shared/augment/kinds.ts';
import { mixedMarks, movedMark, pictureMarks, type PictureMark } from '../../../src-main/shared/augment/marks.ts';
import { PictureAugmenter } from '../../../src-main/shared/augment/picture.ts';
import { encodeCounts } from '../../../src-main/shared/rle.ts';

const shape = { width: 60, height: 40, channels: 1 };
const box: Box = [12, 8, 20, 14];

/** White where the thing is, and the bounds of what is white enough after the change: by the pixels alone. */
function seen(augmenter: PictureAugmenter, epoch: number, [x, y, w, h]: Box): Box | null {
  // A black edge all around: what the edge's pixels are drawn out to is no thing.
  const pixels = new Uint8Array(60 * 40);
  for (let v = y; v < y + h; v++) for (let u = x; u < x + w; u++) pixels[v * 60 + u] = 255;
  augmenter.apply(pixels, epoch, 3);
  let [left, top, right, bottom] = [60, 40, 0, 0];
  pixels.forEach((value, i) => {
    if (value < 128) return;
    [left, right] = [Math.min(left, i % 60), Math.max(right, (i % 60) + 1)];
    [top, bottom] = [Math.min(top, Math.floor(i / 60)), Math.max(bottom, Math.floor(i / 60) + 1)];
  });
  return right > left ? [left, top, right - left, bottom - top] : null;
}

const edges = ([x, y, w, h]: Box) => [x, y, x + w, y + h];
const thing = (more: Partial<ImageObject> = {}): ImageObject => ({ type: 'box', class: 'cell', box, ...more });
const marked = (object: ImageObject) => pictureMarks({ width: 60, height: 40, annotations: [object] }, shape)[0];

describe('marks move with their picture', () => {
  it.each<[string, Augmentation, number]>([
    ['mirrored', { flip: 1 }, 0.01],
    ['upside down', { 'flip-vertical': 1 }, 0.01],
    ['shifted', { shift: 0.3 }, 0.6],
    ['scaled', { scale: 0.5 }, 0.6],
    ['cropped', { crop: 0.5 }, 0.6],
    ['turned', { rotate: 90 }, 1.6],
    ['all of it', { flip: 0.5, 'flip-vertical': 0.5, shift: 0.2, scale: 0.3, crop: 0.3, rotate: 40 }, 1.6],
  ])('%s', (_, amounts, tolerance) => {
    const augmenter = new PictureAugmenter(shape, amounts, 5);
    for (let epoch = 0; epoch < 40; epoch++) {
      const movement = augmenter.movement(epoch, 3);
      const there = movedMark(marked(thing()), movement ?? [1, 0, 0, 0, 1, 0], shape);
      const found = seen(augmenter, epoch, box);
      if (!there || !found) {
        // Hardly any of it is left.
        expect((found?.[2] ?? 0) * (found?.[3] ?? 0)).toBeLessThan(0.25 * box[2] * box[3]);
        continue;
      }
      edges(there.box).forEach((edge, i) => {
        // A corner of less than half a pixel is not seen.
        expect(Math.abs(edge - edges(found)[i]), `epoch ${epoch}`).toBeLessThanOrEqual(tolerance);
      });
    }
  });

  it('as the very numbers that the picture is changed by say, those of RandAugment too', () => {
    const augmenter = new PictureAugmenter(shape, { random: augmentFields.random.max }, 5);
    const moved = Array.from({ length: 30 }, (_, epoch) => augmenter.movement(epoch, 3));
    expect(moved.some((movement) => movement === undefined)).toBe(true);
    expect(new Set(moved.map((movement) => movement?.join())).size).toBeGreaterThan(8);
    expect(augmenter.movement(4, 3)).toEqual(moved[4]);
  });

  it('are clipped at the edge, and go with the last tenth', () => {
    // The picture moves left by so much: 12 of 20 columns are left, 2, and 1.
    const at = (left: number) => movedMark(marked(thing()), [1, 0, left, 0, 1, 0], shape);
    expect(at(20)?.box).toEqual([0, 8, 12, 14]);
    expect(at(29)?.box).toEqual([0, 8, 3, 14]);
    expect(at(30)).toBeNull();
    expect(at(80)).toBeNull();
  });

  it('polygons, turned boxes, points and masks too', () => {
    const mirror = [-1, 0, 59, 0, 1, 0] as const;
    const triangle = [10, 10, 30, 10, 10, 30];
    const polygon = movedMark(marked(thing({ type: 'polygon', polygons: [triangle] })), mirror, shape)!;
    expect(polygon.rings).toEqual([[50, 10, 30, 10, 50, 30]]);
    expect(polygon.box).toEqual([30, 10, 20, 20]);
    // A quarter turn about the corner: 14 to its left, 20 down.
    const turned = movedMark(marked(thing({ rotation: 90 })), [1, 0, 0, 0, 1, 0], shape)!;
    turned.box.forEach((value, i) => expect(value).toBeCloseTo([0, 8, 12, 20][i], 9));
    const points = thing({ type: 'keypoints', keypoints: [15, 9, 2, 30, 20, 1, 0, 0, 0] });
    expect(movedMark(marked(points), [1, 0, 20, 0, 1, 0], shape)!.keypoints).toEqual([-5, 9, 0, 10, 20, 1, -20, 0, 0]);
    // Columns 12 to 31 of rows 8 to 21, as run lengths down the columns.
    const runs = [12 * 40 + 8, ...Array.from({ length: 19 }, () => [14, 26]).flat(), 14, 18 + 28 * 40];
    const mask = thing({ type: 'mask', mask: { width: 60, height: 40, counts: encodeCounts(runs) } });
    const there = movedMark(marked(mask), mirror, shape)!;
    expect(there.box).toEqual([28, 8, 20, 14]);
    expect(there.mask!.reduce((sum, one) => sum + one, 0)).toBe(20 * 14);
    // At the edge it does not go on beyond it, as the pixels of the edge do.
    expect(movedMark(marked(mask), [1, 0, 30, 0, 1, 0], shape)).toBeNull();
    expect(movedMark(marked(mask), [1, 0, 20, 0, 1, 0], shape)!.box).toEqual([0, 8, 12, 14]);
  });

  it('are those of the original in the small copy, whole and in the middle', () => {
    const [mark] = pictureMarks({ width: 600, height: 200, annotations: [thing({ box: [60, 20, 300, 100] })] }, shape);
    expect(mark.box).toEqual([6, 12, 30, 10]);
    expect(pictureMarks({ annotations: [thing()] }, shape)).toEqual([]);
  });

  it('of two pictures mixed are both, but for what is covered', () => {
    const mark = (at: Box, name: string): PictureMark => ({ class: name, box: at });
    const own = [mark([0, 0, 10, 10], 'left'), mark([20, 0, 20, 10], 'half'), mark([42, 2, 5, 5], 'under')];
    const others = [mark([32, 5, 20, 30], 'pasted'), mark([0, 0, 20, 20], 'beside')];
    expect(mixedMarks(own, others, null, shape)).toEqual([...own, ...others]);
    const mixed = mixedMarks(own, others, { left: 30, top: 0, right: 60, bottom: 20 }, shape);
    expect(mixed.map(({ class: name, box: at }) => [name, at])).toEqual([
      ['left', [0, 0, 10, 10]],
      ['half', [20, 0, 10, 10]],
      ['pasted', [32, 5, 20, 15]],
    ]);
  });
});
