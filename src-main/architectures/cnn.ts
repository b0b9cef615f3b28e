import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { activationField, convLayers, denseLayers, dropoutField } from './blocks.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';

/** Convolution, activation, pooling, a few times over; then a dense layer (LeCun et al. 1998, with ReLU). */
export const cnn: Architecture = {
  id: 'cnn',
  inputs: ['image', 'audio'],
  learns: 'target',
  fields: [
    { key: 'channels', kind: 'integers', default: '16,32', min: 1, max: 1024, maxLength: 8 },
    { key: 'kernel', kind: 'integer', default: 3, min: 1, max: 11 },
    { key: 'hidden', kind: 'integers', default: '128', min: 1, max: 8192, maxLength: 4 },
    activationField,
    { key: 'batchNorm', kind: 'boolean', default: false },
    dropoutField,
    ...audioFields,
  ],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const x = convLayers(layers, layers.input(wanted('cnn', input, 'image', 'audio')), settings);
    return layers.finish(layers.answer(denseLayers(layers, layers.flatten(x, 'flatten'), settings), output));
  },
};
