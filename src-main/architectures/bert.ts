import type { Value } from '../onnx/builder.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import { filled, tensor } from '../onnx/tensors.ts';
import type { Architecture, BuildOptions, Settings } from './architecture.ts';
import { truncatedNormal } from './initializers.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { languageFields } from './text-settings.ts';
import {
  FORBIDDEN,
  paddingMask,
  positions,
  type Stack,
  stackFields,
  stackOf,
  toRows,
  toSequences,
  transformer,
} from './transformer-layers.ts';

const initializer = truncatedNormal(0.02);

/**
 * A transformer that sees a whole text and says for each place which token belongs there (Devlin et al. 2019): trained on texts of
 * which some tokens are hidden. One segment, no pooler.
 */
export const bert: Architecture = {
  id: 'bert',
  inputs: ['text'],
  learns: 'language',
  language: 'masked',
  fields: [...languageFields, ...stackFields(128, 4, 4)],
  training: { epochs: 5, batchSize: 32, optimizer: 'adamw', learningRate: 0.0005 },

  build(settings, options) {
    const layers = new LayerBuilder(options.seed, options.blank);
    const spec = wanted('bert', options.input, 'text');
    const tokens = layers.tokens(spec);
    const mask = paddingMask(layers, tokens, spec.pad);
    const stack = { ...stackOf(settings, spec.length), mask };
    const places = positions(layers, stack, spec.length, initializer);
    return layers.finish(logitsOf(layers, tokens, places, stack, spec.vocabulary));
  },
};

/**
 * The same net, and the same weights by name, for texts of any length up to the one it was built for, with the inputs and outputs that
 * Hugging Face's Optimum gives such an encoder: int64 `input_ids` and `attention_mask` (0: filling) [batch, sequence_length], `logits`
 * [batch, sequence_length, vocabulary].
 */
export function bertEncoder(settings: Settings, options: BuildOptions): ForwardModel {
  const { length, vocabulary } = wanted('bert', options.input, 'text');
  const layers = new LayerBuilder(options.seed, options.blank);
  const { g } = layers;
  const size = 'sequence_length';
  const tokens = g.input('input_ids', 'int64', ['batch', size]);
  const seen = g.input('attention_mask', 'int64', ['batch', size]);
  g.scope = 'padding';
  const number = (value: number) => g.constant(tensor('float', [], [value]));
  const unseen = g.unsqueeze(g.op('Equal', [seen, g.scalar(0, seen)]), [1, 2]);
  const stack = { ...stackOf(settings, size), mask: g.where(unseen, number(FORBIDDEN), number(0)) };
  g.scope = '';
  const all = positions(layers, stack, length, initializer);
  const places = g.op('Slice', [all, g.int64s([0]), g.sizeVector(size), g.int64s([1])]);
  return layers.finish(logitsOf(layers, tokens, places, stack, vocabulary));
}

function logitsOf(layers: LayerBuilder, tokens: Value, places: Value, given: Stack, vocabulary: number): Value {
  const stack = { ...given, normalise: 'after', initializer } as const;
  const words = layers.embedding(tokens, vocabulary, stack.width, 'embedding', initializer);
  const placed = layers.layerNorm(toRows(layers, layers.named('Add', 'placed', [words, places])), 'embedding/norm');
  const rows = transformer(layers, layers.dropout(placed, stack.dropout, 'embedding/dropout'), stack);

  const dense = layers.activation(layers.dense(rows, stack.width, 'head', initializer), 'gelu', 'head/activation');
  const bias = layers.parameter('head/tokens.bias', filled('float', [vocabulary], 0));
  // The words' own embeddings say how well a word fits.
  const logits = layers.named('Gemm', 'head/tokens', [layers.layerNorm(dense, 'head/norm'), 'embedding.weight', bias], {
    transB: 1,
  });
  return layers.named('Identity', 'logits', [toSequences(layers, logits, stack)]);
}
