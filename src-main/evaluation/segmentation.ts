import type { Confusion } from './classification.ts';

/** How well areas overlap, from the confusion counts of their pixels (see `confusionCounts`). */
export interface SegmentationScores {
  /** |A ∩ B| / |A ∪ B| (Jaccard) and 2 |A ∩ B| / (|A| + |B|) (Dice, F1); NaN for a class of which there is no pixel on either side. */
  perClass: { iou: number; dice: number }[];
  /** Over the classes that there are. */
  meanIou: number;
  meanDice: number;
  pixelAccuracy: number;
}

export function segmentationScores(counts: Confusion): SegmentationScores {
  const classes = [...counts.keys()];
  const actual = classes.map((c) => counts[c].reduce((sum, n) => sum + n, 0));
  const predicted = classes.map((c) => counts.reduce((sum, row) => sum + row[c], 0));
  const perClass = classes.map((c) => ({
    iou: counts[c][c] / (actual[c] + predicted[c] - counts[c][c]),
    dice: (2 * counts[c][c]) / (actual[c] + predicted[c]),
  }));
  const there = perClass.filter(({ iou }) => !Number.isNaN(iou));
  const mean = (of: (each: { iou: number; dice: number }) => number): number =>
    there.reduce((sum, each) => sum + of(each), 0) / there.length;
  return {
    perClass,
    meanIou: mean(({ iou }) => iou),
    meanDice: mean(({ dice }) => dice),
    pixelAccuracy: classes.reduce((sum, c) => sum + counts[c][c], 0) / actual.reduce((sum, n) => sum + n, 0),
  };
}
