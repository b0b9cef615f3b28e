import { describe, expect, it } from 'vitest';
import {
  classScoresCsv,
  histogramChart,
  precisionRecallChart,
  reliabilityChart,
  residualChart,
  rocChart,
  type EvaluationLook,
} from '../../src-main/shared/chart/evaluation-charts.ts';
import { shortestFloat32 } from '../../src-main/shared/float32.ts';
import { figureSvg } from '../../src-main/shared/chart/figure-svg.ts';
import { confusionCsv, confusionSvg } from '../../src-main/shared/chart/matrix-svg.ts';
import { parallelCsv, parallelSvg } from '../../src-main/shared/chart/parallel-svg.ts';

const names = [
  ...['roc', 'falsePositiveRate', 'truePositiveRate', 'precisionRecall', 'recall', 'precision', 'reliability'],
  ...['confidence', 'accuracy', 'residuals', 'residual', 'predicted', 'samples'],
];
const look: EvaluationLook = {
  words: Object.fromEntries(names.map((name) => [name, `the ${name}`])) as unknown as EvaluationLook['words'],
  share: String,
  number: String,
  colour: (n) => ['#0072b2', '#c77a00'][n],
  faint: '#5d6573',
  mark: '#d55e00',
};
const size = { width: 400, height: 300 };
const rects = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((found) =>
    found.slice(1, 5).map(Number),
  );
const lines = (csv: string) => csv.trimEnd().split('\r\n');

describe('charts of an evaluation', () => {
  const up = { name: 'up, "so"', roc: { x: [0, 0, 1], y: [0, 0.75, 1] }, precisionRecall: { x: [0, 1], y: [1, 0.5] } };
  const missing = { name: '=down', roc: { x: [0, 1], y: [NaN, NaN] }, precisionRecall: { x: [0, 1], y: [NaN, NaN] } };

  it('have every place of a curve in their values, and leave a class that is missing undrawn', () => {
    const { figure, csv } = rocChart([up, missing], look);
    expect(lines(csv)).toEqual([
      'class,false_positive_rate,true_positive_rate',
      '"up, ""so""",0,0',
      '"up, ""so""",0,0.75',
      '"up, ""so""",1,1',
      "'=down,0,",
      "'=down,1,",
    ]);
    expect(figure.layers.flatMap(({ name }) => (name === undefined ? [] : [name]))).toEqual(['up, "so"']);
    const svg = figureSvg({ ...figure, ...size });
    expect(svg).toContain('the falsePositiveRate');
    expect(svg).toContain('stroke-dasharray="3 3"');
    expect(svg).not.toContain('NaN');
    // What is only pointed at is no mark of a file.
    expect(svg.match(/<circle/g)).toBeNull();
  });

  it('mark the chosen threshold, and hold one curve against guessing', () => {
    const { figure } = precisionRecallChart([up], [0.4], look, { x: 0.5, y: 0.9 });
    expect(figure.layers[0]).toMatchObject({ dashed: true, lines: [{ x: [0, 1], y: [0.4, 0.4] }] });
    expect(figure.layers.at(-1)).toMatchObject({ kind: 'points', x: [0.5], y: [0.9] });
    expect(precisionRecallChart([up], [0.4], look, { x: NaN, y: NaN }).figure.layers).toHaveLength(3);
  });

  it('draw bins of confidence as columns as high as they are right; empty ones have no mean', () => {
    const bins = [
      { count: 0, confidence: NaN, accuracy: NaN },
      { count: 4, confidence: 0.75, accuracy: 0.5 },
    ];
    const { figure, csv } = reliabilityChart({ bins, ece: 0.25 }, look);
    expect(lines(csv).slice(1)).toEqual(['0,0.5,0,,', '0.5,1,4,0.75,0.5']);
    const columns = rects(figureSvg({ ...figure, ...size })).slice(1);
    expect(columns).toHaveLength(1);
    expect(columns[0][3]).toBeCloseTo(((300 - 48 - 44) * 0.5) / 1.05, 1);
  });

  it('put residuals where they were predicted, and count them', () => {
    const points = [
      { sample: 3, actual: 2, predicted: 1 },
      { sample: 9, actual: 1, predicted: 3 },
    ];
    const residuals = residualChart({ points }, look);
    expect(lines(residuals.csv)).toEqual(['sample,actual,predicted,residual', '3,2,1,-1', '9,1,3,2']);
    // A difference of two float32 has no more digits than one.
    const near = { sample: 1, actual: 18, predicted: 17.9 };
    expect(lines(residualChart({ points: [near] }, look).csv)[1]).toBe('1,18,17.9,-0.1');
    const singles = [18.00000006, Math.fround(23.4), Math.fround(1 / 3), Math.fround(1e-40), 16777216, NaN, -Infinity];
    expect(singles.map(shortestFloat32)).toEqual([18, 23.4, 0.33333334, 1e-40, 16777216, NaN, -Infinity]);
    expect(residualChart({ points: [] }, look).figure.x).toMatchObject({ low: 0, high: 1 });
    const { figure, csv } = histogramChart({ from: -1, width: 0.5, counts: [1, 0, 3] }, 'Residuals', 'by', look);
    expect(lines(csv)).toEqual(['from,to,samples', '-1,-0.5,1', '-0.5,0,0', '0,0.5,3']);
    const heights = rects(figureSvg({ ...figure, ...size })).map(([, , , height]) => height);
    expect(heights[1] * 3).toBeCloseTo(heights[3], 0);
    expect(heights[2]).toBe(0);
    // All the same: one bar that is seen.
    const same = histogramChart({ from: 2, width: 0, counts: [5] }, 'Residuals', 'by', look);
    expect(rects(figureSvg({ ...same.figure, ...size }))[1][2]).toBeGreaterThan(50);
  });

  it('tell scores of classes, empty where there are none', () => {
    const one = { name: 'a', support: 2, precision: 0.5, recall: 1, f1: 2 / 3, auc: NaN, averagePrecision: 0.25 };
    expect(lines(classScoresCsv({ perClass: [{ ...one, recallInterval: { low: 0.5, high: 1 } }] }))[1]).toBe(
      'a,0.5,1,0.5,1,0.6666666666666666,,0.25,2',
    );
  });
});

