// What several templates begin or end with, by the settings that they share.

import type { Value } from '../onnx/builder.ts';
import type { SettingField } from '../shared/run.ts';
import type { Settings } from './architecture.ts';
import { type Activation, activations, type LayerBuilder } from './layers.ts';
import { integersOf } from './settings.ts';

export const activationField: SettingField = {
  key: 'activation',
  kind: 'choice',
  default: 'relu',
  choices: activations,
};
export const dropoutField: SettingField = { key: 'dropout', kind: 'number', default: 0, min: 0, max: 0.9 };

/** Of rows: dense layers as wide as `hidden` says, each with its activation and dropout. */
export function denseLayers(layers: LayerBuilder, x: Value, { hidden, activation, dropout }: Settings): Value {
  return integersOf(hidden).reduce((before, units, index) => {
    const name = `dense${index + 1}`;
    const dense = layers.dense(before, units, name, 'hidden');
    const active = layers.activation(dense, (activation ?? 'relu') as Activation, `${name}/activation`);
    return layers.dropout(active, dropout as number, `${name}/dropout`);
  }, x);
}

/** Of images and series: `channels` says the channels of each stage; a stage is `each` convolutions, and then half the size. */
export function convLayers(layers: LayerBuilder, x: Value, settings: Settings, each = 1): Value {
  const { channels, kernel, activation, batchNorm } = settings;
  return integersOf(channels).reduce((before, width, index) => {
    const stage = `conv${index + 1}`;
    let y = before;
    for (let n = 1; n <= each; n++) {
      const name = each === 1 ? stage : `${stage}_${n}`;
      y = layers.conv(y, width, (kernel ?? 3) as number, name, { bias: !batchNorm });
      if (batchNorm) y = layers.batchNorm(y, `${name}/norm`);
      y = layers.activation(y, (activation ?? 'relu') as Activation, `${name}/activation`);
    }
    return layers.halve(y, `${stage}/pool`);
  }, x);
}
