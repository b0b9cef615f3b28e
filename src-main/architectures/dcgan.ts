// Two nets that train each other (Goodfellow et al. 2014), convolutional (Radford et al. 2016): a generator makes pictures of latent numbers,
// standard normal ones, and a discriminator tells them from real ones. Inside, pictures are float [batch, channels, height, width] from −1 to 1.

import { float } from '../onnx/attributes.ts';
import type { Value } from '../onnx/builder.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import { tensor } from '../onnx/tensors.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Architecture, BuildOptions, InputSpec, Settings } from './architecture.ts';
import { normal } from './initializers.ts';
import { wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { integersOf } from './settings.ts';

type Picture = Extract<InputSpec, { kind: 'image' }>;

const initializer = normal(0.02);

export const dcgan: Architecture = {
  id: 'dcgan',
  inputs: ['image'],
  learns: 'generation',
  fields: [
    { key: 'latent', kind: 'integer', default: 64, min: 1, max: 4096 },
    /** Of the discriminator's convolutions, each of which halves; the generator's are the same from the other end. */
    { key: 'channels', kind: 'integers', default: '32,64', min: 1, max: 1024, maxLength: 6 },
    { key: 'loss', kind: 'choice', default: 'non-saturating', choices: ['non-saturating', 'hinge'] },
    { key: 'discriminatorRate', kind: 'number', default: 0.0002, min: 1e-9, max: 100, log: true },
    { key: 'beta1', kind: 'number', default: 0.5, min: 0, max: 0.999, advanced: true },
  ],
  training: { epochs: 20, batchSize: 64, optimizer: 'adam', learningRate: 0.0002 },

  build: (settings, options) =>
    netsOf(settings, options).graph((layers, net) => layers.finish(net.generate(net.latent()))),

  players(settings, options) {
    const { graph } = netsOf(settings, options);
    const discriminator = graph((layers, net) => {
      const pixels = layers.input(net.picture);
      const real = layers.g.sub(layers.g.scale(pixels, 2), layers.g.scalar(1, pixels));
      const made = net.generate(net.latent());
      // Each with a batch normalisation of its own: statistics of real and made ones together would tell which are which.
      const logits = [real, made].map((pictures) => net.discriminate(pictures));
      const forward = layers.finish(layers.named('Concat', 'logits', logits, { axis: 1 }));
      const truth = layers.named('Identity', 'truth', [layers.g.constant(tensor('float', [1, 2], [1, 0]))]);
      layers.g.output(truth);
      return { ...forward, graph: layers.g.finish(), target: truth, noise: [LATENT] };
    });
    const adversary = graph((layers, net) => {
      const forward = layers.finish(net.discriminate(net.generate(net.latent())));
      return { ...forward, noise: [LATENT] };
    });
    const generator = this.build(settings, options);
    const own = new Set(generator.parameters);
    return {
      discriminator: { ...discriminator, parameters: discriminator.parameters.filter((name) => !own.has(name)) },
      adversary: { ...adversary, parameters: generator.parameters },
      generator,
    };
  },
};

const LATENT = 'latent';

/** The two nets as parts of one graph. The generator always comes first, so that in every graph the same weights begin the same. */
class Nets {
  readonly picture: Picture;
  readonly #layers: LayerBuilder;
  readonly #latent: number;
  readonly #channels: readonly number[];

  constructor(layers: LayerBuilder, picture: Picture, settings: Settings) {
    this.picture = picture;
    this.#layers = layers;
    this.#latent = settings.latent as number;
    this.#channels = integersOf(settings.channels);
  }

  latent(): Value {
    return this.#layers.g.input(LATENT, 'float', ['batch', this.#latent]);
  }

  generate(latent: Value): Value {
    const layers = this.#layers;
    const steps = 2 ** this.#channels.length;
    const [height, width] = [this.picture.height / steps, this.picture.width / steps];
    const widths = [...this.#channels].reverse();
    const first = layers.dense(latent, widths[0] * height * width, 'generator/dense', initializer);
    const relu = (x: Value, name: string) =>
      layers.activation(layers.batchNorm(x, `${name}/norm`), 'relu', `${name}/activation`);
    let x = relu(layers.g.reshape(first, ['batch', widths[0], height, width]), 'generator/dense');
    widths.slice(1).forEach((width, index) => {
      const name = `generator/double${index + 1}`;
      x = relu(layers.double(x, width, name, initializer), name);
    });
    const last = layers.double(x, this.picture.channels, `generator/double${widths.length}`, initializer);
    return layers.activation(last, 'tanh', 'generated');
  }

  /** A logit for each picture: [batch, 1]. Called again it is the same net. */
  discriminate(pictures: Value): Value {
    const layers = this.#layers;
    const x = this.#channels.reduce((before, width, index) => {
      const name = `discriminator/conv${index + 1}`;
      // No norm on the first: it would take from the pictures how bright they are.
      const normed = index > 0;
      const conv = layers.conv(before, width, 4, name, { bias: !normed, stride: 2, initializer });
      const y = normed ? layers.batchNorm(conv, `${name}/norm`) : conv;
      return layers.named('LeakyRelu', `${name}/activation`, [y], { alpha: float(0.2) });
    }, pictures);
    return layers.dense(layers.flatten(x, 'discriminator/flatten'), 1, 'discriminator/output', initializer);
  }
}

function netsOf(settings: Settings, { input, seed, blank }: BuildOptions) {
  const picture = wanted('dcgan', input, 'image');
  const steps = 2 ** integersOf(settings.channels).length;
  if (steps === 1 || picture.height % steps !== 0 || picture.width % steps !== 0) {
    const size = `${picture.height}×${picture.width}`;
    throw new AtelierError(
      'invalid_settings',
      `channels=${settings.channels}: ${size} pixels cannot be halved so often; give as many channels as both sides can be halved`,
    );
  }
  return {
    graph(make: (layers: LayerBuilder, net: Nets) => ForwardModel): ForwardModel {
      const layers = new LayerBuilder(seed, blank);
      return make(layers, new Nets(layers, picture, settings));
    },
  };
}
