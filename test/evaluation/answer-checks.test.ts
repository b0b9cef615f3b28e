import { describe, expect, it } from 'vitest';
import { checkAnswers } from '../../src-main/evaluation/text/answer-checks.ts';
import { answerChecks } from '../../src-main/shared/prompt/checks.ts';

describe('answers', () => {
  it.each([
    ['exact', ' Paris\n', 'Paris', 1],
    ['exact', 'Paris, France', 'Paris', 0],
    ['contains', 'It is Paris.', 'Paris', 1],
    ['contains', 'paris', 'Paris', 0],
    ['regex', 'on 2024-05-06', '\\d{4}-\\d\\d-\\d\\d', 1],
    ['regex', 'today', '^\\d', 0],
    ['number', 'about -3.52e1 degrees', '-35', 1],
    ['number', 'about 36 degrees', '35', 0],
    ['number', 'none', '0', 0],
    ['json', '{"a": [1]}', '', 1],
    ['json', '{a: 1}', '', 0],
    ['schema', '{"a": [1]}', '', 1],
    ['schema', '{"a": 1}', '', 0],
    ['schema', 'a', '', 0],
  ] as const)('%s of %j for %j is %d', (check, answer, expected, score) => {
    const schema = { type: 'object', properties: { a: { type: 'array' } } };
    expect(checkAnswers(check, [answer], [expected], { tolerance: 0.25, schema })).toEqual({ score, each: [score] });
  });
  it('count by their share, and measures are those of all together', () => {
    expect(checkAnswers('exact', ['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd']).score).toBe(0.75);
    for (const check of ['bleu', 'chrf', 'rouge-l', 'similarity'] as const) {
      const same = ['the cat sat on the mat', 'a dog ran away from home'];
      expect(checkAnswers(check, same, same).score).toBeCloseTo(1, 9);
      const { score, each } = checkAnswers(check, ['the cat sat on the mat', 'zz'], same);
      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThan(1);
      expect(each[0]).toBeCloseTo(1, 9);
      expect(each[1]).toBeLessThan(0.05);
    }
    expect(answerChecks.map((check) => checkAnswers(check, [], []).score)).toEqual(answerChecks.map(() => 0));
  });
});
