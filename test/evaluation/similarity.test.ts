import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { similarities } from '../../src-main/evaluation/text/similarity.ts';

const { corpora } = JSON.parse(
  readFileSync(new URL('../fixtures/evaluation/similarity.json', import.meta.url), 'utf8'),
) as { corpora: { name: string; answers: string[]; expected: string[]; cosines: number[] }[] };

describe('likeness of texts', () => {
  it.each(corpora)('is what scikit-learn says: $name', ({ answers, expected, cosines }) => {
    similarities(answers, expected).forEach((each, i) => expect(each).toBeCloseTo(cosines[i], 12));
  });

  it('is 1 of what is the same, 0 of what has nothing in common, and of no words', () => {
    expect(similarities(['ab cd', 'xyz', '', ' ', 'a'], ['AB  cd', 'uvw', ' ', 'a', ''])).toEqual([1, 0, 1, 0, 0]);
  });
});
