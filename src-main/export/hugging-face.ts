// What lies beside a language model's file, so that Hugging Face's libraries (transformers.js, Optimum) can open the folder.

import type { TrainSettings } from '../shared/run.ts';

export interface LanguageFacts {
  vocabulary: number;
  /** Places that it sees. */
  length: number;
  pad: number;
  end: number | null;
  mask: number | null;
}

/** `config.json`: of GPT-2's kind or BERT's, whose names for sizes the libraries know. */
export function configJson(
  { architectureSettings: own }: TrainSettings,
  language: 'next' | 'masked',
  { vocabulary, length, pad, end, mask }: LanguageFacts,
): Record<string, unknown> {
  const { width, layers, heads, expansion, dropout } = own as Readonly<Record<string, number>>;
  const common = { vocab_size: vocabulary, pad_token_id: pad, torch_dtype: 'float32', producer: 'atelier' };
  if (language === 'masked') {
    return {
      architectures: ['BertForMaskedLM'],
      model_type: 'bert',
      hidden_size: width,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      intermediate_size: expansion * width,
      max_position_embeddings: length,
      type_vocab_size: 1,
      hidden_act: 'gelu',
      hidden_dropout_prob: dropout,
      layer_norm_eps: 1e-5,
      ...(mask === null ? {} : { mask_token_id: mask }),
      ...common,
    };
  }
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    n_embd: width,
    n_layer: layers,
    n_head: heads,
    n_inner: expansion * width,
    n_positions: length,
    n_ctx: length,
    activation_function: 'gelu',
    resid_pdrop: dropout,
    embd_pdrop: dropout,
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: own.tied !== false,
    use_cache: true,
    ...endIds(end),
    ...common,
  };
}

/** `generation_config.json`. */
export const generationJson = ({ length, pad, end }: LanguageFacts): Record<string, unknown> => ({
  max_length: length,
  do_sample: false,
  pad_token_id: pad,
  ...endIds(end),
});

/** A text begins where another has ended. */
const endIds = (end: number | null): Record<string, number> =>
  end === null ? {} : { bos_token_id: end, eos_token_id: end };
