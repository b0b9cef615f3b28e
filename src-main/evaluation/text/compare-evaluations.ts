import { AtelierError } from '../../shared/errors.ts';
import { isPassed, sameCheck } from '../../shared/prompt/checks.ts';
import type { ComparedTest, EvaluationComparison } from '../../shared/prompt/grid.ts';
import { mcnemar, pairedBootstrap } from '../significance.ts';

/**
 * Whether two versions differ by more than luck, over the same rows and by the checks that both have: McNemar's exact test where answers are right
 * or wrong, else the paired bootstrap of the mean over rows. A row without an answer counts as wrong. Errors: other_rows, no_common_check.
 */
export async function compareEvaluations(first: ComparedTest, second: ComparedTest): Promise<EvaluationComparison> {
  if (first.sha256 !== second.sha256) {
    throw new AtelierError(
      'other_rows',
      'These two were tested on other rows: only answers to the same rows can be compared. Test both on the same ones.',
    );
  }
  const checks: EvaluationComparison['checks'] = [];
  for (const [at, check] of first.test.checks.entries()) {
    const other = second.test.checks.findIndex((one) => sameCheck(one, check));
    if (other < 0) continue;
    const [a, b] = [first.scores[at], second.scores[other]];
    const [x, y] = [a.each.map((one) => one ?? 0), b.each.map((one) => one ?? 0)];
    const common = { kind: check.kind, first: a.score, second: b.score, rows: x.length };
    if (isPassed(a) && isPassed(b)) {
      const onlyFirst = x.filter((one, i) => one > y[i]).length;
      const onlySecond = x.filter((one, i) => one < y[i]).length;
      checks.push({ ...common, onlyFirst, onlySecond, interval: null, p: mcnemar(onlyFirst, onlySecond).exact });
      continue;
    }
    const difference = (drawn: Uint16Array): number =>
      drawn.reduce((sum, n, i) => sum + n * (y[i] - x[i]), 0) / x.length;
    const { low, high, p } = await pairedBootstrap(x.length, difference);
    checks.push({ ...common, onlyFirst: null, onlySecond: null, interval: [low, high], p });
  }
  if (checks.length > 0) return { checks };
  throw new AtelierError(
    'no_common_check',
    'These two were not held to one and the same check: there is nothing to compare. Test both by the same checks.',
  );
}
