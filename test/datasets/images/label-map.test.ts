import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { areasOfLabels, readLabelMap } from '../../../src-main/datasets/images/label-map.ts';
import { png } from '../../support/data-pictures.ts';

/** A PNG with these lines, each its filter's number and its bytes. Its checksums are left 0: they are not looked at. */
function made(width: number, height: number, depth: number, colour: number, lines: readonly number[], interlace = 0) {
  const chunk = (kind: string, content: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(content.length);
    head.write(kind, 4, 'latin1');
    return Buffer.concat([head, content, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const valuesOf = async (bytes: Uint8Array) => [...(await readLabelMap(bytes, 'a.png')).values];

describe('label maps', () => {
  it.each([0, 1, 2, 3, 4] as const)('are read as libpng wrote them, with adaptive filters or not', async (seed) => {
    const [width, height] = [37, 23];
    const pixels = Buffer.from(Array.from({ length: width * height }, (_, i) => ((i * (seed + 3)) >> 4) % 7));
    const raw = sharp(pixels, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
    expect(await valuesOf(await raw.png({ adaptiveFiltering: seed % 2 === 0 }).toBuffer())).toEqual([...pixels]);
  });
  it('are read by the numbers in a palette, not by its colours', async () => {
    // 2 bits a pixel: 0 1 2 3 1.
    expect(await valuesOf(made(5, 1, 2, 3, [0, 0b00011011, 0b01000000]))).toEqual([0, 1, 2, 3, 1]);
    expect(await valuesOf(made(10, 1, 1, 3, [0, 0b10100000, 0b01000000]))).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  });
  it('have 16 bits where there are many classes', async () => {
    expect(await valuesOf(made(2, 1, 16, 0, [0, 1, 2, 0, 7]))).toEqual([258, 7]);
  });
  it('undo each of the five filters, worked by hand', async () => {
    // Average (3) rounds down: 5 + floor((4 + 2) / 2); Paeth (4) takes what is next to left + up - corner.
    const lines = [0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
    expect(await valuesOf(made(3, 5, 8, 0, lines))).toEqual([1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]);
  });
  it.each([
    ['a photo', () => png(), 'has colours'],
    ['no PNG', () => Buffer.from('not at all a picture, though long enough to be one'), 'is no PNG'],
    ['an interlaced one', () => made(1, 1, 8, 0, [0, 1], 1), 'is interlaced'],
    ['one cut short', () => made(3, 5, 8, 0, [0, 1, 2]), 'is damaged'],
    ['one that unpacks to more than it says', () => made(1, 1, 8, 0, new Array<number>(5000).fill(0)), 'is damaged'],
    ['an unknown filter', () => made(1, 1, 8, 0, [9, 1]), 'is damaged'],
    ['one of all the pixels there are', () => made(4e9, 4e9, 8, 0, [0]), 'has 4000000000×4000000000 pixels'],
  ])('are refused by name: %s', async (_, bytes, words) => {
    await expect(readLabelMap(await bytes(), 'a.png')).rejects.toMatchObject({
      code: 'bad_label_map',
      message: expect.stringContaining(`a.png ${words}`) as string,
    });
  });
  it('become runs down the columns', () => {
    const map = { width: 3, height: 2, values: Uint16Array.of(1, 1, 0, 1, 2, 2) };
    expect([...areasOfLabels(map)]).toEqual([
      [1, [0, 3]],
      [2, [3, 4, 5, 6]],
    ]);
  });
});
