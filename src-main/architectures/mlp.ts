import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { activationField, denseLayers, dropoutField } from './blocks.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';

/** Dense layers one after another: the first thing to try on a table, and enough for small images. */
export const mlp: Architecture = {
  id: 'mlp',
  inputs: ['image', 'audio', 'table'],
  learns: 'target',
  fields: [
    { key: 'hidden', kind: 'integers', default: '128', min: 1, max: 8192, maxLength: 8 },
    activationField,
    dropoutField,
    ...audioFields,
  ],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const x = layers.flatten(layers.input(wanted('mlp', input, 'image', 'audio', 'table')), 'flatten');
    return layers.finish(layers.answer(denseLayers(layers, x, settings), output));
  },
};
