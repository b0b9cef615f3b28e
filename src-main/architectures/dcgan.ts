// Two nets that train each other (Goodfellow et al. 2014), convolutional (Radford et al. 2016): a generator makes pictures from
// noise, a discriminator tells them from real ones. They are not one architecture to choose but three graphs to train by:
//
//   discriminator   pictures → one logit each; trained on real and made ones with the loss `gan`, player `discriminator`
//   adversary       noise → the discriminator's logit of what the generator makes of it; trains the generator's parameters with the loss
//                   `gan`, player `generator`, the discriminator's being `held`
//   generator       noise → pictures: what is used in the end
//
// Pictures are float [batch, channels, height, width] from −1 to 1. The same weights have the same names in all three.

import { float, type Value } from '../onnx/builder.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import type { SettingField } from '../shared/run.ts';
import { AtelierError } from '../shared/errors.ts';
import type { BuildOptions, InputSpec, Settings } from './architecture.ts';
import { normal } from './initializers.ts';
import { LayerBuilder } from './layers.ts';
import { completeSettings, integersOf } from './settings.ts';

type Picture = Extract<InputSpec, { kind: 'image' }>;

export interface Dcgan {
  readonly discriminator: ForwardModel;
  readonly adversary: ForwardModel;
  readonly generator: ForwardModel;
}

export const dcganFields: SettingField[] = [
  { key: 'noise', kind: 'integer', default: 64, min: 1, max: 1024 },
  /** Of the discriminator's convolutions, each of which halves; the generator's are the same from the other end. */
  { key: 'channels', kind: 'integers', default: '32,64', min: 1, max: 1024, maxLength: 6 },
];

const initializer = normal(0.02);

/** Settings may be incomplete. Errors: invalid_settings. */
export function dcgan(given: Settings, picture: Picture, { seed, blank }: Pick<BuildOptions, 'seed' | 'blank'>): Dcgan {
  const settings = completeSettings({ id: 'dcgan', fields: dcganFields }, given);
  const channels = integersOf(settings.channels);
  const steps = 2 ** channels.length;
  if (channels.length === 0 || picture.height % steps !== 0 || picture.width % steps !== 0) {
    const size = `${picture.height}×${picture.width}`;
    throw new AtelierError(
      'invalid_settings',
      `channels=${settings.channels}: ${size} pixels cannot be halved so often`,
    );
  }
  const noise = (layers: LayerBuilder) => layers.g.input('noise', 'float', ['batch', settings.noise as number]);
  const graph = (make: (layers: LayerBuilder) => Value): ForwardModel => {
    const layers = new LayerBuilder(seed, blank);
    return layers.finish(make(layers));
  };
  const generator = graph((layers) => generate(layers, noise(layers), picture, channels));
  const adversary = graph((layers) =>
    discriminate(layers, generate(layers, noise(layers), picture, channels), channels),
  );
  return {
    discriminator: graph((layers) => discriminate(layers, pictures(layers, picture), channels)),
    adversary: { ...adversary, parameters: generator.parameters },
    generator,
  };
}

const pictures = ({ g }: LayerBuilder, { height, width, channels }: Picture): Value =>
  g.input('pictures', 'float', ['batch', channels, height, width]);

function generate(layers: LayerBuilder, noise: Value, picture: Picture, channels: readonly number[]): Value {
  const { g } = layers;
  const steps = 2 ** channels.length;
  const [height, width] = [picture.height / steps, picture.width / steps];
  const widths = [...channels].reverse();
  const first = layers.dense(noise, widths[0] * height * width, 'generator/dense', initializer);
  const relu = (x: Value, name: string) =>
    layers.activation(layers.batchNorm(x, `${name}/norm`), 'relu', `${name}/activation`);
  let x = relu(g.reshape(first, ['batch', widths[0], height, width]), 'generator/dense');
  widths.slice(1).forEach((width, index) => {
    const name = `generator/double${index + 1}`;
    x = relu(layers.double(x, width, name, initializer), name);
  });
  const last = layers.double(x, picture.channels, `generator/double${channels.length}`, initializer);
  return layers.activation(last, 'tanh', 'generated');
}

function discriminate(layers: LayerBuilder, pictures: Value, channels: readonly number[]): Value {
  const x = channels.reduce((before, width, index) => {
    const name = `discriminator/conv${index + 1}`;
    // No norm on the first: it would take from the pictures how bright they are.
    const normed = index > 0;
    const conv = layers.conv(before, width, 4, name, { bias: !normed, stride: 2, initializer });
    const y = normed ? layers.batchNorm(conv, `${name}/norm`) : conv;
    return layers.named('LeakyRelu', `${name}/activation`, [y], { alpha: float(0.2) });
  }, pictures);
  return layers.dense(layers.flatten(x, 'discriminator/flatten'), 1, 'discriminator/output', initializer);
}
