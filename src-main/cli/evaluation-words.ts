import type { SplitName } from '../shared/dataset.ts';
import type {
  Decisions,
  EvaluationReport,
  Interval,
  RunComparison,
  TestLooks,
  ThresholdGoal,
} from '../shared/evaluation.ts';
import type { Condition } from '../shared/filter.ts';
import { f1Of, precisionOf, recallOf } from '../shared/threshold.ts';
import { count, metric, table, when } from './format.ts';

/** A report and a comparison as people read them in a terminal. */

const slicesShown = 10;
const classesShown = 30;

export function metricLines(metrics: Record<string, number>, intervals: Record<string, Interval> = {}): string {
  const rows = Object.entries(metrics).map(([key, value]) => {
    const found = intervals[key];
    return [key, metric(key, value), found ? between(key, found) : ''];
  });
  const head = Object.keys(intervals).length > 0 ? ['METRIC', 'VALUE', '95 %'] : ['METRIC', 'VALUE'];
  return table([head, ...rows.map((row) => row.slice(0, head.length))]);
}

const between = (key: string, { low, high }: Interval): string => `${metric(key, low)} … ${metric(key, high)}`;

export function reportLines({ detail, ranking, slices, sliceLeast, resamples }: EvaluationReport): string[] {
  const lines = [`\nThe intervals are of ${count(resamples)} bootstrap resamples (percentile).`];
  if (ranking) {
    const { column, queries, leftOut, above } = ranking;
    lines.push(
      `\nRanking (map, ndcg, hit rate, mrr): of each "${column}" what is above ${metric('above', above)} should come first; ${count(queries)} count, ${count(leftOut)} with only such or none do not.`,
    );
  }
  if (detail.kind !== 'regression') {
    const share = (value: number): string => metric('precision', value);
    const { macro, micro, weighted } = detail.averages;
    lines.push(
      `\n${table([
        ['CLASS', 'PRECISION', 'RECALL', 'F1', 'AUC', 'AVERAGE PRECISION', 'SAMPLES'],
        ...detail.perClass
          .slice(0, classesShown)
          .map((each) => [
            each.name,
            ...[each.precision, each.recall, each.f1, each.auc, each.averagePrecision].map(share),
            String(each.support),
          ]),
        ...Object.entries({ macro, micro, weighted }).map(([name, each]) => [
          `(${name})`,
          ...[each.precision, each.recall, each.f1].map(share),
        ]),
      ])}`,
    );
  }
  if (detail.kind === 'classification') {
    const { scaled, calibration } = detail;
    const after = scaled
      ? `; with temperature ${metric('temperature', scaled.temperature)}, fitted on validation, ${metric('ece', scaled.ece)}`
      : '';
    lines.push(`\nCalibration error (ECE) ${metric('ece', calibration.ece)}${after}`);
  }
  if (slices.length > 0) {
    const what = { classification: 'ACCURACY', 'multi-label': 'ALL RIGHT', regression: 'MEAN ERROR' }[detail.kind];
    lines.push(
      `\nWorst slices of at least ${sliceLeast} samples (p by Holm's correction for ${count(slices.length)})`,
      table([
        ['SLICE', 'SAMPLES', what, '95 %', 'REST', 'P'],
        ...slices
          .slice(0, slicesShown)
          .map((each) => [
            conditionText(each.condition),
            String(each.samples),
            metric('slice', each.value),
            between('slice', each.interval),
            metric('slice', each.rest),
            pText(each.corrected),
          ]),
      ]),
    );
  }
  return lines;
}

/** `split`: the one that is looked at now, where one is. */
export function looksLine({ count: looks, last }: TestLooks, split?: SplitName | 'all'): string {
  const times = looks === 1 ? 'once' : `${looks} times`;
  const now = split === 'test' || split === 'all' ? ', this one included' : last === null ? '' : `, last ${when(last)}`;
  const sofar = looks === 0 ? 'has not been looked at yet' : `has been looked at ${times}${now}`;
  return `\nThe test split of this run ${sofar}. Each look makes it less of a test.`;
}

