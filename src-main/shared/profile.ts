import type { ColumnType } from './dataset.ts';

/** What there is to know of a version's columns, worked out once. */
export interface Profile {
  samples: number;
  /** What is said to be sampled, and all that lies between two columns, comes of so many samples, spread over all. */
  looked: number;
  columns: ColumnProfile[];
  associations: Associations;
  leaks: Leak[];
}

export interface ColumnProfile {
  name: string;
  type: ColumnType;
  missing: number;
  distinct: number;
  /** An estimate, by HyperLogLog: off by 2 % at most nearly always. */
  distinctEstimated: boolean;
  number?: NumberProfile;
  /** The most frequent values, most frequent first, at most 50; of a text its words, with how many texts have them. */
  top?: TopValues;
  warnings: ColumnWarning[];
}

export type ColumnWarning = 'all_missing' | 'mostly_missing' | 'constant' | 'identifier';

export interface TopValues {
  values: { value: string; count: number }[];
  /** They were counted among so many, not among all, where that is said. */
  sampled?: number;
}

export interface NumberProfile {
  min: number;
  max: number;
  mean: number;
  /** Of the population; sampled. */
  deviation: number;
  integers: boolean;
  /** Exact where all numbers were looked at; of more, off by a thousandth of the histogram's width at most. */
  quantiles: { share: number; value: number }[];
  histogram: NumberHistogram;
}

/** counts[i] cells c have edges[i] ≤ c < edges[i + 1], the last bar ≤. All are counted. */
export interface NumberHistogram {
  edges: number[];
  counts: number[];
  /** So many lie below the first edge, and above the last: far from all others. */
  below: number;
  above: number;
}

/** `pearson`: r, from -1 to 1. `eta`: correlation ratio, 0 to 1. `cramer`: Cramér's V, bias corrected (Bergsma 2013), 0 to 1. */
export type AssociationMeasure = 'pearson' | 'eta' | 'cramer';

export interface Associations {
  columns: { name: string; type: ColumnType }[];
  /** values[i][j], symmetric; null where one of the two does not vary. */
  values: (number | null)[][];
}

export function measureOf(a: ColumnType, b: ColumnType): AssociationMeasure {
  if (a === 'number' && b === 'number') return 'pearson';
  return a === 'number' || b === 'number' ? 'eta' : 'cramer';
}

/** A feature that alone all but tells the target: learned as a table of look-ups on one half of the samples, tried on the other. */
export interface Leak {
  column: string;
  /** Classification: the share told right. Regression: R². */
  score: number;
  /** What always saying the commonest class gets; 0 for regression. */
  baseline: number;
  measure: 'accuracy' | 'r2';
}

/** How far the work on a profile is. Steps are not equally long. */
export interface StepsDone {
  done: number;
  total: number;
}
