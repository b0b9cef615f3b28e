import type { Encoder } from '../../datasets/encode/encoder.ts';
import type { RawSamples } from './raw-samples.ts';

/** A trained model, wherever it comes from, that takes raw samples. */
export interface RawModel {
  readonly encoder: Encoder;
  /** Class probabilities, row-major; or values in the target's own unit. */
  predict(raw: RawSamples): Promise<Float32Array>;
  close(): Promise<void>;
}
