import { csvText } from '../csv-line.ts';
import type {
  ClassCurves,
  ClassificationReport,
  CurvePoints,
  RegressionReport,
  ReliabilityBins,
} from '../evaluation.ts';
import { shortestFloat32 } from '../float32.ts';
import { niceRange } from './axis.ts';
import type { Figure, FigureAxis, FigureLayer } from './figure.ts';

/** What a drawing of an evaluation says and how it looks: of the window in its language and theme, or as it is printed. */
export interface EvaluationLook {
  words: {
    roc: string;
    falsePositiveRate: string;
    truePositiveRate: string;
    precisionRecall: string;
    recall: string;
    precision: string;
    reliability: string;
    confidence: string;
    accuracy: string;
    residuals: string;
    residual: string;
    predicted: string;
    samples: string;
  };
  /** Of 0 … 1. */
  share: (value: number) => string;
  number: (value: number) => string;
  /** Of the nth curve. */
  colour: (n: number) => string;
  /** Of what is only held against the others. */
  faint: string;
  /** Of a chosen threshold. */
  mark: string;
}

/** What is drawn, and all of its values as CSV with named columns (RFC 4180). The ids of marks are places in what was given. */
export interface EvaluationChart {
  figure: Figure;
  csv: string;
}

/** How often a class is taken rightly against how often wrongly, at every threshold. `point`: where a chosen one lies. */
export function rocChart(
  curves: readonly Pick<ClassCurves, 'name' | 'roc'>[],
  { words, ...look }: EvaluationLook,
  point: { x: number; y: number } | null = null,
): EvaluationChart {
  const all = curves.map(({ name, roc }) => ({ name, ...roc }));
  return {
    figure: {
      title: words.roc,
      x: shareAxis(words.falsePositiveRate, look.share),
      y: shareAxis(words.truePositiveRate, look.share),
      layers: [guide([0, 1], [0, 1], look.faint), ...curveLayers(all, look, point)],
    },
    csv: curveCsv(['class', 'false_positive_rate', 'true_positive_rate'], all),
  };
}

/** `chance`: the precision of guessing, by curve; drawn of a single one. */
export function precisionRecallChart(
  curves: readonly Pick<ClassCurves, 'name' | 'precisionRecall'>[],
  chance: readonly number[],
  { words, ...look }: EvaluationLook,
  point: { x: number; y: number } | null = null,
): EvaluationChart {
  const all = curves.map(({ name, precisionRecall }) => ({ name, ...precisionRecall }));
  const guides = all.length === 1 ? [guide([0, 1], [chance[0], chance[0]], look.faint)] : [];
  return {
    figure: {
      title: words.precisionRecall,
      x: shareAxis(words.recall, look.share),
      y: shareAxis(words.precision, look.share),
      layers: [...guides, ...curveLayers(all, look, point)],
    },
    csv: curveCsv(['class', 'recall', 'precision'], all),
  };
}

/** A reliability diagram: how often the model is right where it is so sure. Ids are those of the bins. */
export function reliabilityChart({ bins }: ReliabilityBins, { words, ...look }: EvaluationLook): EvaluationChart {
  const width = 1 / bins.length;
  const filled = bins.flatMap((bin, i) => (bin.count > 0 ? [{ ...bin, i, from: i * width, to: (i + 1) * width }] : []));
  const most = Math.max(1, ...filled.map(({ count }) => count));
  const ids = filled.map(({ i }) => i);
  const accuracy = filled.map((bin) => bin.accuracy);
  return {
    figure: {
      title: words.reliability,
      x: shareAxis(words.confidence, look.share),
      y: shareAxis(words.accuracy, look.share),
      layers: [
        {
          kind: 'columns',
          colour: look.colour(0),
          ids,
          from: filled.map(({ from }) => from),
          to: filled.map(({ to }) => to),
          y: accuracy,
          opacities: filled.map(({ count }) => 0.35 + 0.65 * Math.sqrt(count / most)),
        },
        guide([0, 1], [0, 1], look.faint),
        { kind: 'points', shape: 'ring', colour: look.mark, ids, x: filled.map((bin) => bin.confidence), y: accuracy },
      ],
    },
    csv: csvText([
      ['confidence_from', 'confidence_to', 'samples', 'mean_confidence', 'accuracy'],
      ...bins.map(({ count, confidence, accuracy }, i) => [
        ...[i * width, (i + 1) * width, count],
        ...(count > 0 ? [confidence, accuracy] : [null, null]),
      ]),
    ]),
  };
}

