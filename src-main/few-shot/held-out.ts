import type { Said } from './spread.ts';

const folds = 4;
const sharpnesses = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8];
/** So probable at the least, for the judgement of one sharpness: single labels, which may be wrong ones, must not decide. */
const guess = 0.05;

/** The labels, as if some of them were not known: `takes` are to be spread each by itself, and their answers judged. */
export interface HeldOut {
  takes: Said[];
  judge(
    answers: readonly Float32Array[],
    classes: number,
  ): {
    /** The power of shares that makes them the probabilities that labels held out speak for. */
    sharpness: number;
    /** Of each label how probable it is by the others; NaN where its class has no other. */
    own: Float32Array;
    right: { of: number; right: number };
  };
}

/** Every fourth label of each class is left out in turn. */
export function heldOut({ samples, classes }: Said): HeldOut {
  const seen = new Map<number, number>();
  const fold = Int32Array.from(classes, (one) => {
    const nth = seen.get(one) ?? 0;
    seen.set(one, nth + 1);
    return nth % folds;
  });
  const alone = (i: number): boolean => seen.get(classes[i]) === 1;
  const takes = Array.from({ length: folds }, (_, f): Said => {
    const kept = [...fold.keys()].filter((i) => fold[i] !== f || alone(i));
    return { samples: kept.map((i) => samples[i]), classes: kept.map((i) => classes[i]) };
  });
  const judge: HeldOut['judge'] = (answers, count) => {
    const asked = [...fold.keys()].filter((i) => !alone(i));
    const rowOf = (i: number): Float32Array => answers[fold[i]].slice(samples[i] * count, (samples[i] + 1) * count);
    const likelihood = (sharpness: number): number =>
      asked.reduce((sum, i) => {
        const row = sharpened(rowOf(i), count, sharpness);
        return sum + Math.log((1 - guess) * row[classes[i]] + guess / count);
      }, 0);
    let best = { sharpness: 1, likelihood: likelihood(1) };
    for (const sharpness of sharpnesses) {
      const found = likelihood(sharpness);
      if (found > best.likelihood) best = { sharpness, likelihood: found };
    }
    const own = new Float32Array(fold.length).fill(NaN);
    let right = 0;
    for (const i of asked) {
      const row = sharpened(rowOf(i), count, best.sharpness);
      own[i] = row[classes[i]];
      if (row.every((share, c) => c === classes[i] || share < own[i])) right++;
    }
    return { sharpness: best.sharpness, own, right: { of: asked.length, right } };
  };
  return { takes, judge };
}

/** Rows of shares to a power, made to sum to 1 again. */
export function sharpened(shares: Float32Array, classes: number, power: number): Float32Array {
  const out = new Float32Array(shares.length);
  for (let at = 0; at < shares.length; at += classes) {
    let most = 0;
    for (let c = 0; c < classes; c++) most = Math.max(most, shares[at + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += out[at + c] = (shares[at + c] / most) ** power;
    for (let c = 0; c < classes; c++) out[at + c] /= sum;
  }
  return out;
}
