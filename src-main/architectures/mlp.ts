import type { Architecture } from './architecture.ts';
import { type Activation, activations, LayerBuilder } from './layers.ts';
import { integersOf } from './settings.ts';

/** Dense layers one after another: the first thing to try on a table, and enough for small images. */
export const mlp: Architecture = {
  id: 'mlp',
  inputs: ['image', 'table'],
  fields: [
    { key: 'hidden', kind: 'integers', default: '128', min: 1, max: 8192, maxLength: 8 },
    { key: 'activation', kind: 'choice', default: 'relu', choices: activations },
    { key: 'dropout', kind: 'number', default: 0, min: 0, max: 0.9 },
  ],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    let x = layers.flatten(layers.input(input), 'flatten');
    integersOf(settings.hidden).forEach((units, index) => {
      const name = `dense${index + 1}`;
      x = layers.dense(x, units, name, 'hidden');
      x = layers.activation(x, settings.activation as Activation, `${name}/activation`);
      x = layers.dropout(x, settings.dropout as number, `${name}/dropout`);
    });
    const units = output.kind === 'classes' ? output.count : 1;
    return layers.finish(layers.dense(x, units, 'output', 'output'), input);
  },
};
