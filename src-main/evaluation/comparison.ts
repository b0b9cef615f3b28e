import { listedSamples, type ComparedSample, type RunComparison } from '../shared/evaluation.ts';
import { setWords } from '../shared/class-sets.ts';
import { packSamples } from '../shared/filter.ts';
import { shortestFloat32 } from '../shared/float32.ts';
import { decisionAt } from '../shared/threshold.ts';
import { resamplesOf } from './bootstrap.ts';
import { argmaxRows, classificationScores, logLoss } from './classification.ts';
import { multiLabelCounts, multiLabelScores } from './multi-label.ts';
import { mcnemar, pairedBootstrap } from './significance.ts';

/** Two models' answers to the same samples, in the same order. */
export type Compared = Omit<RunComparison, 'version' | 'learnt'>;
type Cell = keyof RunComparison['cells'];

export function compareClassifiers(
  classes: readonly string[],
  samples: ArrayLike<number>,
  actual: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  pause?: () => Promise<void>,
): Promise<Compared> {
  const width = classes.length;
  const sideOf = (probabilities: ArrayLike<number>) => {
    const predicted = argmaxRows(probabilities, width);
    const row = (i: number) => Array.from({ length: width }, (_, c) => probabilities[i * width + c]);
    return {
      predicted,
      right: Uint8Array.from(predicted, (guess, i) => Number(guess === actual[i])),
      losses: Float64Array.from(predicted, (_, i) => logLoss(row(i), [actual[i]], width)),
      own: Float64Array.from(predicted, (_, i) => probabilities[i * width + actual[i]]),
      said: (i: number) => classes[predicted[i]],
    };
  };
  const [a, b] = [sideOf(first), sideOf(second)];
  const f1 = (predicted: Int32Array, drawn: Uint16Array): number => {
    const counts = Array.from({ length: width }, () => new Array<number>(width).fill(0));
    for (let i = 0; i < drawn.length; i++) counts[actual[i]][predicted[i]] += drawn[i];
    return classificationScores(counts).macro.f1;
  };
  return compareDecisions(samples, (i) => classes[actual[i]], [a, b], resamplesOf(2 * samples.length), pause, {
    accuracy: (drawn) => [meanOver(a.right, drawn), meanOver(b.right, drawn)],
    f1: (drawn) => [f1(a.predicted, drawn), f1(b.predicted, drawn)],
    log_loss: (drawn) => [meanOver(a.losses, drawn), meanOver(b.losses, drawn)],
  });
}

/**
 * Of any number of classes a sample: `actual` (0 or 1) and both probabilities are samples × classes, row-major. Right is a sample all of whose decisions
 * are; its score is the mean over classes of the probability that each gave to what is so.
 */
export function compareMultiLabel(
  classes: readonly string[],
  samples: ArrayLike<number>,
  actual: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  pause?: () => Promise<void>,
): Promise<Compared> {
  const width = classes.length;
  const setAt = (values: ArrayLike<number>, i: number): string =>
    setWords(classes.filter((_, c) => values[i * width + c] >= decisionAt));
  const sideOf = (probabilities: ArrayLike<number>) => {
    const [right, hits, own] = [
      new Uint8Array(samples.length),
      new Float64Array(samples.length),
      new Float64Array(samples.length),
    ];
    for (let i = 0; i < samples.length; i++) {
      for (let at = i * width; at < (i + 1) * width; at++) {
        const is = actual[at] > 0;
        if (probabilities[at] >= decisionAt === is) hits[i] += 1 / width;
        own[i] += (is ? probabilities[at] : 1 - probabilities[at]) / width;
      }
      right[i] = Number(setAt(probabilities, i) === setAt(actual, i));
    }
    return { right, hits, own, said: (i: number) => setAt(probabilities, i) };
  };
  const [a, b] = [sideOf(first), sideOf(second)];
  const f1 = (probabilities: ArrayLike<number>, drawn: Uint16Array): number =>
    multiLabelScores(multiLabelCounts(probabilities, actual, width, drawn)).macro.f1;
  return compareDecisions(samples, (i) => setAt(actual, i), [a, b], resamplesOf(2 * samples.length * width), pause, {
    accuracy: (drawn) => [meanOver(a.hits, drawn), meanOver(b.hits, drawn)],
    subset_accuracy: (drawn) => [meanOver(a.right, drawn), meanOver(b.right, drawn)],
    f1: (drawn) => [f1(first, drawn), f1(second, drawn)],
  });
}

