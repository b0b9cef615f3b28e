import { describe, expect, it } from 'vitest';
import { learnWords, patchSide } from '../../src-main/few-shot/patch-words.ts';
import { Random } from '../../src-main/shared/random.ts';

const side = 28;
const size = patchSide ** 2;

/** Pictures of bars, upright in the one half and lying in the other. */
function bars(count: number): Float32Array {
  const random = new Random(5);
  return Float32Array.from({ length: count * side * side }, (_, i) => {
    const [x, y, n] = [i % side, Math.floor(i / side) % side, Math.floor(i / (side * side))];
    return ((n % 2 === 0 ? x : y) % 6 < 3 ? 0.9 : 0.1) + 0.02 * random.uniform();
  });
}

describe('words of patches', () => {
  const words = learnWords(bars(40), 1, side)!;

  it('are filters without a mean', () => {
    expect(words.filters).toHaveLength(words.count * size);
    for (let k = 0; k < words.count; k++) {
      const sum = words.filters.subarray(k * size, (k + 1) * size).reduce((all, value) => all + value, 0);
      expect(Math.abs(sum)).toBeLessThan(1e-3);
    }
  });

  it('tell upright bars from lying ones', () => {
    const { count, filters, offsets } = words;
    const best = (turned: boolean): number => {
      const patch = Float32Array.from({ length: size }, (_, i) =>
        (turned ? Math.floor(i / patchSide) : i % patchSide) < 3 ? 1 : -1,
      );
      const answers = Array.from({ length: count }, (_, k) =>
        Math.abs(patch.reduce((sum, value, i) => sum + value * filters[k * size + i], 0) - offsets[k]),
      );
      return answers.indexOf(Math.max(...answers));
    };
    expect(best(false)).not.toBe(best(true));
  });

  it('are none where there is nothing to see', () => {
    expect(learnWords(new Float32Array(20 * side * side).fill(0.5), 1, side)).toBeNull();
  });
});
