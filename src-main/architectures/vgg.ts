import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { convLayers, denseLayers, dropoutField } from './blocks.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';

/**
 * Nothing but 3×3 convolutions, several between one halving of the image and the next, and dense layers (Simonyan & Zisserman 2015),
 * with batch normalisation. VGG-16 is channels 64,128,256,512,512, per stage 3 (2 in its first two), hidden 4096,4096.
 */
export const vgg: Architecture = {
  id: 'vgg',
  inputs: ['image', 'audio'],
  learns: 'target',
  fields: [
    { key: 'channels', kind: 'integers', default: '16,32,64', min: 1, max: 512, maxLength: 8 },
    { key: 'perStage', kind: 'integer', default: 2, min: 1, max: 8 },
    { key: 'hidden', kind: 'integers', default: '128', min: 1, max: 8192, maxLength: 4 },
    { key: 'batchNorm', kind: 'boolean', default: true },
    dropoutField,
    ...audioFields,
  ],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const x = convLayers(
      layers,
      layers.input(wanted('vgg', input, 'image', 'audio')),
      settings,
      settings.perStage as number,
    );
    return layers.finish(layers.answer(denseLayers(layers, layers.flatten(x, 'flatten'), settings), output));
  },
};
