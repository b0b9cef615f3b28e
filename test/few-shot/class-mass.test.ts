import { describe, expect, it } from 'vitest';
import { evenness, massWeights, weighted } from '../../src-main/few-shot/class-mass.ts';

const evened = (shares: Float32Array, classes: number, how: number): Float32Array =>
  weighted(shares, massWeights(shares, classes, how));
const massOf = (shares: Float32Array, classes: number): number[] =>
  Array.from({ length: classes }, (_, c) => shares.reduce((sum, share, i) => sum + (i % classes === c ? share : 0), 0));

describe('classes that are met equally often', () => {
  it('are what labels in equal numbers speak for, the less the more those differ', () => {
    expect(evenness([0, 0, 1, 1, 2, 2])).toBe(1);
    // χ² = (35² + 35²) / 50 = 49, of 1 degree of freedom.
    const lopsided = Array.from({ length: 100 }, (_, i) => (i < 85 ? 4 : 9));
    expect(evenness(lopsided)).toBeCloseTo(1 / 49, 12);
    expect(evenness([...lopsided.slice(0, 90), 7])).toBeLessThan(0.1);
    expect(evenness([3, 3, 3])).toBe(0);
  });

  it('have as much of all samples each, where no class need count more than twice as much', () => {
    const shares = Float32Array.from([0.6, 0.4, 0.7, 0.3, 0.6, 0.4, 0.45, 0.55]);
    const [first, second] = massOf(evened(shares, 2, 1), 2);
    expect(first).toBeCloseTo(2, 3);
    expect(second).toBeCloseTo(2, 3);
    expect(evened(shares, 2, 0)).toEqual(shares);
  });

  it('do not take from others what is sure to be theirs', () => {
    const shares = Float32Array.from({ length: 40 }, (_, i) => (i < 36 ? [0.98, 0.02] : [0.02, 0.98])[i % 2]);
    const even = evened(shares, 2, 1);
    for (let i = 0; i < 20; i++) expect(even[2 * i] > 0.5).toBe(i < 18);
  });

  it('are not made of what nothing speaks for', () => {
    const shares = Float32Array.from([0.7, 0, 0.3, 0.8, 0, 0.2, 0.5, 0, 0.5]);
    const even = evened(shares, 3, 1);
    expect(massOf(even, 3)[1]).toBe(0);
    for (let i = 0; i < 3; i++) expect(even[3 * i] + even[3 * i + 2]).toBeCloseTo(1, 6);
  });
});
