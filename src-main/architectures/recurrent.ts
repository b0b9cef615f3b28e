// The layers of recurrent nets: a state goes along the sequence, and gates say what it keeps and what it takes.

import type { Value } from '../onnx/builder.ts';
import { filled } from '../onnx/tensors.ts';
import type { Tensor } from '../onnx/types.ts';
import type { SettingField } from '../shared/run.ts';
import type { Settings } from './architecture.ts';
import { denseFan, glorotUniform, inBlocks, orthogonal } from './initializers.ts';
import type { LayerBuilder } from './layers.ts';

export type Cell = 'LSTM' | 'GRU';

/** Input, output, forget and cell gate (Hochreiter & Schmidhuber 1997, Gers et al. 2000); update, reset and new (Cho et al. 2014). */
const gatesOf: Record<Cell, number> = { LSTM: 4, GRU: 3 };
/** Where the LSTM's forget gate stands. */
const FORGET = 2;

export const recurrentFields: readonly SettingField[] = [
  { key: 'units', kind: 'integer', default: 64, min: 1, max: 512 },
  { key: 'layers', kind: 'integer', default: 1, min: 1, max: 4 },
  { key: 'bidirectional', kind: 'boolean', default: false },
  { key: 'dropout', kind: 'number', default: 0, min: 0, max: 0.9 },
];

/**
 * Through [length, batch, features], some layers deep: the last states, [batch, units], or both directions' side by side.
 * `lengths`: int32 [batch], where the sequences end earlier.
 */
export function lastState(layers: LayerBuilder, x: Value, cell: Cell, settings: Settings, lengths?: Value): Value {
  const { g } = layers;
  const count = settings.layers as number;
  let sequence = x;
  for (let n = 1; ; n++) {
    const name = `${cell.toLowerCase()}${n}`;
    const { states, last } = recurrentLayer(layers, sequence, cell, settings, name, lengths);
    const dropped = (value: Value) => layers.dropout(value, settings.dropout as number, `${name}/dropout`);
    if (n === count) return dropped(joined(layers, last, [1, 0, 2], [-1]));
    sequence = dropped(joined(layers, states, [0, 2, 1, 3], [g.shape(x)[0] as number, -1]));
  }
}

/** The directions, which stand on axis `perm` brings last but one, side by side. */
function joined(layers: LayerBuilder, x: Value, perm: readonly number[], before: readonly number[]): Value {
  const { g } = layers;
  const shape = g.shape(x);
  const directions = shape[shape.length === 3 ? 0 : 1] as number;
  const width = directions * (shape.at(-1) as number);
  return g.reshape(directions === 1 ? x : g.transpose(x, perm), [...before, width]);
}

function recurrentLayer(
  layers: LayerBuilder,
  x: Value,
  cell: Cell,
  { units: size, bidirectional }: Settings,
  name: string,
  lengths?: Value,
): { states: Value; last: Value } {
  const units = size as number;
  const directions = bidirectional ? 2 : 1;
  const inputs = layers.g.shape(x)[2] as number;
  const gates = gatesOf[cell];
  // Every gate of every direction starts by itself; orthogonal matrices keep a state's size from step to step (Saxe et al. 2014).
  const W = layers.weights(
    `${name}.weight`,
    inBlocks([units, inputs], glorotUniform),
    [directions, gates * units, inputs],
    denseFan(inputs, units),
  );
  const R = layers.weights(
    `${name}.recurrence`,
    inBlocks([units, units], orthogonal()),
    [directions, gates * units, units],
    denseFan(units, units),
  );
  const B = layers.parameter(`${name}.bias`, biases(cell, directions, units));
  const [states, last] = layers.g.node(
    cell,
    [x, W, R, B, lengths],
    {
      hidden_size: units,
      direction: bidirectional ? 'bidirectional' : undefined,
      // The reset gate works on the recurrence with its bias, as in PyTorch and cuDNN.
      linear_before_reset: cell === 'GRU' ? 1 : undefined,
    },
    { outputs: [name, `${name}/last`] },
  );
  return { states, last };
}

/** Of the inputs, then of the recurrence: all 0, but a forget gate is open in the beginning (Jozefowicz et al. 2015). */
function biases(cell: Cell, directions: number, units: number): Tensor {
  const each = 2 * gatesOf[cell] * units;
  const all = filled('float', [directions, each], 0);
  if (cell !== 'LSTM') return all;
  for (let direction = 0; direction < directions; direction++) {
    const from = direction * each + FORGET * units;
    (all.data as Float32Array).fill(1, from, from + units);
  }
  return all;
}
