import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { activationField, convLayers, denseLayers, dropoutField } from './blocks.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';

/** The convolutional net along a series: patterns of a few neighbouring values, wherever they stand. */
export const cnn1d: Architecture = {
  id: 'cnn1d',
  inputs: ['series', 'audio'],
  learns: 'target',
  fields: [
    { key: 'channels', kind: 'integers', default: '32,64', min: 1, max: 1024, maxLength: 8 },
    { key: 'kernel', kind: 'integer', default: 5, min: 1, max: 63 },
    { key: 'hidden', kind: 'integers', default: '64', min: 1, max: 8192, maxLength: 4 },
    activationField,
    { key: 'batchNorm', kind: 'boolean', default: true },
    dropoutField,
    ...audioFields,
  ],
  training: { epochs: 20, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const x = convLayers(layers, layers.series(wanted('cnn1d', input, 'series', 'audio'), 1), settings);
    return layers.finish(layers.answer(denseLayers(layers, layers.flatten(x, 'flatten'), settings), output));
  },
};
