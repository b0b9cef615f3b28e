import type { Manifest } from '../dataset.ts';
import type { TrainSettings } from '../run.ts';

export interface PredictParams {
  blobs: string;
  model: { runFolder: string; settings: TrainSettings; manifest: Manifest } | { onnx: string };
  /** CSV files, image or sound files or folders of these; for a model of one column of text, text files too, each one sample. */
  paths: string[];
  /** Samples that are in no file: texts, for such a model. */
  texts?: string[];
  /** How a language model goes on with a text; as usual where left out. */
  sampling?: Sampling;
  /** Written there as CSV, and not given back. */
  file?: PredictionsFile;
  threads: number;
}

export interface PredictionsFile {
  /** Absolute; one that is there is replaced. */
  path: string;
  /** Columns of the rows that come first; where left out, one that is called like an id. */
  ids?: string[];
  /** Of a classifier: a column for each class, too. */
  probabilities?: boolean;
}

export interface Sampling {
  /** Tokens at most. */
  tokens: number;
  /** 0: always the likeliest token. */
  temperature: number;
  seed: number;
}

export interface Prediction {
  /** File name, or file name and row number. */
  input: string;
  /** Class name (of any number of classes as people read them), or null for regression. */
  label: string | null;
  /** Of a model that tells any number of classes: those that the sample is of. */
  labels?: string[];
  /** Regression only. */
  value: number | null;
  probabilities: Record<string, number> | null;
  /** Reconstruction only: how unlike the training's it is, its code, and of a table each column as it is given back (null: missing). */
  reconstruction: { error: number; code: number[]; columns: Record<string, number | string | null> | null } | null;
  /** A language model that writes: what it adds to the text. */
  continuation?: { text: string; tokens: number } | null;
  /** A language model that guesses: for each place that is masked what may stand there, likeliest first. */
  guesses?: { text: string; probability: number }[][] | null;
}

export interface PredictResult {
  /** None where they were written to a file. */
  predictions: Prediction[];
  written?: { path: string; count: number };
}
