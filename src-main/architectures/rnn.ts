import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { type Cell, lastState, recurrentFields } from './recurrent.ts';

/** A recurrent net that reads a series value by value and answers from its last state. */
const reader = (id: string, cell: Cell): Architecture => ({
  id,
  inputs: ['series', 'audio'],
  learns: 'target',
  fields: [...recurrentFields, ...audioFields],
  training: { epochs: 20, batchSize: 32, optimizer: 'adam', learningRate: 0.002 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const series = layers.series(wanted(id, input, 'series', 'audio'), 2);
    const state = lastState(layers, layers.g.transpose(series, [1, 0, 2]), cell, settings);
    return layers.finish(layers.answer(state, output));
  },
});

export const lstm = reader('lstm', 'LSTM');
export const gru = reader('gru', 'GRU');
