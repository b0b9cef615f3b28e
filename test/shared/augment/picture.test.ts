import { describe, expect, it } from 'vitest';
import { blur } from '../../../src-main/shared/augment/blur.ts';
import { drawColours } from '../../../src-main/shared/augment/colour.ts';
import {
  type Augmentation,
  pictureKinds,
  type PictureKind,
  augmentFields,
} from '../../../src-main/shared/augment/kinds.ts';
import { PictureAugmenter } from '../../../src-main/shared/augment/picture.ts';
import type { PictureShape } from '../../../src-main/shared/augment/pixels.ts';
import { drawnMovement, warp } from '../../../src-main/shared/augment/warp.ts';
import { Random } from '../../../src-main/shared/random.ts';

const shape: PictureShape = { width: 9, height: 7, channels: 3 };
const size = shape.width * shape.height * shape.channels;
const drawn = (seed = 1): Uint8Array => {
  const pixels = new Uint8Array(size);
  new Random(seed).fillBytes(pixels);
  return pixels;
};
const changed = (amounts: Augmentation, { epoch = 0, sample = 0, seed = 5 } = {}): Uint8Array => {
  const pixels = drawn();
  new PictureAugmenter(shape, amounts, seed).apply(pixels, epoch, sample);
  return pixels;
};
const at = (pixels: Uint8Array, x: number, y: number, k: number) => pixels[(y * shape.width + x) * shape.channels + k];

