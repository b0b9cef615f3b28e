import type { Decisions } from '../shared/evaluation.ts';
import type { Sweep } from './roc.ts';

/** From which score on a sample counts as of a class: chosen on validation, never on what is to be reported. */

/** Every distinction there is to make, from "none" down to "all". */
export function decisionsOf({ thresholds, truePositives, falsePositives, positives, negatives }: Sweep): Decisions[] {
  const at = (threshold: number, tp: number, fp: number): Decisions => ({
    threshold,
    tp,
    fp,
    fn: positives - tp,
    tn: negatives - fp,
  });
  return [at(Infinity, 0, 0), ...Array.from(thresholds, (value, i) => at(value, truePositives[i], falsePositives[i]))];
}

/** The same threshold on other samples. */
export function decideAt(
  threshold: number,
  scores: ArrayLike<number>,
  isPositive: ArrayLike<number | boolean>,
): Decisions {
  const found: Decisions = { threshold, tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] >= threshold) found[isPositive[i] ? 'tp' : 'fp']++;
    else found[isPositive[i] ? 'fn' : 'tn']++;
  }
  return found;
}

/**
 * At most `most` of `decisionsOf`'s, in their order, from "none" to "all": where there are more, those that some goal could choose, which is
 * none that another one beats in one count and matches in the other. Whatever is linear in both counts, as every cost is, or a ratio of two
 * such, as F1 is, has its best at a corner of their convex hull (the ROC's): those come first, all of them where `most` has room, and
 * the others evenly by rank.
 */
export function worthChoosing(all: readonly Decisions[], most: number): Decisions[] {
  if (all.length <= most) return [...all];
  const last = all.length - 1;
  const worth = all.filter(({ tp, fp }, i) => i === 0 || i === last || (all[i + 1].fp > fp && tp > all[i - 1].tp));
  if (worth.length <= most) return worth;
  const kept = new Set(evenly(hullOf(worth), most));
  for (const one of evenly(worth, most - kept.size)) kept.add(one);
  return worth.filter((one) => kept.has(one));
}

/** The corners of the convex hull above the diagonal, by rising false positives. */
function hullOf(all: readonly Decisions[]): Decisions[] {
  const hull: Decisions[] = [];
  for (const one of all) {
    while (hull.length > 1) {
      const [a, b] = hull.slice(-2);
      if ((b.tp - a.tp) * (one.fp - b.fp) > (one.tp - b.tp) * (b.fp - a.fp)) break;
      hull.pop();
    }
    hull.push(one);
  }
  return hull;
}

/** With both ends. */
function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  if (most < 2) return [];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}
