import { describe, expect, it } from 'vitest';
import type { Augmentation } from '../../../src-main/shared/augment/kinds.ts';
import { Mixer, type Mixture } from '../../../src-main/shared/augment/mix.ts';

const shape = { width: 20, height: 10, channels: 3 };
const size = 20 * 10 * 3;
/** Picture n is all of one brightness. */
const level = (sample: number) => (sample * 37) % 256;
const partners = { count: 50, read: (sample: number, room: Uint8Array) => void room.fill(level(sample)) };

function mixed(amounts: Augmentation, sample: number, { seed = 1, epoch = 0 } = {}): Mixture & { pixels: Uint8Array } {
  const pixels = new Uint8Array(size).fill(level(sample));
  return { ...new Mixer(shape, amounts, seed).apply(pixels, epoch, sample, partners), pixels };
}
const shares = (amounts: Augmentation, count = 4000) =>
  Array.from({ length: count }, (_, sample) => mixed(amounts, sample).share);
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('mixup', () => {
  it('blends with another picture by the share that it tells', () => {
    for (let sample = 0; sample < 50; sample++) {
      const { pixels, other, share } = mixed({ mixup: 1 }, sample);
      const wanted = share * level(sample) + (1 - share) * level(other);
      expect(Math.max(...Array.from(pixels, (pixel) => Math.abs(pixel - wanted)))).toBeLessThanOrEqual(0.5 + 1e-9);
    }
  });

  it.each([0.05, 0.2, 1, 3])('takes its shares from Beta(%d, %d)', (alpha) => {
    const all = shares({ mixup: alpha });
    expect(all.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(mean(all)).toBeCloseTo(0.5, 1);
    // Var = 1 / (4(2α + 1)); of 4,000 within 4 of its standard deviations, at most 0.3 % of 1/4 each.
    expect(Math.abs(mean(all.map((share) => (share - 0.5) ** 2)) - 1 / (4 * (2 * alpha + 1)))).toBeLessThan(0.006);
  });

  it('follows from seed, epoch and sample alone', () => {
    const one = mixed({ mixup: 1 }, 7);
    expect(mixed({ mixup: 1 }, 7)).toEqual(one);
    for (const other of [
      mixed({ mixup: 1 }, 8),
      mixed({ mixup: 1 }, 7, { seed: 2 }),
      mixed({ mixup: 1 }, 7, { epoch: 1 }),
    ])
      expect(other.share).not.toBe(one.share);
  });

  it('takes any partner as often, itself too', () => {
    const counts = new Array<number>(50).fill(0);
    for (let sample = 0; sample < 5000; sample++) counts[mixed({ mixup: 1 }, sample).other]++;
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(150);
  });
});

describe('cutmix', () => {
  it('puts a rectangle of another picture in its place, and counts what is left', () => {
    let whole = 0;
    for (let sample = 0; sample < 200; sample++) {
      const { pixels, other, share } = mixed({ cutmix: 1 }, sample);
      if (level(other) === level(sample)) continue;
      const put = Array.from({ length: 200 }, (_, i) => pixels[3 * i] === level(other));
      expect(pixels).toEqual(pixels.map((_, i) => level(put[Math.floor(i / 3)] ? other : sample)));
      expect(share).toBeCloseTo(1 - put.filter(Boolean).length / 200, 12);
      const [xs, ys] = [
        put.flatMap((is, i) => (is ? [i % 20] : [])),
        put.flatMap((is, i) => (is ? [Math.floor(i / 20)] : [])),
      ];
      const area = xs.length && (Math.max(...xs) - Math.min(...xs) + 1) * (Math.max(...ys) - Math.min(...ys) + 1);
      expect(area).toBe(xs.length);
      if (xs.length === 0) whole++;
    }
    expect(whole).toBeLessThan(20);
  });

  it('beside mixup is done to every other picture', () => {
    const blended = Array.from({ length: 400 }, (_, sample) => mixed({ mixup: 1, cutmix: 1 }, sample)).filter(
      ({ pixels, other }, sample) => [...pixels].some((pixel) => pixel !== level(sample) && pixel !== level(other)),
    );
    expect(blended.length).toBeGreaterThan(160);
    expect(blended.length).toBeLessThan(240);
  });

  it('of pictures of one point is the one or the other', () => {
    const point = new Mixer({ width: 1, height: 1, channels: 1 }, { cutmix: 1 }, 1);
    for (let sample = 0; sample < 20; sample++) {
      const pixels = Uint8Array.of(9);
      const { share } = point.apply(pixels, 0, sample, { count: 1, read: (_, room) => void room.fill(200) });
      expect([share, pixels[0]]).toEqual(share === 1 ? [1, 9] : [0, 200]);
    }
  });
});
