import { describe, expect, it } from 'vitest';
import { kindOfConfig } from '../../src-main/shared/prompt/model-kind.ts';

describe('config.json says what a model does', () => {
  it.each([
    ['writes', 'LlamaForCausalLM', 'llama'],
    ['writes', 'GPT2LMHeadModel', 'gpt2'],
    ['writes', 'LlamaModel', 'llama'],
    ['fills', 'DistilBertForMaskedLM', 'distilbert'],
    ['classifies', 'RobertaForSequenceClassification', 'roberta'],
    ['embeds', 'XLMRobertaModel', 'xlm-roberta'],
    ['embeds', undefined, 'bert'],
    ['writes', undefined, undefined],
  ])('%s: %s of %s', (kind, net, type) => {
    expect(kindOfConfig({ architectures: net && [net], model_type: type })).toBe(kind);
  });
  it.each([
    'BertForQuestionAnswering',
    'T5ForConditionalGeneration',
    'MarianMTModel',
    'WhisperForConditionalGeneration',
  ])('and what is not known here: %s', (net) => {
    expect(() => kindOfConfig({ architectures: [net] })).toThrow(
      expect.objectContaining({ code: 'unsupported_architecture', message: expect.stringContaining(net) as string }),
    );
  });
});