describe('pictures are changed', () => {
  it.each(pictureKinds)('%s: by seed, epoch and sample alone, and in some way each time', (kind) => {
    const amounts = { [kind]: augmentFields[kind].max };
    expect(changed(amounts)).toEqual(changed(amounts));
    const ways = [
      ...Array.from({ length: 12 }, (_, sample) => changed(amounts, { sample })),
      ...Array.from({ length: 12 }, (_, epoch) => changed(amounts, { epoch })),
      ...Array.from({ length: 12 }, (_, seed) => changed(amounts, { seed })),
    ].map((pixels) => pixels.join());
    const sure = kind === 'flip' || kind === 'flip-vertical';
    expect(new Set(ways).size).toBeGreaterThan(sure ? 0 : 12);
    expect(ways.some((way) => way !== drawn().join())).toBe(true);
  });

  it.each(pictureKinds)('%s: an amount of 0 changes nothing', (kind: PictureKind) => {
    expect(changed({ [kind]: 0 })).toEqual(drawn());
  });

  it('mirrored, and upside down', () => {
    const [mirrored, turned] = [changed({ flip: 1 }), changed({ 'flip-vertical': 1 })];
    const before = drawn();
    for (let y = 0; y < 7; y++)
      for (let x = 0; x < 9; x++)
        for (let k = 0; k < 3; k++) {
          expect(at(mirrored, x, y, k)).toBe(at(before, 8 - x, y, k));
          expect(at(turned, x, y, k)).toBe(at(before, x, 6 - y, k));
        }
  });

  it('as often as was asked for', () => {
    const before = drawn().join();
    const flipped = Array.from({ length: 2000 }, (_, sample) => changed({ flip: 0.3 }, { sample })).filter(
      (pixels) => pixels.join() !== before,
    );
    // Within four standard deviations of 600.
    expect(Math.abs(flipped.length - 600)).toBeLessThan(82);
  });

  it('turned by a right angle around the middle, exactly', () => {
    const square = { width: 5, height: 5, channels: 1 };
    const from = Uint8Array.from({ length: 25 }, (_, i) => i * 10);
    const to = new Uint8Array(25);
    warp({ ...square, pixels: from }, to, [0, 1, 0, -1, 0, 4]);
    for (let y = 0; y < 5; y++) for (let x = 0; x < 5; x++) expect(to[y * 5 + x]).toBe(from[(4 - x) * 5 + y]);
  });

  it('between pixels is what lies between, and outside is the edge', () => {
    const row = { width: 3, height: 1, channels: 1, pixels: Uint8Array.of(0, 100, 200) };
    const to = new Uint8Array(3);
    warp(row, to, [1, 0, 0.5, 0, 1, 0]);
    expect([...to]).toEqual([50, 150, 200]);
    warp(row, to, [1, 0, -5, 0, 1, 3]);
    expect([...to]).toEqual([0, 0, 0]);
  });

  it('moved no further than was asked for', () => {
    const wide: PictureShape = { width: 100, height: 50, channels: 1 };
    const middle = ([a, b, c, d, e, f]: readonly number[]) => [
      a * 49.5 + b * 24.5 + c - 49.5,
      d * 49.5 + e * 24.5 + f - 24.5,
    ];
    for (let i = 0; i < 300; i++) {
      const [dx, dy] = middle(drawnMovement(new Random(i), wide, { shift: 0.1 })!);
      expect(Math.abs(dx)).toBeLessThanOrEqual(10);
      expect(Math.abs(dy)).toBeLessThanOrEqual(5);
      const [a, b, , d, e] = drawnMovement(new Random(i), wide, { rotate: 20, scale: 0.5 })!;
      const zoom = Math.sqrt(a * e - b * d);
      expect(zoom).toBeGreaterThanOrEqual(1 / 1.5 - 1e-12);
      expect(zoom).toBeLessThanOrEqual(1.5 + 1e-12);
      expect(Math.abs(Math.atan2(b, a))).toBeLessThanOrEqual((20 * Math.PI) / 180 + 1e-12);
    }
  });

  it('cut out of itself: what is seen lies inside', () => {
    for (let i = 0; i < 200; i++) {
      const [a, , c, , e, f] = drawnMovement(new Random(i), shape, { crop: 0.6 })!;
      expect(a * e).toBeGreaterThanOrEqual(0.4 - 1e-12);
      for (const [x, y] of [
        [0, 0],
        [8, 6],
      ]) {
        expect(a * x + c).toBeGreaterThanOrEqual(-0.5);
        expect(a * x + c).toBeLessThanOrEqual(8.5);
        expect(e * y + f).toBeGreaterThanOrEqual(-0.5);
        expect(e * y + f).toBeLessThanOrEqual(6.5);
      }
    }
  });

  it('lighter and steeper by the formula', () => {
    // The factors are the first two numbers drawn.
    const [light, steep] = [0, 0].map(
      (
        (random) => () =>
          1 + (2 * random.uniform() - 1) * 0.5
      )(new Random(3)),
    );
    const pixels = drawn();
    const before = drawn();
    drawColours(new Random(3), { ...shape, pixels }, { brightness: 0.5, contrast: 0.5 });
    const mean = (before.reduce((sum, value) => sum + value, 0) / size) * light;
    before.forEach((value, i) => {
      const wanted = Math.min(255, Math.max(0, mean + (value * light - mean) * steep));
      expect(Math.abs(pixels[i] - wanted)).toBeLessThanOrEqual(0.5 + 1e-9);
    });
  });

  it('without colour at a saturation of 0, and grey pictures as they are', () => {
    const grey = { width: 9, height: 7, channels: 1, pixels: drawn().slice(0, 63) };
    drawColours(new Random(1), grey, { saturation: 1 });
    expect(grey.pixels).toEqual(drawn().slice(0, 63));
  });

  it('blurred as the Gaussian says', () => {
    const line = { width: 11, height: 1, channels: 1, pixels: new Uint8Array(11) };
    line.pixels[5] = 250;
    blur(line, 1, new Uint8Array(11));
    const gauss = Array.from({ length: 7 }, (_, i) => Math.exp(-((i - 3) ** 2) / 2));
    const sum = gauss.reduce((a, b) => a + b);
    gauss.forEach((weight, i) => expect(Math.abs(line.pixels[i + 2] - (250 * weight) / sum)).toBeLessThanOrEqual(0.51));
  });

  it('noisy by as much as was asked for', () => {
    const large = { width: 200, height: 100, channels: 1 };
    const pixels = new Uint8Array(20_000).fill(128);
    const sigmas = Array.from({ length: 60 }, (_, sample) => {
      pixels.fill(128);
      new PictureAugmenter(large, { noise: 0.1 }, 2).apply(pixels, 0, sample);
      const mean = pixels.reduce((a, b) => a + b, 0) / pixels.length;
      return Math.sqrt(pixels.reduce((a, b) => a + (b - mean) ** 2, 0) / pixels.length);
    });
    // σ is drawn from 0 to a tenth of 255; rounding adds a little.
    expect(Math.max(...sigmas)).toBeLessThan(26.5);
    expect(Math.max(...sigmas)).toBeGreaterThan(22);
    expect(Math.min(...sigmas)).toBeLessThan(4);
  });

  it('covered by a rectangle of its mean, in half of the cases', () => {
    const before = drawn();
    const covered = Array.from({ length: 400 }, (_, sample) => changed({ erase: 0.4 }, { sample })).map(
      (pixels) => pixels.filter((value, i) => value !== before[i]).length / size,
    );
    expect(covered.filter((share) => share > 0).length).toBeGreaterThan(120);
    expect(covered.filter((share) => share > 0).length).toBeLessThan(240);
    // A side is rounded to whole pixels.
    expect(Math.max(...covered)).toBeLessThan(0.5);
  });
});
