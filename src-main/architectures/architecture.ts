// What a template is: settings that people choose, and a forward graph built from them.

import type { ForwardModel } from '../onnx/forward-model.ts';
import type { ArchitectureInfo, SettingValue } from '../shared/run.ts';
import type { LanguageTarget } from '../shared/text.ts';

export type InputSpec =
  /** uint8 [batch, height, width, channels], as decoded; the graph casts, scales and normalises. */
  | { readonly kind: 'image'; readonly height: number; readonly width: number; readonly channels: number }
  /** float [batch, frames, mels]: a sound's log-mel spectrogram, standardised by band. */
  | { readonly kind: 'audio'; readonly frames: number; readonly mels: number }
  /** float [batch, features], encoded by the dataset's recipe. */
  | { readonly kind: 'table'; readonly features: number }
  /**
   * float [batch, length + gaps]: the values of a series, one after another; then for each place in `gaps` whether the value there
   * was missing, 0 or 1.
   */
  | { readonly kind: 'series'; readonly length: number; readonly gaps: readonly number[] }
  /** float [batch, 2]: two whole numbers below `sizes`; 0 is what training never saw. */
  | { readonly kind: 'pair'; readonly sizes: readonly [number, number] }
  /** int32 [batch, length]: tokens, whole numbers below `vocabulary`; `pad`, 0 when left out, fills up a text that is shorter. */
  | { readonly kind: 'text'; readonly length: number; readonly vocabulary: number; readonly pad?: number };

export type OutputSpec =
  /** logits [batch, count] */
  | { readonly kind: 'classes'; readonly count: number }
  /** values [batch, 1] */
  | { readonly kind: 'value' }
  /** logits [batch, length, vocabulary]: for each place of a text a token, the next one or the one that belongs there. */
  | { readonly kind: 'tokens' }
  /** Samples like those that go in: the same again, or new ones. */
  | { readonly kind: 'samples' };

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
  /** Where it learns a language: what it says of each place of a text. */
  readonly language?: LanguageTarget;
  /** `settings`: complete and valid (see `completeSettings`). Errors: invalid_settings where they do not fit the input. */
  build(settings: Settings, options: BuildOptions): ForwardModel;
  /** Where it learns `generation` by two nets that train each other; `build` gives the generator alone. */
  players?(settings: Settings, options: BuildOptions): Players;
}

/** The same weights have the same names, and begin the same, in all three. */
export interface Players {
  /** (samples, noise) → logits [batch, 2]: that the sample is real, and that what the generator makes of the noise is. Trains the discriminator. */
  readonly discriminator: ForwardModel;
  /** Noise → the discriminator's logit [batch, 1] of what the generator makes of it. Trains the generator. */
  readonly adversary: ForwardModel;
  /** Latent numbers [batch, n] → samples. */
  readonly generator: ForwardModel;
}
