import type { Value } from '../onnx/builder.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Architecture, InputSpec, Settings } from './architecture.ts';
import { activationField } from './blocks.ts';
import { heNormal } from './initializers.ts';
import { wanted } from './input.ts';
import { type Activation, LayerBuilder } from './layers.ts';
import { integersOf } from './settings.ts';

/**
 * A net that gives back what goes into it, through a waist of a few numbers, the code (Hinton & Salakhutdinov 2006): what it gives back
 * badly is unlike what it was trained on. With `corruption` it sees only part of the input, and is to give back all (Vincent et al. 2008).
 */
export const autoencoder: Architecture = {
  id: 'autoencoder',
  inputs: ['table', 'image'],
  learns: 'reconstruction',
  fields: [
    { key: 'latent', kind: 'integer', default: 0, min: 0, max: 4096 },
    { key: 'hidden', kind: 'integers', default: '64', min: 1, max: 8192, maxLength: 8 },
    { key: 'channels', kind: 'integers', default: '16,32', min: 1, max: 1024, maxLength: 8, only: 'image' },
    activationField,
    { key: 'corruption', kind: 'number', default: 0, min: 0, max: 0.9 },
    { key: 'loss', kind: 'choice', default: 'mse', choices: ['mse', 'bce'], only: 'image' },
  ],
  training: { epochs: 10, batchSize: 64, optimizer: 'adam', learningRate: 0.001 },

  build(settings, { input, seed, blank }) {
    const spec = wanted('autoencoder', input, 'image', 'table');
    if (spec.kind === 'table' && settings.loss === 'bce') {
      throw new AtelierError('invalid_settings', 'loss=bce: is for images, whose values lie between 0 and 1');
    }
    const layers = new LayerBuilder(seed, blank);
    const original = layers.named('Identity', 'original', [layers.input(spec)]);
    const seen = layers.dropout(original, settings.corruption as number, 'corrupted');
    const { code, stages } = encode(layers, seen, spec, settings);
    const reconstruction = decode(layers, code, stages, spec, settings);
    const forward = layers.finish(reconstruction);
    for (const value of [original, code]) layers.g.output(value);
    return { ...forward, graph: layers.g.finish(), target: original, code };
  },
};

type Spec = Extract<InputSpec, { kind: 'image' | 'table' }>;

/** Of what comes before each halving: [channels, height, width]. The last is what comes out of them. */
type Stages = readonly (readonly number[])[];

const active = (layers: LayerBuilder, x: Value, { activation }: Settings, name: string) =>
  layers.activation(x, activation as Activation, `${name}/activation`);

/** Convolutions that halve, dense layers, the code. */
function encode(
  layers: LayerBuilder,
  seen: Value,
  spec: Spec,
  settings: Settings,
): { readonly code: Value; readonly stages: Stages } {
  const { g } = layers;
  const sizeOf = (x: Value) => g.shape(x).slice(1) as number[];
  let x = seen;
  const stages = [sizeOf(x)];
  for (const [index, width] of (spec.kind === 'image' ? integersOf(settings.channels) : []).entries()) {
    if (!layers.canHalve(x)) break;
    const name = `encoder/conv${index + 1}`;
    x = active(layers, layers.conv(x, width, 3, name, { bias: true, stride: 2 }), settings, name);
    stages.push(sizeOf(x));
  }
  x = layers.flatten(x, 'encoder/flatten');
  integersOf(settings.hidden).forEach((units, index) => {
    const name = `encoder/dense${index + 1}`;
    x = active(layers, layers.dense(x, units, name, 'hidden'), settings, name);
  });
  const latent = (settings.latent as number) || usualLatent(stages[0]);
  return { code: layers.dense(x, latent, 'code', 'output'), stages };
}

/** The same from the other end. The last layer says the values themselves, or for bce their logits. */
function decode(layers: LayerBuilder, code: Value, stages: Stages, spec: Spec, settings: Settings): Value {
  const { g } = layers;
  const [whole, ...halved] = stages;
  let x = code;
  integersOf(settings.hidden)
    .reverse()
    .forEach((units, index) => {
      const name = `decoder/dense${index + 1}`;
      x = active(layers, layers.dense(x, units, name, 'hidden'), settings, name);
    });
  const last = halved.at(-1) ?? whole;
  const size = last.reduce((product, each) => product * each, 1);
  if (halved.length === 0) {
    const flat = layers.dense(x, size, 'decoder/output', 'output');
    const shaped = spec.kind === 'image' ? g.reshape(flat, ['batch', ...whole]) : flat;
    return layers.named('Identity', 'reconstruction', [shaped]);
  }
  const first = active(layers, layers.dense(x, size, 'decoder/start', 'hidden'), settings, 'decoder/start');
  x = g.reshape(first, ['batch', ...last]);
  const wider = [whole, ...halved.slice(0, -1)].reverse();
  wider.forEach(([channels, ...sides], index) => {
    const name = `decoder/double${index + 1}`;
    const doubled = cropped(layers, layers.double(x, channels, name, heNormal, true), sides);
    x = index < wider.length - 1 ? active(layers, doubled, settings, name) : doubled;
  });
  return layers.named('Identity', 'reconstruction', [x]);
}

/** An odd side was rounded up when it was halved. */
function cropped({ g }: LayerBuilder, x: Value, sides: readonly number[]): Value {
  const larger = g.shape(x).slice(2) as number[];
  if (larger.every((side, axis) => side === sides[axis])) return x;
  return g.slice(
    x,
    sides.map(() => 0),
    sides,
    sides.map((_, axis) => axis + 2),
  );
}

/** A quarter of what goes in: enough of a waist for tables, and for images not more than their shapes need. */
const usualLatent = (size: readonly number[]): number =>
  Math.min(32, Math.ceil(size.reduce((product, each) => product * each, 1) / 4));
