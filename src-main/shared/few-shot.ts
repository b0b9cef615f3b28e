import * as v from 'valibot';
import type { Manifest } from './dataset.ts';

/** Offered to suggest from what is labelled once so many are. */
export const fewToLearn = 10;

/** What is to be labelled next: what tells most of the others; what is least like what is labelled. */
export const tellingWays = ['telling', 'diverse'] as const;
export const tellingWaySchema = v.picklist(tellingWays);
export type TellingWay = (typeof tellingWays)[number];

/** What the labels of a few samples say of all others. */
export interface FewShotParams {
  blobs: string;
  manifest: Manifest;
  /** Settled samples, ascending, and of each its class's place, below `count`. */
  samples: Int32Array;
  classes: Int32Array;
  count: number;
  /** Samples that nobody has looked at, ascending: of these some are named to be labelled next. */
  open: Int32Array;
  way: TellingWay;
  /** An ONNX file that tells pictures apart; descriptors that need none where null. */
  encoder: string | null;
  threads: number;
}

export interface FewShotResult {
  /** Samples that are not labelled, ascending; of each the likeliest class and how sure, as in `PrelabelResult`. Empty while one class is known at most. */
  samples: Int32Array;
  best: Int32Array;
  confidence: Float32Array;
  entropy: Float32Array;
  margin: Float32Array;
  leastConfidence: Float32Array;
  /** Open samples that are best labelled next, first things first. */
  next: Int32Array;
  /** Of each labelled sample how probable its own class is by all other labels; NaN where there is nothing to say. */
  trusted: Float32Array;
  /** How many of the labels were foretold by the others. Labels chosen as those that tell most are harder than others. */
  right: { of: number; right: number };
}

/** The same, as the window has it: classes by id, and what it is now that nobody has looked at. */
export interface Learnt extends Omit<FewShotResult, 'best' | 'trusted'> {
  /** A class's id each. */
  classes: Int32Array;
  /** Labelled samples whose label is least like what the others say, the least first. */
  suspicious: Int32Array;
  /** With how many labels. */
  labels: number;
}
