import type { Interval, MultiLabelReport } from '../shared/evaluation.ts';
import { bootstrapIntervals, resamplesOf } from './bootstrap.ts';
import { classesShown, curvesOf, drawnRanks, meanRanks, mostRanked, rankOf, type ScoredClass } from './class-ranks.ts';
import type { ClassAnswers, Reported } from './classification-report.ts';
import { columnOf, multiLabelCounts, multiLabelScores } from './multi-label.ts';

/** All that there is to say of a model that decides for each class by itself. `actual` is samples × classes, as `probabilities` is. */
export async function reportMultiLabel(
  classes: readonly string[],
  here: ClassAnswers,
  validation: ClassAnswers | null,
  pause?: () => Promise<void>,
): Promise<Reported<MultiLabelReport>> {
  const width = classes.length;
  const { actual, probabilities } = here;
  const scores = multiLabelScores(multiLabelCounts(probabilities, actual, width));
  const ranks = classes.map((_, c) => rankOf(scoredOf(here, c, width)));
  await pause?.();
  const areas = ranks.slice(0, mostRanked);
  const samples = actual.length / width;
  const resamples = resamplesOf(samples * Math.max(1, Math.min(width, 10)));
  const found = await bootstrapIntervals<string>(
    samples,
    (drawn) => {
      const one = multiLabelScores(multiLabelCounts(probabilities, actual, width, drawn));
      return {
        accuracy: one.accuracy,
        subset_accuracy: one.subsetAccuracy,
        ...one.macro,
        micro_f1: one.micro.f1,
        ...drawnRanks(areas, drawn),
        ...Object.fromEntries(
          one.perClass.map(({ recall, support }, c) => [`recall ${c}`, support > 0 ? recall : NaN]),
        ),
      };
    },
    { resamples, pause },
  );
  const { macro, micro, weighted } = scores;
  const unknown: Interval = { low: NaN, high: NaN };
  return {
    metrics: {
      micro_precision: micro.precision,
      micro_recall: micro.recall,
      ...meanRanks(areas),
    },
    intervals: Object.fromEntries(Object.entries(found).filter(([key]) => !key.startsWith('recall '))),
    resamples,
    detail: {
      kind: 'multi-label',
      perClass: classes.map((name, c) => ({
        name,
        ...scores.perClass[c],
        auc: ranks[c].auc,
        averagePrecision: ranks[c].ap,
        recallInterval: found[`recall ${c}`] ?? unknown,
      })),
      averages: { macro, micro, weighted },
      curves: classesShown(scores.perClass.map(({ support }) => support)).map((c) => ({
        name: classes[c],
        ...curvesOf(ranks[c], validation && scoredOf(validation, c, width)),
      })),
    },
  };
}

const scoredOf = ({ actual, probabilities }: ClassAnswers, c: number, width: number): ScoredClass => ({
  scores: columnOf(probabilities, c, width),
  positive: Uint8Array.from(columnOf(actual, c, width)),
});
