// Nets that tell something of a text. A text is tokens, whole numbers, one of which fills up texts that are shorter than the others.

import type { Value } from '../onnx/builder.ts';
import type { Architecture } from './architecture.ts';
import { embeddingNormal, normal } from './initializers.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { type Cell, lastState, recurrentFields } from './recurrent.ts';
import { integersOf } from './settings.ts';
import { textFields } from './text-settings.ts';
import { paddingMask, placed, stackFields, stackOf, toSequences, transformer } from './transformer-layers.ts';

const training = { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.001 } as const;
const embeddingField = { key: 'embedding', kind: 'integer', default: 64, min: 1, max: 1024 } as const;

/** Convolutions as wide as a few words, and of each the strongest answer anywhere in the text (Kim 2014). */
export const textcnn: Architecture = {
  id: 'textcnn',
  inputs: ['text'],
  learns: 'target',
  fields: [
    ...textFields,
    embeddingField,
    { key: 'kernels', kind: 'integers', default: '3,4,5', min: 1, max: 31, maxLength: 8 },
    { key: 'filters', kind: 'integer', default: 64, min: 1, max: 1024 },
    { key: 'dropout', kind: 'number', default: 0.5, min: 0, max: 0.9 },
  ],
  training,

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const { g } = layers;
    const spec = wanted('textcnn', input, 'text');
    const tokens = layers.tokens(spec);
    const width = settings.embedding as number;
    const words = layers.embedding(tokens, spec.vocabulary, width, 'embedding', embeddingNormal);
    const channels = g.transpose(words, [0, 2, 1]);
    const found = integersOf(settings.kernels).map((kernel, index) => {
      const name = `conv${index + 1}`;
      const y = layers.conv(channels, settings.filters as number, kernel, name, { bias: true });
      const active = layers.activation(y, 'relu', `${name}/activation`);
      return layers.flatten(layers.named('GlobalMaxPool', `${name}/pool`, [active]), `${name}/flatten`);
    });
    const all = found.length === 1 ? found[0] : g.concat(found, 1);
    return layers.finish(layers.answer(layers.dropout(all, settings.dropout as number, 'dropout'), output));
  },
};

/** A recurrent net that reads a text word by word, to its end and not to its filling's. */
const reader = (id: string, cell: Cell): Architecture => ({
  id,
  inputs: ['text'],
  learns: 'target',
  fields: [...textFields, embeddingField, ...recurrentFields],
  training,

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const { g } = layers;
    const spec = wanted(id, input, 'text');
    const tokens = layers.tokens(spec);
    const width = settings.embedding as number;
    const words = layers.embedding(tokens, spec.vocabulary, width, 'embedding', embeddingNormal);
    g.scope = 'lengths';
    // A text without any word is read as one.
    const lengths = g.op('Max', [
      g.reduceSum(present(layers, tokens, 'int32', spec.pad), [1], false),
      g.scalar(1, tokens),
    ]);
    g.scope = '';
    const state = lastState(layers, g.transpose(words, [1, 0, 2]), cell, settings, lengths);
    return layers.finish(layers.answer(state, output));
  },
});

export const textLstm = reader('text-lstm', 'LSTM');
export const textGru = reader('text-gru', 'GRU');

/** A transformer's encoder over the words; the answer comes from their mean. */
export const textTransformer: Architecture = {
  id: 'text-transformer',
  inputs: ['text'],
  learns: 'target',
  fields: [...textFields, ...stackFields(64, 2)],
  training,

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const { g } = layers;
    const spec = wanted('text-transformer', input, 'text');
    const tokens = layers.tokens(spec);
    const stack = { ...stackOf(settings, spec.length), mask: paddingMask(layers, tokens, spec.pad) };
    const words = layers.embedding(tokens, spec.vocabulary, stack.width, 'embedding', normal(0.02));
    const rows = transformer(layers, placed(layers, words, stack, normal(0.02)), stack);
    g.scope = 'mean';
    const keep = g.unsqueeze(present(layers, tokens, 'float', spec.pad), [2]);
    const count = g.op('Max', [g.reduceSum(keep, [1], false), g.scalar(1, keep)]);
    const mean = g.div(g.reduceSum(g.mul(toSequences(layers, rows, stack), keep), [1], false), count);
    g.scope = '';
    return layers.finish(layers.answer(mean, output));
  },
};

/** 1 where there is a word, 0 where there is filling: [batch, length]. */
function present({ g }: LayerBuilder, tokens: Value, type: 'int32' | 'float', pad = 0): Value {
  return g.cast(g.op('Not', [g.op('Equal', [tokens, g.scalar(pad, tokens)])]), type);
}
