import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';

/** One dense layer: softmax regression for classes, linear regression for values. What anything deeper has to beat. */
export const linear: Architecture = {
  id: 'linear',
  inputs: ['image', 'audio', 'table'],
  learns: 'target',
  fields: [...audioFields],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.01 },

  build(_settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const x = layers.input(wanted('linear', input, 'image', 'audio', 'table'));
    return layers.finish(layers.answer(layers.flatten(x, 'flatten'), output));
  },
};
