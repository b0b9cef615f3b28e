import type { Column, SplitName } from './dataset.ts';

/** A few samples before and after one step, as the window shows them. Cells are as stored; null is missing. */
export interface RecipePreview {
  before: PreviewTable;
  after: PreviewTable;
  /** Of how many samples the step learnt and was tried on; of all when it is applied. */
  sampled: number;
  /** How many of those it leaves out. */
  dropped: number;
  /** How many copies it adds. */
  added: number;
}

export interface PreviewTable {
  columns: Pick<Column, 'name' | 'type'>[];
  rows: PreviewRow[];
}

export interface PreviewRow {
  /** The sample's number in the table as imported. */
  row: number;
  split: SplitName;
  cells: (string | null)[];
  /** After only: this step leaves the row out, and the cells are as they were before it. */
  dropped?: boolean;
}
