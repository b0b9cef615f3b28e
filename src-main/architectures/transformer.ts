import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { embeddingNormal, lecunNormal } from './initializers.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { placed, stackFields, stackOf, toRows, toSequences, transformer as encode } from './transformer-layers.ts';

/** A transformer's encoder over a series: every value can look at every other, however far away. */
export const transformer: Architecture = {
  id: 'transformer',
  inputs: ['series', 'audio'],
  learns: 'target',
  fields: [...stackFields(32, 2), ...audioFields],
  training: { epochs: 20, batchSize: 32, optimizer: 'adam', learningRate: 0.002 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const spec = wanted('transformer', input, 'series', 'audio');
    const stack = stackOf(settings, spec.kind === 'audio' ? spec.frames : spec.length);
    const values = layers.dense(toRows(layers, layers.series(spec, 2)), stack.width, 'values', lecunNormal);
    // As loud as the values: where something stands matters as much as what.
    const rows = encode(layers, placed(layers, toSequences(layers, values, stack), stack, embeddingNormal), stack);
    const summary = layers.g.reduceMean(toSequences(layers, rows, stack), [1], false);
    return layers.finish(layers.answer(summary, output));
  },
};
