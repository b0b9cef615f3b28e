import type { Span } from './annotation.ts';
import type { Column, ImageShape, SplitName } from './dataset.ts';

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
  /** Where spans are marked in texts: how they fare at this step. */
  spans?: PreviewSpans;
  /** Of images: those of the rows, one after another. */
  pictures?: { image: ImageShape; pixels: Uint8Array };
}

export interface PreviewSpans {
  /** The column of their texts, before the step and after. */
  column: string;
  /** So many are in the rows that the step keeps, of which it leaves some no text, and takes a part of others'. */
  marked: number;
  lost: number;
  cut: number;
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
  /** In the text of `PreviewSpans.column`. */
  spans?: Pick<Span, 'class' | 'start' | 'end'>[];
}
