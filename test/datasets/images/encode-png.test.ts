import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeIndexPng, encodePng } from '../../../src-main/datasets/images/encode-png.ts';
import { Random } from '../../../src-main/shared/random.ts';

/** As an independent reader has it. */
async function read(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { pixels: [...data], width: info.width, height: info.height, channels: info.channels };
}
const noise = (length: number) => {
  const random = new Random(5);
  return Uint8Array.from({ length }, () => random.below(256));
};

describe('a PNG of pixels', () => {
  it.each([3, 4] as const)('of %i channels is read back as it was', async (channels) => {
    const [width, height] = [13, 7];
    const pixels = noise(width * height * channels);
    const found = await read(await encodePng(pixels, { width, height, channels }));
    expect(found).toEqual({ pixels: [...pixels], width, height, channels });
  });
  it('of grey stays grey', async () => {
    const pixels = noise(15);
    const png = await encodePng(pixels, { width: 5, height: 3, channels: 1 });
    expect(await sharp(png).metadata()).toMatchObject({ width: 5, height: 3, channels: 1, space: 'b-w' });
    const { data } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual([...pixels]);
  });
  it('by a palette has its colours', async () => {
    const png = encodeIndexPng(Uint8Array.from([0, 2, 1, 2]), 2, 2, [
      [1, 2, 3],
      [40, 50, 60],
      [255, 0, 9],
    ]);
    expect((await read(png)).pixels).toEqual([1, 2, 3, 255, 0, 9, 40, 50, 60, 255, 0, 9]);
  });
});
