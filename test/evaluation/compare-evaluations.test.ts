import { expect, it } from 'vitest';
import { compareEvaluations } from '../../src-main/evaluation/text/compare-evaluations.ts';
import type { CheckScore, PromptCheck } from '../../src-main/shared/prompt/checks.ts';

const contains: PromptCheck = { kind: 'contains', wanted: { column: 'a' } };
const chrf: PromptCheck = { kind: 'chrf', wanted: { column: 'a' } };
const mean = (each: (number | null)[]) => each.reduce<number>((sum, one) => sum + (one ?? 0), 0) / each.length;
const side = (scores: [PromptCheck, (number | null)[]][], sha256 = 'x') => ({
  sha256,
  test: { checks: scores.map(([check]) => check), gate: null },
  scores: scores.map(([{ kind }, each]): CheckScore => ({ kind, score: mean(each), each, problems: [] })),
});

it('two tests over the same rows: right and wrong by McNemar, measures by the bootstrap, what is missing is wrong', async () => {
  const before = [0, 0, 0, 0, 0, 0, 1, 1, null, 0];
  const after = [1, 1, 1, 1, 1, 1, 1, 1, 1, 0];
  const low = Array.from({ length: 10 }, (_, i) => 0.1 + i / 100);
  const { checks } = await compareEvaluations(
    side([
      [contains, before],
      [chrf, low],
    ]),
    side([
      [chrf, low.map((x) => x + 0.5)],
      [contains, after],
    ]),
  );
  // 2 · 0.5⁷, the exact two-sided p of 0 to 7.
  expect(checks[0]).toMatchObject({ kind: 'contains', onlyFirst: 0, onlySecond: 7 });
  expect(checks[0].p).toBeCloseTo(0.015625, 9);
  expect(checks[1].p).toBeLessThan(0.01);
  expect(checks[1].interval![0]).toBeCloseTo(0.5, 9);
  await expect(compareEvaluations(side([[contains, before]]), side([[contains, after]], 'y'))).rejects.toMatchObject({
    code: 'other_rows',
  });
  await expect(compareEvaluations(side([[contains, before]]), side([[chrf, after]]))).rejects.toMatchObject({
    code: 'no_common_check',
  });
});
