import type { Confusion } from './classification.ts';
import { differing, joined, shared, sizeOf, type Area } from './masks.ts';

/** How well areas overlap. */
export interface SegmentationScores {
  /** |A ∩ B| / |A ∪ B| (Jaccard) and 2 |A ∩ B| / (|A| + |B|) (Dice, F1); NaN for a class of which there is no pixel on either side. */
  perClass: Overlap[];
  /** Over the classes that there are. */
  meanIou: number;
  meanDice: number;
  pixelAccuracy: number;
}

export interface Overlap {
  iou: number;
  dice: number;
}

/** Pixels of one class. */
export interface PixelCounts {
  both: number;
  actual: number;
  found: number;
}

export const overlapOf = ({ both, actual, found }: PixelCounts): Overlap => ({
  iou: both / (actual + found - both),
  dice: (2 * both) / (actual + found),
});

/** Over the classes that there are; NaN where there are none. */
export function meanOverlap(all: readonly Overlap[]): Overlap {
  const there = all.filter(({ iou }) => !Number.isNaN(iou));
  const mean = (of: keyof Overlap): number => there.reduce((sum, each) => sum + each[of], 0) / there.length;
  return { iou: mean('iou'), dice: mean('dice') };
}

/** From the confusion counts of pixels that have one class each (see `confusionCounts`). */
export function segmentationScores(counts: Confusion): SegmentationScores {
  const classes = [...counts.keys()];
  const actual = classes.map((c) => counts[c].reduce((sum, n) => sum + n, 0));
  const found = classes.map((c) => counts.reduce((sum, row) => sum + row[c], 0));
  const perClass = classes.map((c) => overlapOf({ both: counts[c][c], actual: actual[c], found: found[c] }));
  const { iou: meanIou, dice: meanDice } = meanOverlap(perClass);
  const right = classes.reduce((sum, c) => sum + counts[c][c], 0);
  return { perClass, meanIou, meanDice, pixelAccuracy: right / actual.reduce((sum, n) => sum + n, 0) };
}

/**
 * Counts areas image by image. A pixel may be of several classes; one of none is background, which is not among the classes and is counted
 * beside them. Where each pixel has one class, all is as `segmentationScores` has it.
 */
export class AreaTally {
  readonly classes: PixelCounts[];
  readonly background: PixelCounts = { both: 0, actual: 0, found: 0 };
  #pixels = 0;
  #wrong = 0;

  constructor(classes: number) {
    this.classes = Array.from({ length: classes }, () => ({ both: 0, actual: 0, found: 0 }));
  }

  /** One image: the areas of each class, as they are and as they were found; a class without any may be left out. */
  add(pixels: number, actual: ReadonlyMap<number, Area>, found: ReadonlyMap<number, Area>): void {
    let [anyActual, anyFound, wrong]: Area[] = [[], [], []];
    for (const c of new Set([...actual.keys(), ...found.keys()])) {
      const [is, was] = [actual.get(c) ?? [], found.get(c) ?? []];
      count(this.classes[c], sizeOf(is), sizeOf(was), shared(is, was));
      anyActual = joined(anyActual, is);
      anyFound = joined(anyFound, was);
      wrong = joined(wrong, differing(is, was));
    }
    const [noneActual, noneFound] = [pixels - sizeOf(anyActual), pixels - sizeOf(anyFound)];
    count(this.background, noneActual, noneFound, pixels - sizeOf(joined(anyActual, anyFound)));
    this.#pixels += pixels;
    this.#wrong += sizeOf(wrong);
  }

  /** The share of pixels that are of just the classes that they were found to be of. */
  get pixelAccuracy(): number {
    return 1 - this.#wrong / this.#pixels;
  }
}

function count(counts: PixelCounts, actual: number, found: number, both: number): void {
  counts.actual += actual;
  counts.found += found;
  counts.both += both;
}
