import { describe, expect, it } from 'vitest';
import { samplingSettings } from '../../../src-main/utility/work/generate/generation-config.ts';

describe('what the makers of a model write with', () => {
  it.each([
    // As on the hub, of Llama 2, Qwen 2.5, T5, GPT-2 and Marian.
    [
      { do_sample: true, temperature: 0.6, top_p: 0.9, eos_token_id: 2 },
      { temperature: 0.6, topP: 0.9 },
    ],
    [
      { do_sample: true, temperature: 0.7, top_k: 20, top_p: 0.8, repetition_penalty: 1.05 },
      { temperature: 0.7, topK: 20, topP: 0.8, repetitionPenalty: 1.05 },
    ],
    [{ decoder_start_token_id: 0, eos_token_id: 1 }, null],
    [{ _from_model_config: true, bos_token_id: 50256 }, null],
    [{ num_beams: 4, max_length: 512 }, { beams: 4 }],
    // The default of transformers, said.
    [{ do_sample: true }, { temperature: 1 }],
    [
      { do_sample: false, temperature: 0.7, top_p: 0.9, num_beams: 3 },
      { temperature: 0, beams: 3 },
    ],
    [
      { do_sample: true, num_beams: 3, min_p: 0.1 },
      { temperature: 1, minP: 0.1 },
    ],
    // What cannot be is no offer.
    [{ temperature: -1, top_p: 0, top_k: 1.5, repetition_penalty: 'x', num_beams: 1, min_p: 2 }, null],
  ])('is read of %j', (file, wanted) => {
    expect(samplingSettings(file)).toEqual(wanted && { settings: wanted, leftOut: [] });
  });
});
