import type { EncodedSplit, TrainingData } from '../../datasets/training-data.ts';
import { classesLeftOut } from '../../evaluation/kernel-ridge.ts';
import { classesNearby, classesOfLikeTexts, smallPictures, type Pool } from '../../evaluation/neighbours.ts';
import { classesByWords } from '../../evaluation/word-counts.ts';
import { projected } from '../../evaluation/outliers.ts';
import { splitNames } from '../../shared/dataset.ts';

type Pause = () => Promise<void>;

/**
 * What the labels of all other samples, whatever split they are in, say of the classes of some, one way or more: each `samples` × classes, rows that
 * sum to 1.
 */
export async function otherWitnesses(data: TrainingData, samples: Int32Array, pause: Pause): Promise<Float32Array[]> {
  const parts = splitNames.map((name) => data.splits[name]).filter(({ count }) => count > 0);
  const place = new Map<number, number>();
  for (const { indices } of parts) for (const sample of indices) place.set(sample, place.size);
  const pool: Pool = {
    labels: Int32Array.from(parts.flatMap(({ y }) => Array.from(y))),
    asked: samples.map((sample) => place.get(sample)!),
    classes: data.classes.length,
  };
  const { input } = data;
  if (input.kind === 'text') {
    const tokens = new Int32Array(place.size * input.length);
    fill(tokens, parts);
    return [
      await classesOfLikeTexts(tokens, input.length, pool, pause),
      await classesByWords(tokens, input.length, pool, pause),
    ];
  }
  const inputs = input.kind === 'image' ? new Uint8Array(lengthOf(parts)) : new Float32Array(lengthOf(parts));
  fill(inputs, parts);
  if (input.kind === 'image') {
    const { points, size } = smallPictures(inputs, input);
    return [await classesNearby(points, size, pool, pause)];
  }
  const { points, size } = await projected(inputs, place.size, inputs.length / place.size, pause);
  // Rows are learnt from by likeness, which tells more than votes do, unless there are too many.
  const all = await classesLeftOut(points, size, pool.labels, pool.classes, pause);
  if (!all) return [await classesNearby(points, size, pool, pause)];
  const rows = new Float32Array(samples.length * pool.classes);
  pool.asked.forEach((one, i) =>
    rows.set(all.subarray(one * pool.classes, (one + 1) * pool.classes), i * pool.classes),
  );
  return [rows];
}

const lengthOf = (parts: readonly EncodedSplit[]): number => parts.reduce((sum, { x }) => sum + x.length, 0);

function fill(into: Uint8Array | Int32Array | Float32Array, parts: readonly EncodedSplit[]): void {
  let at = 0;
  for (const { x } of parts) {
    into.set(x, at);
    at += x.length;
  }
}
