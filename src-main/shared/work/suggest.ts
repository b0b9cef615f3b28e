import type { Manifest } from '../dataset.ts';
import type { FoundObject, MarkerFacts, MarkerWish } from '../marker.ts';
import type { TrainSettings } from '../run.ts';

/** What a classifier suggests for samples. */
export interface PrelabelParams {
  blobs: string;
  manifest: Manifest;
  model: { runFolder: string; settings: TrainSettings } | { onnx: string };
  /** Ascending. */
  samples: Int32Array;
  threads: number;
}

/** For each of the samples asked for: the likeliest class, how probable it is, and how unsure that is (see `evaluation/uncertainty.ts`). */
export interface PrelabelResult {
  classes: string[];
  samples: Int32Array;
  best: Int32Array;
  confidence: Float32Array;
  /** Of a model that tells any number of classes: those that each sample is of, ascending. */
  chosen?: number[][];
  entropy: Float32Array;
  margin: Float32Array;
  leastConfidence: Float32Array;
}

/** What a model made elsewhere finds in pictures. */
export interface MarkJobParams {
  blobs: string;
  manifest: Manifest;
  /** Of the same dataset, where the files of its images were left where they are. */
  newest?: Manifest;
  /** The model's file, absolute. */
  path: string;
  wish: MarkerWish;
  samples: Int32Array;
  threads: number;
}

export interface MarkJobResult {
  facts: MarkerFacts;
  found: [sample: number, objects: FoundObject[]][];
  /** Pictures that could not be read. */
  unread: { sample: number; message: string }[];
}
