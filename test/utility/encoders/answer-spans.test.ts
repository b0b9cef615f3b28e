import { expect, it } from 'vitest';
import { Random } from '../../../src-main/shared/random.ts';
import { AnswerSpans } from '../../../src-main/utility/work/encoders/answer-spans.ts';
import { mostAround, overlapping } from '../../../src-main/utility/work/encoders/overlap.ts';

it('spans of many windows weigh what all of them together weigh', () => {
  const random = new Random(3);
  for (const [count, room] of [
    [40, 12],
    [7, 3],
    [5, 100],
    [9, 1],
  ]) {
    const plain = new Map<string, number>();
    const spans = new AnswerSpans();
    for (const { from, to } of overlapping(count, room)) {
      spans.close(from);
      for (let first = from; first < to; first++) {
        for (let last = first; last < Math.min(to, first + 4); last++) {
          const score = 400 + 30 * random.normal();
          spans.put(first, last, score);
          const key = `${first} ${last}`;
          plain.set(key, Math.max(plain.get(key) ?? -Infinity, score));
        }
      }
    }
    const none = 410;
    const total = [...plain.values()].reduce((sum, score) => sum + Math.exp(score - 400), Math.exp(none - 400));
    const { answers, none: share } = spans.ended(none);
    const best = [...plain].sort(([, a], [, b]) => b - a).slice(0, 5);
    expect(answers.map(({ first, last }) => `${first} ${last}`)).toEqual(best.map(([key]) => key));
    answers.forEach(({ probability }, i) => expect(probability).toBeCloseTo(Math.exp(best[i][1] - 400) / total, 9));
    expect(share).toBeCloseTo(Math.exp(none - 400) / total, 9);
  }
});

it('nothing to answer with is no answer', () => {
  expect(new AnswerSpans().ended(-5)).toEqual({ answers: [], none: 1 });
});

it('parts overlap by half and hold all; a token is seen where most is around it', () => {
  expect(overlapping(10, 4)).toEqual([0, 2, 4, 6].map((from) => ({ from, to: from + 4 })));
  expect(overlapping(0, 4)).toEqual([{ from: 0, to: 0 }]);
  const parts = overlapping(10, 4);
  expect(Array.from({ length: 10 }, (_, i) => mostAround(i, parts))).toEqual([0, 0, 0, 1, 1, 2, 2, 3, 3, 3]);
});
