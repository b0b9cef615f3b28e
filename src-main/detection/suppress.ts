import type { Found } from './found.ts';

/** Of so many, the surest, overlaps are looked at. */
const mostLookedAt = 30_000;

/** How far two boxes are the same: what both cover, of what either does; 0 where they cover nothing. */
export function overlapOf(a: Found['box'], b: Found['box']): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

const areaOf = ([left, top, right, bottom]: Found['box']): number => (right - left) * (bottom - top);

export interface Suppression {
  /** Overlap, 0 to 1, above which the less sure of two is left out. */
  overlap: number;
  /** Of two of different classes as well. */
  across: boolean;
  /** So many are kept at most. */
  most: number;
}

/**
 * Greedy non-maximum suppression: from the surest on, each that overlaps none of those kept by more than `overlap`. The surest first; of equally sure
 * ones that which stood first.
 */
export function suppressed(found: readonly Found[], { overlap, across, most }: Suppression): Found[] {
  const ranked = [...found].sort((a, b) => b.score - a.score).slice(0, mostLookedAt);
  const kept: Found[] = [];
  /** By class: only these can stand in the way. */
  const rivals = new Map<number, Found[]>();
  for (const one of ranked) {
    if (kept.length >= most) break;
    const group = across ? 0 : one.class;
    const its = rivals.get(group) ?? [];
    if (its.some((other) => overlapOf(one.box, other.box) > overlap)) continue;
    kept.push(one);
    its.push(one);
    rivals.set(group, its);
  }
  return kept;
}