/** What a model decided of each sample: whether that is right, the probability it gave to what is so, and the decision in words. */
interface Decided {
  right: Uint8Array;
  own: Float64Array;
  said(i: number): string;
}
type Differing = Record<string, (drawn: Uint16Array) => [number, number]>;

async function compareDecisions(
  samples: ArrayLike<number>,
  actual: (i: number) => string,
  [a, b]: readonly [Decided, Decided],
  resamples: number,
  pause: (() => Promise<void>) | undefined,
  metrics: Differing,
): Promise<Compared> {
  const cellOf = (i: number): Cell =>
    a.right[i] ? (b.right[i] ? 'both' : 'onlyFirst') : b.right[i] ? 'onlySecond' : 'neither';
  const { cells, lists } = divide(samples, cellOf, (i) => ({
    sample: samples[i],
    actual: actual(i),
    first: a.said(i),
    second: b.said(i),
    firstScore: a.own[i],
    secondScore: b.own[i],
  }));
  const differences = await differencesOf(samples.length, resamples, pause, metrics);
  const { exact, statistic, approximate } = mcnemar(cells.onlyFirst.count, cells.onlySecond.count);
  return {
    samples: samples.length,
    cells,
    mcnemar: { exact, statistic, approximate },
    differences,
    resamples,
    listed: lists,
  };
}

export async function compareRegressions(
  samples: ArrayLike<number>,
  actual: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  pause?: () => Promise<void>,
): Promise<Compared> {
  const errors = [first, second].map((values) => Float64Array.from(actual, (value, i) => Math.abs(values[i] - value)));
  const [a, b] = errors;
  const squares = errors.map((side) => side.map((error) => error ** 2));
  const cellOf = (i: number): Cell => (a[i] === b[i] ? 'both' : a[i] < b[i] ? 'onlyFirst' : 'onlySecond');
  const listed = (i: number): ComparedSample => ({
    sample: samples[i],
    actual: shortestFloat32(actual[i]),
    first: shortestFloat32(first[i]),
    second: shortestFloat32(second[i]),
    firstScore: a[i],
    secondScore: b[i],
  });
  const { cells, lists } = divide(samples, cellOf, listed);
  const resamples = resamplesOf(2 * samples.length);
  const differences = await differencesOf(samples.length, resamples, pause, {
    rmse: (drawn) => [Math.sqrt(meanOver(squares[0], drawn)), Math.sqrt(meanOver(squares[1], drawn))],
    mae: (drawn) => [meanOver(a, drawn), meanOver(b, drawn)],
  });
  return { samples: samples.length, cells, mcnemar: null, differences, resamples, listed: lists };
}

function meanOver(values: ArrayLike<number>, drawn: Uint16Array): number {
  let sum = 0;
  for (let i = 0; i < drawn.length; i++) sum += values[i] * drawn[i];
  return sum / drawn.length;
}

function divide(
  samples: ArrayLike<number>,
  cellOf: (i: number) => Cell,
  describe: (i: number) => ComparedSample,
): { cells: RunComparison['cells']; lists: RunComparison['listed'] } {
  const places: Record<Cell, number[]> = { both: [], onlyFirst: [], onlySecond: [], neither: [] };
  for (let i = 0; i < samples.length; i++) places[cellOf(i)].push(i);
  const cells = {} as RunComparison['cells'];
  const lists = {} as RunComparison['listed'];
  for (const [cell, found] of Object.entries(places) as [Cell, number[]][]) {
    cells[cell] = { count: found.length, samples: packSamples(found.map((i) => samples[i])) };
    const gap = ({ firstScore, secondScore }: ComparedSample): number => Math.abs(firstScore - secondScore);
    lists[cell] = found
      .map(describe)
      .sort((x, y) => gap(y) - gap(x) || x.sample - y.sample)
      .slice(0, listedSamples);
  }
  return { cells, lists };
}

async function differencesOf(
  samples: number,
  resamples: number,
  pause: (() => Promise<void>) | undefined,
  metrics: Differing,
): Promise<RunComparison['differences']> {
  const once = new Uint16Array(samples).fill(1);
  const found: RunComparison['differences'] = {};
  for (const [key, both] of Object.entries(metrics)) {
    const [first, second] = both(once);
    const paired = await pairedBootstrap(
      samples,
      (drawn) => {
        const [x, y] = both(drawn);
        return x - y;
      },
      { resamples, pause },
    );
    found[key] = { first, second, ...paired };
  }
  return found;
}
