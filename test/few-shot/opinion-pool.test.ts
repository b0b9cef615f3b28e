import { describe, expect, it } from 'vitest';
import { pooled } from '../../src-main/few-shot/opinion-pool.ts';
import { Random } from '../../src-main/shared/random.ts';

describe('opinions that are pooled', () => {
  it('are their geometric mean, each row summing to 1', () => {
    const [first, second] = pooled([Float32Array.of(0.8, 0.2), Float32Array.of(0.4, 0.6)], 2);
    const [a, b] = [Math.sqrt(0.8 * 0.4), Math.sqrt(0.2 * 0.6)];
    expect(first).toBeCloseTo(a / (a + b), 5);
    expect(second).toBeCloseTo(b / (a + b), 5);
  });

  it('are the one opinion where there is one, and where all say the same', () => {
    const one = Float32Array.of(0.7, 0.2, 0.1, 0.25, 0.25, 0.5);
    for (const some of [[one], [one, one, one]]) {
      pooled(some, 3).forEach((share, i) => expect(share).toBeCloseTo(one[i], 5));
    }
  });

  it('are not overruled by one that is sure of something else', () => {
    const sure = Float32Array.of(1, 0);
    const others = Array.from({ length: 9 }, () => Float32Array.of(0.02, 0.98));
    expect(pooled([sure, ...others], 2)[1]).toBeGreaterThan(0.8);
  });

  it('are right more often than each where they err independently', () => {
    const random = new Random(3);
    const samples = 2000;
    const opinions = Array.from({ length: 5 }, () =>
      Float32Array.from({ length: samples * 2 }, (_, i) => (i % 2 === 0 ? 0 : NaN)),
    );
    for (const opinion of opinions) {
      // Of class 0, heard through noise.
      for (let i = 0; i < samples; i++) {
        opinion[2 * i] = 1 / (1 + Math.exp(-(1 + 2 * random.normal())));
        opinion[2 * i + 1] = 1 - opinion[2 * i];
      }
    }
    const right = (shares: Float32Array): number =>
      Array.from({ length: samples }, (_, i) => i).filter((i) => shares[2 * i] > shares[2 * i + 1]).length / samples;
    // Φ(½) of one, Φ(½·√5) of five.
    for (const opinion of opinions) expect(right(opinion)).toBeCloseTo(0.691, 1);
    expect(right(pooled(opinions, 2))).toBeCloseTo(0.868, 1);
  });
});
