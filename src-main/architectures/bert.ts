import { filled } from '../onnx/tensors.ts';
import type { Architecture } from './architecture.ts';
import { truncatedNormal } from './initializers.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import {
  paddingMask,
  positions,
  stackFields,
  stackOf,
  toRows,
  toSequences,
  transformer,
} from './transformer-layers.ts';

/**
 * A transformer that sees a whole text and says for each place which token belongs there (Devlin et al. 2019): trained on texts of
 * which some tokens are hidden. One segment, no pooler.
 */
export const bert: Architecture = {
  id: 'bert',
  inputs: ['text'],
  learns: 'language',
  fields: stackFields(128, 4, 4),
  training: { epochs: 5, batchSize: 32, optimizer: 'adamw', learningRate: 0.0005 },

  build(settings, { input, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const spec = wanted('bert', input, 'text');
    const initializer = truncatedNormal(0.02);
    const tokens = layers.tokens(spec);
    const mask = paddingMask(layers, tokens, spec.pad);
    const stack = { ...stackOf(settings, spec.length), normalise: 'after', initializer, mask } as const;

    const words = layers.embedding(tokens, spec.vocabulary, stack.width, 'embedding', initializer);
    const places = positions(layers, stack, spec.length, initializer);
    const placed = layers.layerNorm(toRows(layers, layers.named('Add', 'placed', [words, places])), 'embedding/norm');
    const rows = transformer(layers, layers.dropout(placed, stack.dropout, 'embedding/dropout'), stack);

    const dense = layers.activation(layers.dense(rows, stack.width, 'head', initializer), 'gelu', 'head/activation');
    const bias = layers.parameter('head/tokens.bias', filled('float', [spec.vocabulary], 0));
    // The words' own embeddings say how well a word fits.
    const logits = layers.named(
      'Gemm',
      'head/tokens',
      [layers.layerNorm(dense, 'head/norm'), 'embedding.weight', bias],
      { transB: 1 },
    );
    return layers.finish(layers.named('Identity', 'logits', [toSequences(layers, logits, stack)]));
  },
};
