import { AtelierError } from '../shared/errors.ts';
import type { Architecture } from './architecture.ts';
import { type Activation, activations, LayerBuilder } from './layers.ts';
import { integersOf } from './settings.ts';

/** Convolution, activation, pooling, a few times over; then a dense layer (LeCun et al. 1998, with ReLU). */
export const cnn: Architecture = {
  id: 'cnn',
  inputs: ['image'],
  fields: [
    { key: 'channels', kind: 'integers', default: '16,32', min: 1, max: 1024, maxLength: 8 },
    { key: 'kernel', kind: 'integer', default: 3, min: 1, max: 11 },
    { key: 'hidden', kind: 'integers', default: '128', min: 1, max: 8192, maxLength: 4 },
    { key: 'activation', kind: 'choice', default: 'relu', choices: activations },
    { key: 'batchNorm', kind: 'boolean', default: false },
    { key: 'dropout', kind: 'number', default: 0, min: 0, max: 0.9 },
  ],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, output, seed, blank }) {
    if (input.kind !== 'image') throw new AtelierError('invalid_settings', 'cnn takes images, not tables');
    const layers = new LayerBuilder(seed, blank);
    const activation = settings.activation as Activation;
    let x = layers.input(input);
    integersOf(settings.channels).forEach((channels, index) => {
      const name = `conv${index + 1}`;
      x = layers.conv(x, channels, settings.kernel as number, name, !settings.batchNorm);
      if (settings.batchNorm) x = layers.batchNorm(x, `${name}/norm`);
      x = layers.activation(x, activation, `${name}/activation`);
      const [, , height, width] = layers.g.shape(x) as number[];
      // An image too small to halve again is left at its size.
      if (height >= 2 && width >= 2) x = layers.maxPool(x, 2, `${name}/pool`);
    });
    x = layers.flatten(x, 'flatten');
    integersOf(settings.hidden).forEach((units, index) => {
      const name = `dense${index + 1}`;
      x = layers.dense(x, units, name, 'hidden');
      x = layers.activation(x, activation, `${name}/activation`);
      x = layers.dropout(x, settings.dropout as number, `${name}/dropout`);
    });
    const units = output.kind === 'classes' ? output.count : 1;
    return layers.finish(layers.dense(x, units, 'output', 'output'), input);
  },
};
