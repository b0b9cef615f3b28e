import { expect, it } from 'vitest';
import type { TrainingData } from '../../src-main/datasets/training-data.ts';
import { labelNoise } from '../../src-main/evaluation/label-noise.ts';
import { Random } from '../../src-main/shared/random.ts';
import { otherWitnesses } from '../../src-main/utility/work/other-witnesses.ts';

const pause = () => Promise.resolve();
const [samples, features, classes] = [300, 60, 4];

/** Two clouds a class, far from each other, in three splits; each 20th label is another class by lot. */
function clouds(): { data: TrainingData; labels: Int32Array; planted: Set<number> } {
  const random = new Random(7);
  const centres = Float32Array.from({ length: 2 * classes * features }, () => 0.8 * random.normal());
  const truth = Int32Array.from({ length: samples }, () => random.below(classes));
  const x = new Float32Array(samples * features);
  truth.forEach((is, i) => {
    const cloud = 2 * is + random.below(2);
    for (let k = 0; k < features; k++) x[i * features + k] = centres[cloud * features + k] + random.normal();
  });
  const planted = new Set(truth.keys().filter((i) => i % 20 === 3));
  const labels = truth.map((is, i) => (planted.has(i) ? (is + 1 + random.below(classes - 1)) % classes : is));
  const split = (part: number) => {
    const indices = Int32Array.from(labels.keys()).filter((i) => i % 3 === part);
    const own = new Float32Array(indices.length * features);
    indices.forEach((from, to) => own.set(x.subarray(from * features, (from + 1) * features), to * features));
    return { count: indices.length, x: own, y: indices.map((i) => labels[i]), indices };
  };
  const data = {
    classes: Array.from({ length: classes }, (_, k) => `${k}`),
    input: { kind: 'table', features },
    splits: { train: split(0), validation: split(1), test: split(2) },
  } as unknown as TrainingData;
  return { data, labels, planted };
}

const everything = Int32Array.from({ length: samples }, (_, i) => i);

it('wide rows of a table are told apart by all other rows, and wrong labels are named', async () => {
  const { data, labels, planted } = clouds();
  const witnesses = await otherWitnesses(data, everything, 1, pause);
  expect(witnesses).toHaveLength(2);
  const { errors } = await labelNoise(witnesses, labels, classes, pause);
  const right = errors.filter(({ sample }) => planted.has(sample)).length;
  expect(right / planted.size).toBeGreaterThanOrEqual(0.95);
  expect(right / errors.length).toBeGreaterThanOrEqual(0.95);
  // Nothing in it is by chance, and some are told as they are among all.
  const some = await otherWitnesses(data, everything.subarray(100, 110), 1, pause);
  expect(some.map((one) => [...one])).toEqual(witnesses.map((one) => [...one.subarray(100 * classes, 110 * classes)]));
});

it('no label of a sample changes what is said of that sample', async () => {
  const { data } = clouds();
  const [before] = await otherWitnesses(data, Int32Array.of(3), 1, pause);
  const { train } = data.splits;
  const at = train.indices.indexOf(3);
  (train.y as Int32Array)[at] = (train.y[at] + 1) % classes;
  const [after] = await otherWitnesses(data, Int32Array.of(3), 1, pause);
  expect([...after]).toEqual([...before]);
});

it('what the step throws ends the search, wherever it is', async () => {
  const { data } = clouds();
  const cancelled = new Error('cancelled');
  for (const steps of [0, 5, 12]) {
    let left = steps;
    const step = () => (left-- > 0 ? Promise.resolve() : Promise.reject(cancelled));
    await expect(otherWitnesses(data, everything, 1, step)).rejects.toBe(cancelled);
  }
});
