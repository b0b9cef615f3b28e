import type { ClassificationReport, Interval } from '../shared/evaluation.ts';
import { packSamples } from '../shared/filter.ts';
import { bootstrapIntervals, resamplesOf } from './bootstrap.ts';
import { fitTemperature, topLabelReliability, withTemperature } from './calibration.ts';
import {
  classesShown,
  curvesOf,
  drawnRanks,
  meanRanks,
  mostRanked,
  rankOf,
  type Rank,
  type ScoredClass,
} from './class-ranks.ts';
import { argmaxRows, classificationScores, confusionCounts, logLoss } from './classification.ts';
import { columnOf } from './multi-label.ts';
import { brierScore, topKAccuracy } from './probability-scores.ts';

/** A classifier's answers to samples that all have a label. */
export interface ClassAnswers {
  /** By their numbers in the version. */
  samples: ArrayLike<number>;
  /** A class's index each; multi-label: 0 or 1, samples × classes. */
  actual: ArrayLike<number>;
  /** Row-major, samples × classes. */
  probabilities: ArrayLike<number>;
}

export interface Reported<T> {
  /** Beside those of `classificationMetrics`, by their names without a split. */
  metrics: Record<string, number>;
  intervals: Record<string, Interval>;
  resamples: number;
  detail: T;
}

/** All that there is to say of a classifier. `validation`: what thresholds and the temperature are chosen on. */
export async function reportClassification(
  classes: readonly string[],
  here: ClassAnswers,
  validation: ClassAnswers | null,
  pause?: () => Promise<void>,
): Promise<Reported<ClassificationReport>> {
  const width = classes.length;
  const { actual, probabilities } = here;
  const predicted = argmaxRows(probabilities, width);
  const scores = classificationScores(confusionCounts(actual, predicted, width));
  const ranks = classes.map((_, c) => rankOf(scoredOf(here, c, width)));
  await pause?.();

  const calibration = topLabelReliability(probabilities, actual, width);
  const temperature = validation && fitTemperature(validation.probabilities, validation.actual, width);
  const warm = temperature === null ? null : withTemperature(probabilities, width, temperature);
  // One class of two is what the other is not: the second one stands for both, as everywhere.
  const areas = width === 2 ? ranks.slice(1) : ranks.slice(0, mostRanked);
  const { macro, micro, weighted } = scores;
  const metrics = {
    kappa: scores.kappa,
    mcc: scores.mcc,
    ...(width > 5 ? { top5: topKAccuracy(probabilities, actual, width, 5) } : {}),
    ...meanRanks(areas),
    brier: brierScore(probabilities, actual, width),
    ece: calibration.ece,
  };
  const resamples = resamplesOf(actual.length * Math.max(1, Math.min(width, 10)));
  const { intervals, perClass } = await intervalsOf(here, predicted, areas, width, resamples, pause);
  return {
    metrics,
    intervals,
    resamples,
    detail: {
      kind: 'classification',
      perClass: classes.map((name, c) => ({
        name,
        ...scores.perClass[c],
        auc: ranks[c].auc,
        averagePrecision: ranks[c].ap,
        recallInterval: perClass[c],
      })),
      averages: { macro, micro, weighted },
      cells: cellsOf(here, predicted, width),
      curves: classesShown(scores.perClass.map(({ support }) => support)).map((c) => ({
        name: classes[c],
        ...curvesOf(ranks[c], validation && scoredOf(validation, c, width)),
      })),
      calibration,
      scaled: warm && {
        ...topLabelReliability(warm, actual, width),
        temperature: temperature!,
        logLoss: logLoss(warm, actual, width),
      },
    },
  };
}

const scoredOf = ({ actual, probabilities }: ClassAnswers, c: number, width: number): ScoredClass => ({
  scores: columnOf(probabilities, c, width),
  positive: Uint8Array.from(actual, (value) => Number(value === c)),
});

async function intervalsOf(
  { actual, probabilities }: ClassAnswers,
  predicted: Int32Array,
  areas: readonly Rank[],
  width: number,
  resamples: number,
  pause?: () => Promise<void>,
): Promise<{ intervals: Record<string, Interval>; perClass: Interval[] }> {
  const losses = Float64Array.from(predicted, (_, i) =>
    logLoss(
      Array.from({ length: width }, (_, c) => probabilities[i * width + c]),
      [actual[i]],
      width,
    ),
  );
  const counts = Array.from({ length: width }, () => new Float64Array(width));
  const found = await bootstrapIntervals<string>(
    actual.length,
    (drawn) => {
      for (const row of counts) row.fill(0);
      let loss = 0;
      for (let i = 0; i < drawn.length; i++) {
        counts[actual[i]][predicted[i]] += drawn[i];
        loss += losses[i] * drawn[i];
      }
      const scores = classificationScores(counts.map((row) => [...row]));
      const recalls = scores.perClass.map(({ recall, support }, c) => [`recall ${c}`, support > 0 ? recall : NaN]);
      return {
        accuracy: scores.accuracy,
        balanced_accuracy: scores.balancedAccuracy,
        ...scores.macro,
        kappa: scores.kappa,
        mcc: scores.mcc,
        log_loss: loss / drawn.length,
        ...drawnRanks(areas, drawn),
        ...(Object.fromEntries(recalls) as Record<string, number>),
      };
    },
    { resamples, pause },
  );
  const perClass = Array.from({ length: width }, (_, c) => found[`recall ${c}`] ?? { low: NaN, high: NaN });
  return {
    intervals: Object.fromEntries(Object.entries(found).filter(([key]) => !key.startsWith('recall '))),
    perClass,
  };
}

function cellsOf(
  { samples, actual }: ClassAnswers,
  predicted: Int32Array,
  width: number,
): ClassificationReport['cells'] {
  const cells = new Map<number, number[]>();
  predicted.forEach((guess, i) => {
    const key = actual[i] * width + guess;
    const known = cells.get(key);
    if (known) known.push(samples[i]);
    else cells.set(key, [samples[i]]);
  });
  return [...cells]
    .sort(([a], [b]) => a - b)
    .map(([key, found]) => ({ actual: Math.floor(key / width), predicted: key % width, samples: packSamples(found) }));
}
