import { describe, expect, it } from 'vitest';
import { kindOfConfig } from '../../src-main/shared/prompt/model-kind.ts';

describe('config.json says what a model does', () => {
  it.each([
    ['writes', 'LlamaForCausalLM', 'llama'],
    ['writes', 'GPT2LMHeadModel', 'gpt2'],
    ['writes', 'LlamaModel', 'llama'],
    ['fills', 'DistilBertForMaskedLM', 'distilbert'],
    ['classifies', 'RobertaForSequenceClassification', 'roberta'],
    ['names', 'XLMRobertaForTokenClassification', 'xlm-roberta'],
    ['answers', 'BertForQuestionAnswering', 'bert'],
    ['answers', 'FlaubertForQuestionAnsweringSimple', 'flaubert'],
    ['embeds', 'XLMRobertaModel', 'xlm-roberta'],
    ['embeds', undefined, 'bert'],
    ['writes', undefined, undefined],
    ['rewrites', 'T5ForConditionalGeneration', 't5'],
    ['rewrites', 'BartForConditionalGeneration', 'bart'],
    ['rewrites', 'PegasusForConditionalGeneration', undefined],
    ['rewrites', 'MarianMTModel', 'marian'],
  ])('%s: %s of %s', (kind, net, type) => {
    expect(kindOfConfig({ architectures: net && [net], model_type: type })).toBe(kind);
  });
  it('also by what it says of two nets', () => {
    const of = (net: string, type: string) =>
      kindOfConfig({ architectures: [net], model_type: type, is_encoder_decoder: true });
    expect(of('BartModel', 'bart')).toBe('rewrites');
    expect(() => of('BartForSequenceClassification', 'bart')).toThrow(/BartForSequenceClassification/);
    expect(() => of('MoonshineForConditionalGeneration', 'moonshine')).toThrow(/reads no texts/);
    // One that is no encoder-decoder of texts, though its head is called so.
    expect(() => kindOfConfig({ architectures: ['Gemma3ForConditionalGeneration'], model_type: 'gemma3' })).toThrow(
      /head is not known/,
    );
  });
  it.each(['BertForMultipleChoice', 'WhisperForConditionalGeneration'])('and what is not known here: %s', (net) => {
    expect(() => kindOfConfig({ architectures: [net] })).toThrow(
      expect.objectContaining({ code: 'unsupported_architecture', message: expect.stringContaining(net) as string }),
    );
  });
});
