import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeFiles } from '../../../src-main/datasets/images/decode-files.ts';
import { decodeAlike, decodeImage } from '../../../src-main/datasets/images/decode.ts';
import { plainImage } from '../../../src-main/datasets/images/plain.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { dataFolder, writeFiles } from '../../support/data-import.ts';
import { claiming, grey, turned } from '../../support/data-pictures.ts';

/** Noise, which no two decoders would read alike by chance. */
function noise(seed: number, width: number, height: number, channels: 1 | 3 | 4 = 3): Sharp {
  const random = new Random(seed);
  const pixels = Uint8Array.from({ length: width * height * channels }, () => random.below(256));
  return sharp(pixels, { raw: { width, height, channels } });
}

const kinds: [string, (seed: number) => Promise<Uint8Array>, ReturnType<typeof plainImage>][] = [
  [
    'JPEG with halved colours',
    (seed) => noise(seed, 31, 17).jpeg({ quality: 70 }).toBuffer(),
    { type: 'jpeg', width: 31, height: 17, channels: 3 },
  ],
  [
    'JPEG with whole colours',
    (seed) => noise(seed, 32, 32).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    { type: 'jpeg', width: 32, height: 32, channels: 3 },
  ],
  [
    'progressive JPEG',
    (seed) => noise(seed, 20, 20).jpeg({ progressive: true }).toBuffer(),
    { type: 'jpeg', width: 20, height: 20, channels: 3 },
  ],
  [
    'grey JPEG',
    (seed) => noise(seed, 28, 28, 1).toColourspace('b-w').jpeg().toBuffer(),
    { type: 'jpeg', width: 28, height: 28, channels: 1 },
  ],
  ['PNG', (seed) => noise(seed, 9, 5).png().toBuffer(), { type: 'png', width: 9, height: 5, channels: 3 }],
  [
    'grey PNG',
    (seed) => noise(seed, 28, 28, 1).toColourspace('b-w').png().toBuffer(),
    { type: 'png', width: 28, height: 28, channels: 1 },
  ],
];

describe('images decoded together', () => {
  it.each(kinds)('%s: as one by one', async (_, make, plain) => {
    const files = await Promise.all([1, 2, 3, 4, 5].map(make));
    for (const bytes of files) expect(plainImage(bytes)).toEqual(plain);
    const together = await decodeAlike(files, plain!);
    for (const [i, bytes] of files.entries()) {
      const { rgb, width, height } = await decodeImage(bytes, 'alone');
      expect({ width, height }).toEqual({ width: together[i].width, height: together[i].height });
      expect(Buffer.compare(rgb, together[i].rgb), `image ${i}`).toBe(0);
    }
  });

  it.each<[string, () => Promise<Uint8Array>]>([
    ['turned by EXIF', () => turned(6)],
    ['a JPEG turned by EXIF', () => noise(1, 8, 8).withMetadata({ orientation: 3 }).jpeg().toBuffer()],
    ['with a profile', () => noise(1, 8, 8).withIccProfile('p3').jpeg().toBuffer()],
    ['a PNG with a profile', () => noise(1, 8, 8).withIccProfile('p3').png().toBuffer()],
    ['with transparency', () => noise(1, 8, 8, 4).png().toBuffer()],
    ['with a palette', () => noise(1, 8, 8).png({ palette: true }).toBuffer()],
    ['of 16 bits', () => noise(1, 8, 8).toColourspace('rgb16').png().toBuffer()],
    ['CMYK', () => noise(1, 8, 8).toColourspace('cmyk').jpeg().toBuffer()],
    ['WebP', () => noise(1, 8, 8).webp().toBuffer()],
    ['nothing but a beginning', async () => (await noise(1, 8, 8).jpeg().toBuffer()).subarray(0, 100)],
    ['no image', () => Promise.resolve(Buffer.from('hello'))],
  ])('%s is none of them', async (_, make) => {
    expect(plainImage(await make())).toBeNull();
  });
});

it('lists what is wrong with one of many, and decodes the others', async () => {
  const folder = await dataFolder();
  const size = { width: 8, height: 8, scale: false };
  const make: (() => Promise<Uint8Array>)[] = [
    () => noise(1, 8, 8).jpeg().toBuffer(),
    async () => {
      const bytes = await noise(2, 8, 8).jpeg().toBuffer();
      return bytes.subarray(0, bytes.length - 60);
    },
    () => noise(3, 8, 8).png().toBuffer(),
    () => noise(4, 8, 8).jpeg().toBuffer(),
    () => Promise.resolve(Buffer.alloc(0)),
    () => noise(5, 9, 8).png().toBuffer(),
    () => claiming(60_000),
    () => grey(7),
    async () => (await noise(6, 8, 8).toColourspace('b-w').jpeg().toBuffer()).subarray(0, 40),
    () => noise(7, 8, 8).webp({ lossless: true }).toBuffer(),
  ];
  const names = make.map((_, i) => `${i}.jpg`);
  for (const [i, one] of make.entries()) await writeFiles(folder.path, { [names[i]]: await one() });
  const files = names.map((name) => ({ path: join(folder.path, name), relative: name }));
  const results = await decodeFiles(files, size, 2);
  const words = results.map((each) => (each instanceof Error ? (each as Error & { code: string }).code : 'good'));
  expect(words).toEqual([
    'good',
    'image_damaged',
    'good',
    'good',
    'image_empty',
    'good',
    'image_too_large',
    'good',
    'image_damaged',
    'good',
  ]);
  for (const [i, result] of results.entries()) {
    if (result instanceof Error || 'known' in result) continue;
    const { rgb, width, height } = await decodeImage(await make[i](), names[i]);
    expect([result.width, result.height, Buffer.compare(result.rgb, rgb)], names[i]).toEqual([width, height, 0]);
    expect(result.misnamed, names[i]).toBe([2, 5, 7, 9].includes(i));
  }
});
