import { setImmediate } from 'node:timers/promises';
import { splitNames, type SplitName } from '../shared/dataset.ts';
import { Random, streams } from '../shared/random.ts';

export const splitCode = (name: SplitName): number => splitNames.indexOf(name);
export const train = splitCode('train');
export const validation = splitCode('validation');
export const test = splitCode('test');

export const defaultFractions = { validation: 0.15, test: 0.15 };
/** Of a given training set, where only the test set is given too. */
export const carvedValidation = 0.1;

/**
 * Divides samples by their class, keeping every class's share: of n samples of a class each split gets its fraction to within one,
 * the whole split to within one too, and at least one where n ≥ 3. `labels`: class index per sample, -1 (no label) goes to train.
 * Without labels (regression) the division is plain random. Same seed, same split, whatever else changes.
 */
export function divide(
  samples: number,
  labels: Int32Array | null,
  fractions: { validation: number; test: number },
  seed: number,
): Uint8Array {
  return divideBy(samples, labels, finish(drawing(classSizes(new Uint8Array(samples), labels), fractions, seed)));
}

/** Which of each class, by their places in it, go to a split. */
type Lots = { to: number; marks: Uint8Array[] }[];

/** What `divide` draws, while other work is waited for: `sizes` are those of the classes, or one of all samples. */
export async function drawAhead(
  sizes: readonly number[],
  fractions: { validation: number; test: number },
  seed: number,
): Promise<Lots> {
  const lots = drawing(sizes, fractions, seed);
  for (;;) {
    const { done, value } = lots.next();
    if (done) return value;
    await setImmediate();
  }
}

/** `divide`, of what was drawn for classes of these sizes. */
export function divideBy(samples: number, labels: Int32Array | null, lots: Lots): Uint8Array {
  const split = new Uint8Array(samples);
  for (const { to, marks } of lots) move(split, labels, marks, to);
  return split;
}

function* drawing(
  sizes: ArrayLike<number>,
  fractions: { validation: number; test: number },
  seed: number,
): Generator<void, Lots> {
  const tested = yield* drawingOf(sizes, fractions.test, test, seed);
  const left = Array.from(sizes, (size, k) => size - tested.counts[k]);
  const share = fractions.validation / (1 - fractions.test);
  const validated = yield* drawingOf(left, share, validation, seed);
  return [
    { to: test, marks: tested.marks },
    { to: validation, marks: validated.marks },
  ];
}

/** Keeps given splits; where a train and a test set were given but no validation set, takes that out of train. */
export function completeGiven(
  given: Uint8Array,
  labels: Int32Array | null,
  fraction: number,
  seed: number,
): Uint8Array {
  const split = given.slice();
  if (!split.includes(validation)) draw(split, labels, fraction, validation, seed);
  if (!split.includes(test)) draw(split, labels, fraction, test, seed);
  return split;
}

/** Moves `fraction` of what is still in train into `to`. */
function draw(split: Uint8Array, labels: Int32Array | null, fraction: number, to: number, seed: number): void {
  move(split, labels, finish(drawingOf(classSizes(split, labels), fraction, to, seed)).marks, to);
}

function* drawingOf(
  sizes: ArrayLike<number>,
  fraction: number,
  to: number,
  seed: number,
): Generator<void, { marks: Uint8Array[]; counts: number[] }> {
  const random = new Random(seed, streams.split, to);
  const all = Array.from(sizes);
  // Classes of which none is left take no part.
  const quota = quotas(
    all.filter((size) => size > 0),
    fraction,
    random,
  ).values();
  const counts = all.map((size) => (size > 0 ? quota.next().value! : 0));
  const marks: Uint8Array[] = [];
  for (const [k, size] of all.entries()) marks.push(yield* random.choosing(size, counts[k]));
  return { marks, counts };
}

/** Moves what is marked of each class, by its place in what of that is still in train. */
function move(split: Uint8Array, labels: Int32Array | null, marks: readonly Uint8Array[], to: number): void {
  const places = new Int32Array(marks.length);
  for (let i = 0; i < split.length; i++) {
    const label = labels ? labels[i] : 0;
    if (split[i] === train && label >= 0 && marks[label][places[label]++] === 1) split[i] = to;
  }
}

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** How many samples of each class are still in train. */
function classSizes(split: Uint8Array, labels: Int32Array | null): Int32Array {
  let last = 0;
  for (let i = 0; labels && i < labels.length; i++) last = Math.max(last, labels[i]);
  const sizes = new Int32Array(last + 1);
  for (let i = 0; i < split.length; i++) {
    const label = labels ? labels[i] : 0;
    if (split[i] === train && label >= 0) sizes[label]++;
  }
  return sizes;
}

/** How many of each class make up `fraction` of all: largest remainders, ties by lot, at least one of a class that has two left over. */
function quotas(sizes: number[], fraction: number, random: Random): number[] {
  if (fraction <= 0) return sizes.map(() => 0);
  const exact = sizes.map((size) => size * fraction);
  const counts = exact.map(Math.floor);
  let missing = Math.round(exact.reduce((a, b) => a + b, 0)) - counts.reduce((a, b) => a + b, 0);
  const order = sizes.map((_, k) => k);
  random.shuffle(order);
  order.sort((a, b) => exact[b] - counts[b] - (exact[a] - counts[a]));
  for (const k of order) if (missing-- > 0) counts[k]++;
  // Of three samples one goes to each split: a class of two or three in train can still give one away.
  return counts.map((count, k) => (count === 0 && sizes[k] >= 2 ? 1 : count));
}

export function countSplits(split: Uint8Array): Record<SplitName, number> {
  const counts = new Float64Array(splitNames.length);
  for (let i = 0; i < split.length; i++) counts[split[i]]++;
  return { train: counts[train], validation: counts[validation], test: counts[test] };
}
