import type { Column, Manifest } from '../dataset.ts';
import type { TogetherWish } from '../leaks.ts';
import type { Recipe } from '../recipe.ts';
import type { SaidLabels, SaidMarks } from '../said.ts';
import type { SplitWish } from '../split.ts';

/** Change a version's typing, target, split or recipe: makes the next version's manifest from the same samples. */
export interface ReviseParams {
  blobs: string;
  manifest: Manifest;
  /** `separator` where the cells of a target name several classes each; null where they no longer do; left out it stays. */
  columns?: (Pick<Column, 'name' | 'type' | 'role'> & { separator?: string | null })[];
  target?: string | null;
  split?: SplitWish;
  /** Copies into one split; goes alone. */
  together?: TogetherWish;
  /** Tables only: in the place of the one before. No steps: back to the table as it was imported. Not together with other changes. */
  recipe?: Recipe;
  /** What labelling says of the samples; goes alone. */
  labels?: SaidLabels;
  /** What labelling says is marked in them; goes alone. */
  marks?: SaidMarks;
}

export interface ReviseResult {
  manifest: Manifest;
  /** In words: "target: species → island". */
  change: string;
}
