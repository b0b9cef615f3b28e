import type { Manifest } from '../dataset.ts';
import type { Parity, StepBefore, TrainSettings } from '../run.ts';

export interface ExportParams {
  blobs: string;
  runFolder: string;
  manifest: Manifest;
  settings: TrainSettings;
  /** Where the .onnx goes; written beside and renamed only when parity holds. */
  out: string;
  /** Written into the model's metadata_props. */
  metadata: Record<string, string>;
  /** Of a classifier: its probabilities get the temperature that suits the validation split best, within the graph. */
  calibrate?: boolean;
}

export interface ExportResult {
  path: string;
  bytes: number;
  sha256: string;
  /** The path of the tokenizer.json written beside it, where it takes tokens instead of texts. */
  tokenizer: string | null;
  /** Of a recipe the steps that whoever uses the file has to do first, with those before them; none where all are inside. */
  stepsBefore: StepBefore[];
  parity: Parity;
}
