import type { SamplingSettings } from '../../src-main/shared/generation.ts';

/** By the model's probabilities alone. */
export const plainSampling: SamplingSettings = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
};
