import type { EncodedSplit, TrainingData } from '../../datasets/training-data.ts';
import { classesNearby, classesOfLikeTexts, smallPictures, type Pool } from '../../evaluation/neighbours.ts';
import { projected } from '../../evaluation/outliers.ts';
import { splitNames } from '../../shared/dataset.ts';

type Pause = () => Promise<void>;

/** What the labels of all samples, whatever split they are in, say of the classes of some: `samples` × classes, rows that sum to 1. */
export async function classesByNeighbours(
  data: TrainingData,
  samples: Int32Array,
  pause: Pause,
): Promise<Float32Array> {
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
    return classesOfLikeTexts(tokens, input.length, pool, pause);
  }
  const inputs = input.kind === 'image' ? new Uint8Array(lengthOf(parts)) : new Float32Array(lengthOf(parts));
  fill(inputs, parts);
  const { points, size } =
    input.kind === 'image'
      ? smallPictures(inputs, input)
      : await projected(inputs, place.size, inputs.length / place.size, pause);
  return classesNearby(points, size, pool, pause);
}

const lengthOf = (parts: readonly EncodedSplit[]): number => parts.reduce((sum, { x }) => sum + x.length, 0);

function fill(into: Uint8Array | Int32Array | Float32Array, parts: readonly EncodedSplit[]): void {
  let at = 0;
  for (const { x } of parts) {
    into.set(x, at);
    at += x.length;
  }
}
