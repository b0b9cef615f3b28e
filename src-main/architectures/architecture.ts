// What a template is: settings that people choose, and a forward graph built from them.

import type { ForwardModel } from '../onnx/forward-model.ts';
import type { ArchitectureInfo, SettingValue } from '../shared/run.ts';

export type InputSpec =
  /** uint8 [batch, height, width, channels], as decoded; the graph casts, scales and normalises. */
  | { readonly kind: 'image'; readonly height: number; readonly width: number; readonly channels: number }
  /** float [batch, features], encoded by the dataset's recipe. */
  | { readonly kind: 'table'; readonly features: number };

export type OutputSpec =
  /** logits [batch, count] */
  | { readonly kind: 'classes'; readonly count: number }
  /** values [batch, 1] */
  | { readonly kind: 'value' };

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
