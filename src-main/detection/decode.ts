import type { Found, Output } from './found.ts';
import type { Size } from './fit.ts';
import type { Layout } from './layout.ts';

export type Boxes = Exclude<Layout, { kind: 'semantic' | 'class-map' }>;

export interface Reading {
  input: Size;
  /** Less sure ones are left out. */
  score: number;
  /** The number that the model gives the first class. */
  first: number;
}

/** Boxes whose numbers are none of them greater are shares of the input's sides: as pixels they would all be of one. */
const mostShare = 2;

/** What came out of a run, in pixels of what went in. Rows with numbers that are none are left out. */
export function readFound(layout: Boxes, outputs: ReadonlyMap<string, Output>, reading: Reading): Found[] {
  const found = [...eachFound(layout, (name) => outputs.get(name)!, reading)].filter(
    ({ box, score }) => Number.isFinite(score) && box.every(Number.isFinite),
  );
  const inShares = layout.kind === 'detr' || layout.kind === 'detr-sigmoid';
  if (!inShares && (layout.kind === 'grids' || found.some(({ box }) => box.some((edge) => Math.abs(edge) > mostShare))))
    return found;
  const { width, height } = reading.input;
  return found.map((one) => {
    const [left, top, right, bottom] = one.box;
    return { ...one, box: [left * width, top * height, right * width, bottom * height] };
  });
}

function eachFound(layout: Boxes, output: (name: string) => Output, reading: Reading): Iterable<Found> {
  switch (layout.kind) {
    case 'yolo':
    case 'objectness':
    case 'grids':
      return rowsOf(layout, output(layout.output), reading);
    case 'end-to-end':
      return endToEnd(layout, output(layout.output), reading);
    case 'detections':
      return detections(layout, output, reading);
    default:
      return boxesAndScores(layout, output, reading);
  }
}

/** Middle, width and height, then (objectness, and) the score of each class, and coefficients of masks. */
function* rowsOf(
  { kind, rows, length, rowsFirst, classes, strides }: Extract<Boxes, { strides: readonly number[] }>,
  { data }: Output,
  { input, score: least }: Reading,
): Generator<Found> {
  const at = (row: number, k: number): number => data[rowsFirst ? row * length + k : k * rows + row];
  const cells = kind === 'grids' ? cellsOf(strides, input) : null;
  const from = kind === 'yolo' ? 4 : 5;
  for (let row = 0; row < rows; row++) {
    const objectness = kind === 'yolo' ? 1 : at(row, 4);
    if (objectness < least) continue;
    let best = 0;
    for (let c = 1; c < classes; c++) if (at(row, from + c) > at(row, from + best)) best = c;
    const score = objectness * at(row, from + best);
    if (!(score >= least)) continue;
    let [x, y, width, height] = [at(row, 0), at(row, 1), at(row, 2), at(row, 3)];
    if (cells) {
      const stride = cells[3 * row + 2];
      [x, y] = [(x + cells[3 * row]) * stride, (y + cells[3 * row + 1]) * stride];
      [width, height] = [Math.exp(width) * stride, Math.exp(height) * stride];
    }
    yield { box: aroundMiddle(x, y, width, height), class: best, score, row };
  }
}

/** Column, row and stride of each cell, grid after grid. */
function cellsOf(strides: readonly number[], { width, height }: Size): Float32Array {
  const cells: number[] = [];
  for (const stride of strides) {
    const [across, down] = [Math.ceil(width / stride), Math.ceil(height / stride)];
    for (let i = 0; i < across * down; i++) cells.push(i % across, Math.floor(i / across), stride);
  }
  return Float32Array.from(cells);
}

function* endToEnd(
  { rows, length }: Extract<Boxes, { kind: 'end-to-end' }>,
  { data }: Output,
  { score: least }: Reading,
): Generator<Found> {
  for (let row = 0; row < rows; row++) {
    const [left, top, right, bottom, score, its] = Array.from({ length: 6 }, (_, k) => data[row * length + k]);
    if (score >= least) yield { box: [left, top, right, bottom], class: Math.round(its), score, row };
  }
}

function* boxesAndScores(
  layout: Extract<Boxes, { kind: 'detr' | 'detr-sigmoid' | 'boxes-scores' }>,
  output: (name: string) => Output,
  { score: least }: Reading,
): Generator<Found> {
  const { kind, classes } = layout;
  const [boxes, scores] = [output(layout.boxes).data, output(layout.scores).data];
  const length = kind === 'detr' ? classes + 1 : classes;
  const rows = boxes.length / 4;
  for (let row = 0; row < rows; row++) {
    const its = Array.from({ length }, (_, c) => scores[row * length + c]);
    let best = 0;
    for (let c = 1; c < classes; c++) if (its[c] > its[best]) best = c;
    const score = kind === 'detr' ? softmaxOf(its, best) : kind === 'detr-sigmoid' ? sigmoid(its[best]) : its[best];
    if (!(score >= least)) continue;
    const [a, b, c, d] = Array.from({ length: 4 }, (_, k) => boxes[4 * row + k]);
    yield { box: kind === 'boxes-scores' ? [a, b, c, d] : aroundMiddle(a, b, c, d), class: best, score, row };
  }
}

function* detections(
  layout: Extract<Boxes, { kind: 'detections' }>,
  output: (name: string) => Output,
  { score: least, first }: Reading,
): Generator<Found> {
  const [boxes, scores, labels] = [layout.boxes, layout.scores, layout.labels].map((name) => output(name).data);
  for (let row = 0; row < scores.length; row++) {
    if (!(scores[row] >= least)) continue;
    const [a, b, c, d] = Array.from({ length: 4 }, (_, k) => boxes[4 * row + k]);
    const box = layout.upright ? ([b, a, d, c] as const) : ([a, b, c, d] as const);
    // Whole numbers of 64 bits come as such.
    yield { box, class: Math.round(Number(labels[row])) - first, score: scores[row], row };
  }
}

const aroundMiddle = (x: number, y: number, width: number, height: number): Found['box'] => [
  x - width / 2,
  y - height / 2,
  x + width / 2,
  y + height / 2,
];

export const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

function softmaxOf(values: readonly number[], one: number): number {
  const top = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
  return Math.exp(values[one] - top) / sum;
}