export function comparisonLines(comparison: RunComparison, first: string, second: string): string[] {
  const { cells, mcnemar, differences, samples, learnt, listed, resamples } = comparison;
  const words = mcnemar
    ? { both: 'both right', onlyFirst: `only ${first}`, onlySecond: `only ${second}`, neither: 'both wrong' }
    : { both: 'equally near', onlyFirst: `${first} nearer`, onlySecond: `${second} nearer`, neither: '' };
  const keys = (Object.keys(words) as (keyof typeof words)[]).filter((key) => words[key] !== '');
  const lines = [
    `\nAgainst ${second}, on the same ${count(samples)} samples`,
    table([['', 'SAMPLES'], ...keys.map((key) => [words[key], String(cells[key].count)])]),
    `\n${table([
      ['METRIC', first, second, 'DIFFERENCE', '95 %', 'P'],
      ...Object.entries(differences).map(([key, each]) => [
        key,
        metric(key, each.first),
        metric(key, each.second),
        metric(key, each.difference),
        between(key, each),
        pText(each.p),
      ]),
    ])}`,
    `Paired bootstrap, ${count(resamples)} resamples.`,
  ];
  if (mcnemar) {
    lines.push(
      `McNemar's test: p ${pText(mcnemar.exact)} (exact), ${pText(mcnemar.approximate)} (chi-square with correction, ${metric('chi', mcnemar.statistic)})`,
    );
  }
  if (learnt === null) lines.push(`${second} was trained on other data: it may know some of these samples.`);
  else if (learnt > 0) {
    lines.push(`${second} has learnt from ${count(learnt)} of these samples: the comparison flatters it.`);
  }
  for (const key of ['onlyFirst', 'onlySecond'] as const) {
    if (listed[key].length === 0) continue;
    const rows = listed[key]
      .slice(0, 10)
      .map((each) => [each.sample, each.actual, each.first, each.second].map((cell) => cellText(cell)));
    lines.push(`\n${table([[`${words[key].toUpperCase()}: SAMPLE`, 'ACTUAL', first, second], ...rows])}`);
  }
  return lines;
}

const cellText = (cell: string | number): string =>
  typeof cell === 'string' ? cell : Number.isInteger(cell) ? String(cell) : metric('value', cell);

const pText = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));

/** What a slice is, briefly. */
function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'values':
      return `${condition.column} = ${condition.values.join(', ')}`;
    case 'range':
      return condition.from === condition.to
        ? `${condition.column} = ${condition.from}`
        : `${condition.column} ${condition.from} … ${condition.to}`;
    case 'length':
      return `${condition.column}: ${condition.from} … ${condition.to} words`;
    case 'missing':
      return `${condition.column} missing`;
    case 'class':
      return `class ${condition.classes.join(', ')}`;
    case 'mark':
      return `marked ${condition.class ?? condition.flag}`;
    default:
      return JSON.stringify(condition);
  }
}

export function thresholdLines(
  name: string,
  goal: ThresholdGoal,
  chosen: { validation: Decisions; here: Decisions } | null,
  split: string,
): string[] {
  if (!chosen) return [`\nNo threshold for "${name}" meets that on the validation split.`];
  const row = (what: string, each: Decisions): string[] => [
    what,
    ...[precisionOf(each), recallOf(each), f1Of(each)].map((value) => metric('precision', value)),
    ...[each.tp, each.fp, each.fn, each.tn].map(String),
    ...(goal.kind === 'cost' ? [metric('cost', each.fp * goal.falsePositive + each.fn * goal.falseNegative)] : []),
  ];
  const cost = goal.kind === 'cost' ? ['COST'] : [];
  return [
    `\nThreshold for "${name}", chosen on validation: ${metric('threshold', chosen.validation.threshold)}`,
    table([
      ['SPLIT', 'PRECISION', 'RECALL', 'F1', 'TP', 'FP', 'FN', 'TN', ...cost],
      row('validation', chosen.validation),
      ...(split === 'validation' ? [] : [row(split, chosen.here)]),
    ]),
  ];
}
