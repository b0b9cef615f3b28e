import { describe, expect, it } from 'vitest';
import { resample } from '../../../src-main/datasets/audio/resample.ts';

const sine = (hertz: number, rate: number, seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

/** The largest difference, without the ends, where half of what is summed is missing. */
function apart(found: Float32Array, wanted: Float32Array, edge: number): number {
  let most = 0;
  for (let i = edge; i < wanted.length - edge; i++) most = Math.max(most, Math.abs(found[i] - wanted[i]));
  return most;
}

describe('resampling', () => {
  const pairs: [number, number][] = [
    [44_100, 16_000],
    [16_000, 44_100],
    [48_000, 8000],
    [8000, 16_000],
    [22_050, 8000],
    [11_025, 16_000],
    [44_101, 16_000],
  ];
  it.each(pairs)('from %i to %i Hz keeps every sine of the pass band', (from, to) => {
    const nyquist = Math.min(from, to) / 2;
    for (const share of [0.02, 0.3, 0.7, 0.9]) {
      const found = resample(sine(share * nyquist, from, 0.05), from, to);
      const wanted = sine(share * nyquist, to, 0.05);
      expect(found).toHaveLength(Math.ceil((Math.round(0.05 * from) * to) / from));
      expect(apart(found, wanted, Math.ceil((70 * to) / Math.min(from, to)) + 10), `${share}`).toBeLessThan(1e-4);
    }
  });

  it.each(pairs.filter(([from, to]) => from > to))('from %i to %i Hz lets no alias through', (from, to) => {
    for (const share of [1.01, 1.2, 0.98 * (from / to)]) {
      if ((share * to) / 2 >= from / 2) continue;
      const found = resample(sine((share * to) / 2, from, 0.05), from, to);
      expect(apart(found, new Float32Array(found.length), 90), `${share}`).toBeLessThan(1e-4);
    }
  });

  it('leaves a constant as it is, and the same rate untouched', () => {
    const level = new Float32Array(2000).fill(0.25);
    expect(apart(resample(level, 8000, 11_025), new Float32Array(2756).fill(0.25), 120)).toBeLessThan(1e-7);
    expect(resample(level, 8000, 8000)).toBe(level);
  });

  it('gives the same whether weights are kept or made anew', () => {
    // 44,101 and 192,000 share nothing: 192,000 phases are not kept. 44,100 to 192,000 are 640.
    const input = sine(440, 44_100, 0.02);
    const kept = resample(input, 44_100, 192_000);
    const anew = resample(input, 44_101, 192_000);
    expect(apart(anew, kept, 600)).toBeLessThan(2e-3);
  });

  it('is quick enough for a long recording', () => {
    const begun = performance.now();
    resample(sine(440, 44_100, 5), 44_100, 16_000);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
