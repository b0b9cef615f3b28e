import type { EncodedSplit, TrainingData } from '../../datasets/training-data.ts';
import { classesNearby, classesOfLikeTexts, smallPictures, type Pool } from '../../evaluation/neighbours.ts';
import type { Multiply } from '../../evaluation/nearest.ts';
import { projected } from '../../evaluation/outliers.ts';
import { classesByWords } from '../../evaluation/word-counts.ts';
import { wordRows } from '../../evaluation/word-rows.ts';
import { splitNames } from '../../shared/dataset.ts';
import { Products } from './few-shot/products.ts';
import { picturePoints } from './picture-points.ts';
import { likenessRows, ridgeWitness } from './ridge-witness.ts';

/** Of what regressions get on their diagonals: rows of words have length 1, those of likenesses nearly. */
const [wordRidge, likenessRidge] = [1, 0.1];
/** Rows of tables are looked at as they are up to this width, wider ones in projection. */
const widest = 256;

/**
 * What the labels of all other samples, whatever split they are in, say of the classes of some, one way or more: each `samples` × classes, rows that
 * sum to 1. `step` is awaited between pieces of work, with the share of it that is done.
 */
export async function otherWitnesses(
  data: TrainingData,
  samples: Int32Array,
  threads: number,
  step: (share: number) => Promise<void>,
): Promise<Float32Array[]> {
  const products = new Products(threads);
  try {
    return await heard(data, samples, threads, products, step);
  } finally {
    await products.close();
  }
}

async function heard(
  data: TrainingData,
  samples: Int32Array,
  threads: number,
  products: Products,
  step: (share: number) => Promise<void>,
): Promise<Float32Array[]> {
  const parts = splitNames.map((name) => data.splits[name]).filter(({ count }) => count > 0);
  const labels = new Int32Array(parts.reduce((sum, { count }) => sum + count, 0));
  /** By the sample's number. */
  const place = new Int32Array(
    parts.reduce((most, { indices }) => indices.reduce((a, b) => Math.max(a, b), most), 0) + 1,
  );
  let count = 0;
  for (const { y, indices } of parts) {
    labels.set(y, count);
    for (const sample of indices) place[sample] = count++;
  }
  const pool: Pool = { labels, asked: samples.map((sample) => place[sample]), classes: data.classes.length };
  const { classes } = pool;
  await step(0);
  const { input } = data;
  let share = 0;
  const pause = (): Promise<void> => step(share);
  /** Steps of a part of the work. */
  const within =
    (from: number, to: number) =>
    (done: number): Promise<void> =>
      step((share = from + (to - from) * done));
  if (input.kind === 'text') {
    const tokens = new Int32Array(count * input.length);
    fill(tokens, parts);
    const rows = { samples: count, ...(await wordRows(tokens, input.length, pause)) };
    const byTerms = await ridgeWitness(rows, labels, classes, wordRidge, products, within(0.1, 0.6));
    return [
      await classesOfLikeTexts(tokens, input.length, pool, pause),
      await classesByWords(tokens, input.length, pool, pause),
      ofAsked(byTerms, pool),
    ];
  }
  const multiply: Multiply = (...of) => products.multiply(...of);
  const inputs = input.kind === 'image' ? new Uint8Array(lengthOf(parts)) : new Float32Array(lengthOf(parts));
  fill(inputs, parts);
  if (input.kind === 'image') {
    const small = await smallPictures(inputs, input, pause);
    const nearby = await classesNearby(small.points, small.size, pool, multiply, within(0, 0.2));
    const { points, size } = await picturePoints(inputs as Uint8Array, input, threads, products, within(0.2, 0.6));
    const rows = await likenessRows(points, size, products, pause);
    const byLooks = await ridgeWitness(rows, labels, classes, likenessRidge, products, within(0.6, 1));
    return [nearby, ofAsked(byLooks, pool)];
  }
  const width = inputs.length / count;
  const { points, size } =
    width <= widest ? { points: inputs as Float32Array, size: width } : await projected(inputs, count, width, pause);
  const nearby = await classesNearby(points, size, pool, multiply, within(0, 0.3));
  const rows = await likenessRows(points, size, products, pause);
  const byLikeness = await ridgeWitness(rows, labels, classes, likenessRidge, products, within(0.3, 1));
  return [nearby, ofAsked(byLikeness, pool)];
}

function ofAsked(all: Float32Array, { asked, classes }: Pool): Float32Array {
  const rows = new Float32Array(asked.length * classes);
  asked.forEach((one, i) => rows.set(all.subarray(one * classes, (one + 1) * classes), i * classes));
  return rows;
}

const lengthOf = (parts: readonly EncodedSplit[]): number => parts.reduce((sum, { x }) => sum + x.length, 0);

function fill(into: Uint8Array | Int32Array | Float32Array, parts: readonly EncodedSplit[]): void {
  let at = 0;
  for (const { x } of parts) {
    into.set(x, at);
    at += x.length;
  }
}