/** Residuals along what is predicted. Ids are places in `points`. */
export function residualChart(
  { points }: Pick<RegressionReport, 'points'>,
  { words, ...look }: EvaluationLook,
): EvaluationChart {
  const predicted = points.map((each) => each.predicted);
  const residual = points.map((each) => shortestFloat32(each.predicted - each.actual));
  const x = spanAxis(words.predicted, predicted, look.number);
  return {
    figure: {
      title: words.residuals,
      x,
      y: spanAxis(words.residual, [0, ...residual], look.number),
      layers: [
        {
          kind: 'points',
          shape: 'disc',
          colour: look.colour(0),
          ids: points.map((_, i) => i),
          x: predicted,
          y: residual,
        },
        guide([x.low, x.high], [0, 0], look.faint),
      ],
    },
    csv: csvText([
      ['sample', 'actual', 'predicted', 'residual'],
      ...points.map((each, i) => [each.sample, each.actual, each.predicted, residual[i]]),
    ]),
  };
}

/** How values are spread; `title` and `by` name them. Ids are those of the bars. */
export function histogramChart(
  { from, width, counts }: RegressionReport['residuals'],
  title: string,
  by: string,
  { words, ...look }: EvaluationLook,
): EvaluationChart {
  const edges = counts.map((_, i) => from + i * width);
  // Where all are the same a bar has a width of its own.
  const wide = width || Math.abs(from) * 0.05 || 1;
  const most = Math.max(1, ...counts);
  return {
    figure: {
      title,
      x: { kind: 'number', name: by, low: from, high: from + wide * Math.max(1, counts.length), format: look.number },
      y: { kind: 'number', name: words.samples, low: 0, high: most, whole: true, format: look.number },
      layers: [
        {
          kind: 'columns',
          colour: look.colour(0),
          ids: counts.map((_, i) => i),
          from: edges,
          to: edges.map((edge) => edge + wide),
          y: counts,
        },
      ],
    },
    csv: csvText([['from', 'to', 'samples'], ...counts.map((count, i) => [edges[i], edges[i] + width, count])]),
  };
}

/** The scores of each class, a line each. */
export const classScoresCsv = ({ perClass }: Pick<ClassificationReport, 'perClass'>): string =>
  csvText([
    ['class', 'precision', 'recall', 'recall_low', 'recall_high', 'f1', 'roc_auc', 'average_precision', 'samples'],
    ...perClass.map(
      ({ name, precision, recall, recallInterval: { low, high }, f1, auc, averagePrecision, support }) => [
        name,
        ...[precision, recall, low, high, f1, auc, averagePrecision].map(known),
        support,
      ],
    ),
  ]);

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

const shareAxis = (name: string, format: (value: number) => string): FigureAxis => ({
  kind: 'number',
  name,
  low: 0,
  high: 1,
  format,
});

function spanAxis(name: string, values: readonly number[], format: (value: number) => string) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const { min, max } = low > high ? { min: 0, max: 1 } : niceRange(low, high, 5);
  return { kind: 'number' as const, name, low: min, high: max, format };
}

const guide = (x: number[], y: number[], colour: string): FigureLayer => ({
  kind: 'lines',
  colour,
  width: 1,
  dashed: true,
  lines: [{ x, y }],
});

/** A curve each, with its places to be pointed at; one of a class that is missing, or is all there is, has none. */
function curveLayers(
  all: readonly ({ name: string } & CurvePoints)[],
  { colour, mark }: Pick<EvaluationLook, 'colour' | 'mark'>,
  point: { x: number; y: number } | null,
): FigureLayer[] {
  let first = 0;
  const layers = all.flatMap(({ name, x, y }, n): FigureLayer[] => {
    const ids = x.map((_, i) => first + i);
    first += x.length;
    if (![...x, ...y].every(Number.isFinite)) return [];
    return [
      { kind: 'lines', ...(all.length > 1 && { name }), colour: colour(n), width: 1.75, lines: [{ x, y }] },
      { kind: 'points', shape: 'unseen', colour: colour(n), ids, x, y },
    ];
  });
  if (!point || !Number.isFinite(point.x) || !Number.isFinite(point.y)) return layers;
  return [...layers, { kind: 'points', shape: 'ring', colour: mark, ids: [-1], x: [point.x], y: [point.y] }];
}

const curveCsv = (head: string[], all: readonly ({ name: string } & CurvePoints)[]): string =>
  csvText([head, ...all.flatMap(({ name, x, y }) => x.map((at, i) => [name, known(at), known(y[i])]))]);
