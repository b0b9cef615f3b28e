import type { SplitName } from './dataset.ts';

/** What a leak check finds: the same thing on both sides of a split, by which a model seems better than it is. */

/**
 * - `exact`: samples with the same content in two splits.
 * - `near`: samples with almost the same content in two splits.
 * - `groups`: samples of one group (a patient, a session) in two splits.
 * - `time`: samples to be tested on that are older than some of the training's.
 */
export const leakKinds = ['exact', 'near', 'groups', 'time'] as const;
export type LeakKind = (typeof leakKinds)[number];

/** `held` is in a later split (train, validation, test in this order) than `other`. By their numbers in the version. */
export interface LeakPair {
  other: number;
  held: number;
  /** 0 … 1; 1 is the same. Of groups and times always 1. */
  likeness: number;
}

export interface LeakFinding {
  kind: LeakKind;
  /** Groups and time: the column, … */
  column: string | null;
  /** … or what was looked for in images' paths: a pattern, null for the folder. */
  pattern: string | null;
  /** Groups: nobody named the column, its values look like groups. */
  suggested: boolean;
  /** Samples of validation and test that have their like in an earlier split; time: that are older than the newest of an earlier one. */
  samples: Record<Exclude<SplitName, 'train'>, number>;
  /** How many sets of like samples (groups) run across splits. Time: 0. */
  sets: number;
  /** Of the pairs, how many have different labels; exact and near copies only. */
  conflicts: number;
  /** The first `shownPairs`, most alike first. */
  pairs: LeakPair[];
  pairCount: number;
}

export const shownPairs = 200;

export interface LeakReport {
  /** Samples of validation and test. */
  held: number;
  findings: LeakFinding[];
  /** What was not looked at, or not whole, in words. */
  notes: { code: string; message: string }[];
}

/** What to look at besides what suggests itself. */
export interface LeakQuestion {
  /** Columns (images: patterns of the path) whose values are groups. */
  groups?: string[];
  /** The column that says of when a sample is. */
  time?: string;
}

/** Moves copies into one split: that of them which comes first in this order. */
export interface TogetherWish {
  copies: 'exact' | 'near';
  /** `train`: what is tested on was never trained on. `test`: the test split keeps all of its samples. */
  into: 'train' | 'test';
}
