import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeBmp, isBmp } from '../../../src-main/datasets/images/bmp.ts';
import { decodeImage, imageSize } from '../../../src-main/datasets/images/decode.ts';
import { imageType } from '../../../src-main/datasets/images/file-type.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';

const folder = join(import.meta.dirname, '../../fixtures/bmp');
const files = readdirSync(folder).filter((name) => name.endsWith('.bmp'));
const file = (name: string): Buffer => readFileSync(join(folder, name));
/** What Pillow and ImageMagick read: test/fixtures/bmp/make.py. */
const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as {
  width: number;
  height: number;
  files: Record<string, { channels: 3 | 4; data: number[] }>;
};
const mostPixels = 1e8;

describe('a Windows bitmap', () => {
  it.each(files)('%s is read as others read it', (name) => {
    const { channels, data } = golden.files[name];
    const read = decodeBmp(file(name), mostPixels);
    expect([read.width, read.height, read.channels]).toEqual([golden.width, golden.height, channels]);
    // Colours of 5 and 6 bits become 8 by rounding here, by repeating bits there.
    const near = /rgb5\d\d/.test(name) ? 4 : 0;
    const furthest = Math.max(...read.data.map((value, i) => Math.abs(value - data[i])));
    expect(read.data).toHaveLength(data.length);
    expect(furthest).toBeLessThanOrEqual(near);
  });

  it('is decoded as any other image', async () => {
    const bytes = file('rgb24.bmp');
    expect(await imageSize(bytes, 'x')).toEqual({ width: 13, height: 7 });
    const { rgb, width, height } = await decodeImage(bytes, 'x');
    expect([width, height, [...rgb]]).toEqual([13, 7, golden.files['rgb24.bmp'].data]);
    const scaled = await decodeImage(bytes, 'x', { width: 26, height: 26 });
    expect([scaled.width, scaled.height, scaled.rgb.length]).toEqual([26, 26, 26 * 26 * 3]);
  });

  it('is told from a text that begins with its letters', () => {
    expect(imageType(file('rgb24.bmp'))).toBe('bmp');
    expect(isBmp(Buffer.from('BM25 ranks documents by the words they share.'))).toBe(false);
  });

  it('comes in by folders, beside others, with its file kept as it is', async () => {
    const given = await dataFolder();
    await writeFiles(given.path, { 'set/a/1.bmp': file('rgb24.bmp'), 'set/b/2.bmp': file('palette8.bmp') });
    const { manifest } = await importFrom(given, ['set']);
    expect(manifest).toMatchObject({ kind: 'images', samples: 2, rejectedCount: 0 });
    expect(manifest.classes?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['cut off', file('rgb24.bmp').subarray(0, 200), 'image_damaged'],
    ['cut off in its header', file('rgb24.bmp').subarray(0, 40), 'image_damaged'],
    ['cut off in its runs', file('runs4.bmp').subarray(0, 150), 'image_damaged'],
    ['of a size that it does not hold', sized(file('runs8.bmp'), 9000, 9000), 'image_damaged'],
    ['of too many pixels', sized(file('runs8.bmp'), 2 ** 30, 2 ** 30), 'image_too_large'],
    ['of no pixels', sized(file('rgb24.bmp'), 0, 7), 'image_damaged'],
    ['that holds a JPEG', packed(file('rgb24.bmp'), 4), 'not_an_image'],
  ])('%s is refused by name', async (_, bytes, code) => {
    const told = await failure(decodeImage(bytes, 'x.bmp'));
    expect(told).toMatchObject({ code });
    expect(told.message).toContain('x.bmp');
  });

  it('that is damaged anywhere is read or refused, and nothing else', () => {
    const random = new Random(7);
    for (let turn = 0; turn < 3000; turn++) {
      const broken = Uint8Array.from(file(files[turn % files.length]));
      // Headers and palettes mostly, where lies do the most.
      for (let k = 1 + random.below(8); k > 0; k--)
        broken[random.below(Math.min(120, broken.length))] = random.below(256);
      const given = random.below(4) === 0 ? broken.subarray(0, random.below(broken.length)) : broken;
      try {
        const { data, width, height, channels } = decodeBmp(given, 1e6);
        expect(data).toHaveLength(width * height * channels);
      } catch (error) {
        expect((error as Error).message).toMatch(/^(The bitmap |unsupported image format)/);
      }
    }
  });
});

function sized(bytes: Buffer, width: number, height: number): Buffer {
  const other = Buffer.from(bytes);
  other.writeInt32LE(width, 18);
  other.writeInt32LE(height, 22);
  return other;
}

function packed(bytes: Buffer, compression: number): Buffer {
  const other = Buffer.from(bytes);
  other.writeUInt32LE(compression, 30);
  return other;
}
