import { describe, expect, it } from 'vitest';
import { heldOut, sharpened } from '../../src-main/few-shot/held-out.ts';
import { tellingOrder } from '../../src-main/few-shot/telling-order.ts';
import { Random } from '../../src-main/shared/random.ts';

/** Three groups of ten: a function for each, and a weaker one for what differs within. */
function groups() {
  const random = new Random(5);
  const count = 4;
  const vectors = new Float32Array(30 * count);
  for (let i = 0; i < 30; i++) {
    vectors[i * count + Math.floor(i / 10)] = 0.3;
    vectors[i * count + 3] = 0.02 * random.normal();
  }
  return { vectors, values: Float64Array.from([1, 0.99, 0.98, 0.5]), count };
}
const groupOf = (i: number): number => Math.floor(i / 10);
const all = () => true;

describe('what tells most', () => {
  it('is one of each group before a second of any', () => {
    const order = tellingOrder(groups(), [], null, 6, all);
    expect(new Set(order.slice(0, 3).map(groupOf)).size).toBe(3);
    expect(new Set(order).size).toBe(6);
  });

  it('is none of a group that is labelled, and none that is not open', () => {
    const [first] = tellingOrder(groups(), [4, 14], null, 1, all);
    expect(groupOf(first)).toBe(2);
    expect([...tellingOrder(groups(), [], null, 30, (i) => i >= 28)].sort()).toEqual([28, 29]);
  });

  it('once much is labelled, is where it is unsure: where labels disagree', () => {
    const said = Array.from({ length: 18 }, (_, i) => groupOf(i * 1.6) * 10 + (i % 6));
    const open = (i: number): boolean => !said.includes(i);
    for (const unsure of [0, 1, 2]) {
      const shares = Float32Array.from({ length: 90 }, (_, at) => {
        const group = groupOf(Math.floor(at / 3));
        return group === unsure ? 1 / 3 : at % 3 === group ? 0.9 : 0.05;
      });
      expect(groupOf(tellingOrder(groups(), said, shares, 1, open)[0])).toBe(unsure);
    }
  });
});

describe('labels held out', () => {
  const said = { samples: [0, 1, 2, 3, 4, 5, 6, 7, 8], classes: [0, 0, 0, 0, 1, 1, 1, 1, 2] };

  it('are each left out of one take, but for those whose class has no other', () => {
    const { takes } = heldOut(said);
    for (const sample of [0, 1, 2, 3, 4, 5, 6, 7])
      expect(takes.filter(({ samples }) => !Array.from(samples).includes(sample))).toHaveLength(1);
    expect(takes.every(({ samples }) => Array.from(samples).includes(8))).toBe(true);
  });

  it('tell how right the others were, and how sure to be', () => {
    const { takes, judge } = heldOut(said);
    const answer = (sample: number): number[] =>
      sample === 3 ? [0.3, 0.6, 0.1] : sample < 4 ? [0.6, 0.3, 0.1] : [0.2, 0.7, 0.1];
    const answers = takes.map(() => Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap(answer)));
    const { right, own, sharpness } = judge(answers, 3);
    expect(right).toEqual({ of: 8, right: 7 });
    expect(sharpness).toBeGreaterThan(1);
    expect(own[8]).toBeNaN();
    expect(Math.min(...own.slice(0, 8))).toBe(own[3]);
  });

  it('sharpen without losing a row', () => {
    expect([...sharpened(Float32Array.from([0.5, 0.5, 1e-30, 1e-31]), 2, 8)].map((value) => +value.toFixed(4))).toEqual(
      [0.5, 0.5, 1, 0],
    );
  });
});