describe('a confusion matrix as SVG', () => {
  const counts = [
    [3, 1],
    [0, 0],
  ];
  const matrix = {
    ...{ title: 'Confusion', classes: ['cat', '<dog>'], counts, actual: 'Actual', predicted: 'Predicted' },
    format: (count: number, share: number) => `${count}/${share}`,
  };
  it('has a cell for what occurs, with its count and share of the row', () => {
    const svg = confusionSvg(matrix);
    expect(rects(svg)).toHaveLength(3);
    expect(svg).toContain('3/0.75');
    expect(svg).toContain('&#60;dog&#62;');
    expect(lines(confusionCsv(matrix))).toEqual([
      'actual,predicted,samples,share_of_actual',
      'cat,cat,3,0.75',
      'cat,<dog>,1,0.25',
      '<dog>,cat,0,0',
      '<dog>,<dog>,0,0',
    ]);
  });

  it('stays small with many classes', () => {
    const classes = Array.from({ length: 300 }, (_, i) => `class ${i}`);
    const diagonal = classes.map((_, i) => classes.map((__, j) => (i === j ? 5 : 0)));
    const svg = confusionSvg({ ...matrix, classes, counts: diagonal });
    expect(svg.length).toBeLessThan(100_000);
    expect(rects(svg)).toHaveLength(301);
  });
});

it('parallel coordinates as SVG keep what is brushed before the rest, and what has no value below', () => {
  const svg = parallelSvg({
    ...{ title: 'Parallel', width: 720, height: 420, none: 'no value' },
    axes: [
      { name: 'lr', labels: [{ at: 0, label: '0.1' }], positions: [0, 0.5, 1] },
      { name: 'loss', labels: [], positions: [1, NaN, 0] },
    ],
    colours: ['#111111', '#222222', '#333333'],
    within: [1, 1, 0],
  });
  const strokes = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" stroke="(#\w+)"/g)];
  expect(strokes.map(([, , , , , stroke]) => stroke)).toEqual(['#5d6573', '#111111', '#222222']);
  expect(Number(strokes[2][4])).toBeGreaterThan(420 - 40);
  expect(svg).toContain('no value');
  const axes = [{ id: 'lr', values: [0.1, undefined] }];
  expect(lines(parallelCsv('run', ['a', 'b'], axes))).toEqual(['run,lr', 'a,0.1', 'b,']);
});
