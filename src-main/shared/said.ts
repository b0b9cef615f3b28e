import type { SampleAnnotations } from './annotation.ts';
import type { Manifest, Rejected } from './dataset.ts';
import type { MarkedKind, MarkShape } from './marks.ts';
import type { ImportKind } from './work/import.ts';

/** What labelling says of a version's samples, and what a version or files say for labelling to begin with. */

/** What is said of a version's marks since. */
export interface SaidMarks {
  kind: MarkedKind;
  /** The annotations that it began with. */
  base: Required<Pick<Manifest['blobs'], 'annotations' | 'annotationOffsets'>> | null;
  /** All classes as they are now, in their order. */
  classes: string[];
  /** What the classes of those annotations are called now. */
  names: [was: string, is: string][];
  /** Samples of which nothing is settled: nothing is marked in them. */
  unsettled: number[];
  /** Samples whose marks were changed, with their `SaidMark[]` as JSON: so they cross from process to process fastest. */
  samples: [sample: number, marks: string][];
}

/** Files of annotations, to be read for a labelling of these samples. */
export interface MarkMatch {
  blobs: string;
  manifest: Manifest;
  kind: MarkedKind;
  /** Absolute. */
  paths: string[];
  /** Where they could be read in several ways. */
  format?: ImportKind;
  /** The newest version of the dataset, which may know better where files lie that were left where they were. */
  newest?: Manifest;
}

/** What files of annotations say of a version's samples. */
export interface FoundMarks {
  format: ImportKind;
  /** In the files' order. */
  classes: string[];
  /** All that is marked in a sample; none where they say that there is nothing in it. */
  samples: [sample: number, marks: SampleAnnotations][];
  /** What could not be read, or is of no sample here: how many, and the first 1,000. */
  rejectedCount: number;
  rejected: Rejected[];
}

/** One that is not as the annotations say. `shape` null: it is gone. */
export interface SaidMark {
  number: number;
  class: string;
  shape: MarkShape | null;
}

/** What classes each sample has: one, or with `sets` any number. */
export interface SaidLabels {
  /** Tables: the column they go to, which need not be there yet; it becomes the target. */
  target: string | null;
  classes: string[];
  /** Index into `classes` (with `sets` into those) per sample, -1 for none. */
  labels: Int32Array;
  /** As indices into `classes`; a set may be empty. */
  sets?: number[][];
}

/** What a version says of its samples, as labelling begins with it. */
export type VersionLabels = Pick<SaidLabels, 'classes' | 'labels' | 'sets'>;

/** What a version says of marks, as labelling begins with it. */
export interface VersionMarkSummary {
  classes: string[];
  /** Marks per sample. */
  counts: Int32Array;
  /** The first class among its marks, index into `classes`; -1 without any. */
  first: Int32Array;
  /** Samples of several classes: all of them. */
  several: Record<number, number[]>;
}
