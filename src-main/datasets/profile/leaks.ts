import type { Leak } from '../../shared/profile.ts';
import { Random } from '../../shared/random.ts';
import type { LookedColumn } from './look.ts';

/** Fewer samples than this prove nothing. */
const fewest = 60;
/** Of what always saying the commonest class leaves open (or of the variance) a feature explains this much: it all but tells the target. */
const nearlyAll = { accuracy: 0.98, r2: 0.995 };
const parts = 200;

/**
 * Features that alone all but tell the target. Each is cut into values or, if it is of many numbers, into 200 parts of as many samples;
 * what each part says of the target is learned on one half of the samples and tried on the other, both ways.
 */
export function findLeaks(features: readonly LookedColumn[], target: LookedColumn): Leak[] {
  // By chance, not in turn: rows may come in turn themselves.
  const random = new Random(1);
  const halves = Uint8Array.from(target.numbers ?? target.codes ?? [], () => random.below(2));
  return features
    .flatMap((feature) => {
      const cells = cellsOf(feature);
      if (!cells) return [];
      const found =
        target.type === 'number'
          ? explainedBy(cells, target.numbers!, halves)
          : toldBy(cells, target.codes!, target.count, halves);
      return found && found.share >= nearlyAll[found.measure]
        ? [{ column: feature.name, score: found.score, baseline: found.baseline, measure: found.measure }]
        : [];
    })
    .sort((a, b) => b.score - a.score);
}

interface Cells {
  of: Int32Array;
  count: number;
}

/** The part that each sample is in; that it is missing is a part, too. */
function cellsOf({ numbers, codes, count }: LookedColumn): Cells | null {
  if (codes) return { of: codes.map((code) => code + 1), count: count + 1 };
  if (!numbers) return null;
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const cuts =
    distinct.length <= parts
      ? distinct
      : Float64Array.from({ length: parts }, (_, i) => sorted[Math.floor((i * sorted.length) / parts)]);
  return {
    of: Int32Array.from(numbers, (value) => (Number.isNaN(value) ? 0 : above(cuts, value))),
    count: cuts.length + 1,
  };
}

/** How many cuts are not above the value. */
function above(cuts: Float64Array, value: number): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Told {
  share: number;
  score: number;
  baseline: number;
  measure: Leak['measure'];
}

function toldBy(cells: Cells, classes: Int32Array, count: number, halves: Uint8Array): Told | null {
  let [right, total] = [0, 0];
  const sizes = new Float64Array(count);
  for (const half of [0, 1]) {
    const seen = new Float64Array(cells.count * count);
    const overall = new Float64Array(count);
    for (let i = 0; i < classes.length; i++) {
      if (halves[i] !== half || classes[i] < 0) continue;
      seen[cells.of[i] * count + classes[i]]++;
      overall[classes[i]]++;
    }
    const common = most(overall, 0, count) ?? 0;
    const says = Int32Array.from({ length: cells.count }, (_, cell) => most(seen, cell * count, count) ?? common);
    for (let i = 0; i < classes.length; i++) {
      if (halves[i] === half || classes[i] < 0) continue;
      total++;
      sizes[classes[i]]++;
      if (says[cells.of[i]] === classes[i]) right++;
    }
  }
  if (total < fewest) return null;
  const baseline = Math.max(...sizes) / total;
  const score = right / total;
  return baseline === 1 ? null : { share: (score - baseline) / (1 - baseline), score, baseline, measure: 'accuracy' };
}

/** The place of the largest of `count` numbers from `start`; null where all are 0. */
function most(counts: Float64Array, start: number, count: number): number | null {
  let best = -1;
  for (let i = 0; i < count; i++) if (counts[start + i] > (best < 0 ? 0 : counts[start + best])) best = i;
  return best < 0 ? null : best;
}

function explainedBy(cells: Cells, values: Float64Array, halves: Uint8Array): Told | null {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  let [left, all] = [0, 0];
  for (const half of [0, 1]) {
    const [sums, sizes] = [new Float64Array(cells.count), new Float64Array(cells.count)];
    for (let i = 0; i < values.length; i++) {
      if (halves[i] !== half || Number.isNaN(values[i])) continue;
      sums[cells.of[i]] += values[i];
      sizes[cells.of[i]]++;
    }
    for (let i = 0; i < values.length; i++) {
      if (halves[i] === half || Number.isNaN(values[i])) continue;
      const cell = cells.of[i];
      left += (values[i] - (sizes[cell] > 0 ? sums[cell] / sizes[cell] : mean)) ** 2;
      all += (values[i] - mean) ** 2;
    }
  }
  if (known.length < fewest || all <= 0) return null;
  const score = 1 - left / all;
  return { share: score, score, baseline: 0, measure: 'r2' };
}
