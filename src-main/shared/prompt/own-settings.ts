import type { GenerationSettings } from '../generation.ts';

export type OwnSetting =
  | 'maxTokens'
  | 'minTokens'
  | 'temperature'
  | 'topK'
  | 'topP'
  | 'minP'
  | 'repetitionPenalty'
  | 'beams'
  | 'noRepeat'
  | 'lengthPenalty'
  | 'earlyStopping';

/** How a model is to be asked, by its own description. */
export interface OwnSettings {
  settings: Partial<Pick<GenerationSettings, OwnSetting>>;
  /** By their names in generation_config.json: what it asks for and is not known here. */
  leftOut: string[];
}
