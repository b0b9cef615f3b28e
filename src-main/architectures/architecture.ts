// What a template is: settings that people choose, and a forward graph built from them.

import type { ForwardModel } from '../onnx/forward-model.ts';
import type { ArchitectureInfo, SettingValue } from '../shared/run.ts';

export type InputSpec =
  /** uint8 [batch, height, width, channels], as decoded; the graph casts, scales and normalises. */
  | { readonly kind: 'image'; readonly height: number; readonly width: number; readonly channels: number }
  /** float [batch, features], encoded by the dataset's recipe. */
  | { readonly kind: 'table'; readonly features: number }
  /**
   * float [batch, length + gaps]: the values of a series, one after another; then for each place in `gaps` whether the value there
   * was missing, 0 or 1.
   */
  | { readonly kind: 'series'; readonly length: number; readonly gaps: readonly number[] }
  /** float [batch, 2]: two whole numbers below `sizes`; 0 is what training never saw. */
  | { readonly kind: 'pair'; readonly sizes: readonly [number, number] }
  /** int32 [batch, length]: tokens, whole numbers below `vocabulary`. */
  | { readonly kind: 'text'; readonly length: number; readonly vocabulary: number };

export type OutputSpec =
  /** logits [batch, count] */
  | { readonly kind: 'classes'; readonly count: number }
  /** values [batch, 1] */
  | { readonly kind: 'value' }
  /** logits [batch, length, vocabulary]: for each place of a text a token, the next one or the one that belongs there. */
  | { readonly kind: 'tokens' };

export interface BuildOptions {
  readonly input: InputSpec;
  readonly output: OutputSpec;
  /** Decides the initial weights. */
  readonly seed: number;
  /** Leaves the weights at 0 (memory that is never touched): for counting and drawing a net, at once however large. */
  readonly blank?: boolean;
}

export type Settings = Readonly<Record<string, SettingValue>>;

export interface Architecture extends ArchitectureInfo {
  /** `settings`: complete and valid (see `completeSettings`). Errors: invalid_settings where they do not fit the input. */
  build(settings: Settings, options: BuildOptions): ForwardModel;
}
