// The layers that templates are put together from. A layer appends its nodes under its name: `dense1.weight`, `dense1`.

import { GraphBuilder, type Value } from '../onnx/builder.ts';
import { filled, tensor, zeros } from '../onnx/tensors.ts';
import type { Tensor } from '../onnx/types.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import type { InputSpec, OutputSpec } from './architecture.ts';
import * as init from './initializers.ts';
import { convFan, convTransposeFan, denseFan, type Fan, type Initializer } from './initializers.ts';

export const activations = ['relu', 'leaky-relu', 'gelu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof activations)[number];

export interface ConvOptions {
  /** None where a normalisation follows: it would take it out again. */
  readonly bias: boolean;
  /** Along each side; 1 when left out. */
  readonly stride?: number;
  /** He's when left out. */
  readonly initializer?: Initializer;
  /** 1 when left out; as many as channels: depthwise. */
  readonly groups?: number;
}

/** Gelu is an operator of its own since this opset. */
const GELU_OPSET = 20;

export class LayerBuilder {
  readonly g = new GraphBuilder('forward');
  private readonly parameters: string[] = [];
  private readonly seed: number;
  private readonly blank: boolean;
  private opset?: number;

  constructor(seed: number, blank = false) {
    this.seed = seed;
    this.blank = blank;
  }

  // ---- inputs

  /** float [batch, features], or pixels as scaled float [batch, channels, height, width], which a spectrogram is as well. */
  input(spec: Extract<InputSpec, { kind: 'image' | 'audio' | 'table' }>): Value {
    const { g } = this;
    if (spec.kind === 'audio') return g.unsqueeze(this.spectrogram(spec), [1]);
    if (spec.kind === 'table') return g.input('features', 'float', ['batch', spec.features]);
    const pixels = g.input('pixels', 'uint8', ['batch', spec.height, spec.width, spec.channels]);
    g.scope = 'pixels';
    // Channels first while they are still bytes: less to move, and ONNX Runtime broadcasts a scalar over [batch, h, w, 1]
    // element by element (a last axis of 1), which took more than half of an MLP's step.
    const float = g.cast(g.transpose(pixels, [0, 3, 1, 2]), 'float');
    // 0…255 → 0…1. One fixed scale for every dataset: the first layer learns the rest. Around zero (−1…1) would make black
    // backgrounds the loudest input: an MLP on Fashion-MNIST lost half a percent by it.
    const image = g.scale(float, 1 / 255);
    g.scope = '';
    return image;
  }

  /**
   * A series as float [batch, length, 1], or with the channels before the length. Where values may be missing there is a second
   * channel, which says where they were. Of a spectrogram the bands are the channels.
   */
  series(spec: Extract<InputSpec, { kind: 'series' | 'audio' }>, channelAxis: 1 | 2): Value {
    const { g } = this;
    if (spec.kind === 'audio') {
      const frames = this.spectrogram(spec);
      return channelAxis === 2 ? frames : g.transpose(frames, [0, 2, 1]);
    }
    const { length, gaps } = spec;
    const features = g.input('features', 'float', ['batch', length + gaps.length]);
    if (gaps.length === 0) return g.unsqueeze(features, [channelAxis]);
    g.scope = 'series';
    const values = g.slice(features, [0], [length], [1]);
    // The flags to their places in the series: a product with a matrix of zeros and ones.
    const places = zeros('float', [gaps.length, length]);
    gaps.forEach((place, flag) => ((places.data as Float32Array)[flag * length + place] = 1));
    const flags = g.slice(features, [length], [length + gaps.length], [1]);
    const missing = g.matmul(flags, g.constant(places));
    const channels = [values, missing].map((each) => g.unsqueeze(each, [channelAxis]));
    const series = g.concat(channels, channelAxis);
    g.scope = '';
    return series;
  }

  private spectrogram({ frames, mels }: Extract<InputSpec, { kind: 'audio' }>): Value {
    return this.g.input('spectrogram', 'float', ['batch', frames, mels]);
  }

  /** Two whole numbers a sample: int32 [batch] each. */
  pair(): [Value, Value] {
    const { g } = this;
    const features = g.input('features', 'float', ['batch', 2]);
    g.scope = 'pair';
    const numbers = g.cast(features, 'int32');
    const column = (at: number) => g.op('Gather', [numbers, g.constant(tensor('int64', [], [at]))], { axis: 1 });
    const columns: [Value, Value] = [column(0), column(1)];
    g.scope = '';
    return columns;
  }

  /** int32 [batch, length] */
  tokens({ length }: Extract<InputSpec, { kind: 'text' }>): Value {
    return this.g.input('tokens', 'int32', ['batch', length]);
  }

  // ---- parameters

  /** A value to train that begins as it is given. A layer by the name of an earlier one has its parameters. */
  parameter(name: string, value: Tensor): Value {
    if (this.parameters.includes(name)) return name;
    this.parameters.push(name);
    return this.g.initializer(name, value);
  }

  /** A value to train that begins by chance. */
  weights(name: string, initializer: Initializer, shape: readonly number[], fan: Fan): Value {
    if (this.parameters.includes(name)) return name;
    const place = this.parameters.length;
    return this.parameter(name, this.blank ? zeros('float', shape) : initializer(shape, fan, this.seed, place));
  }

  /** A node under a name that people may read. */
  named(op: string, name: string, inputs: readonly (Value | undefined)[], attributes = {}): Value {
    return this.g.node(op, inputs, attributes, { outputs: [name] })[0];
  }

  // ---- layers

  /** y = x·W + b for rows x. Hidden layers start by He, outputs by Glorot; biases at 0. */
  dense(x: Value, units: number, name: string, role: 'hidden' | 'output' | Initializer): Value {
    const features = this.g.shape(x)[1] as number;
    const initializer = role === 'hidden' ? init.heNormal : role === 'output' ? init.glorotUniform : role;
    const weight = this.weights(`${name}.weight`, initializer, [features, units], denseFan(features, units));
    const bias = this.parameter(`${name}.bias`, filled('float', [units], 0));
    return this.named('Gemm', name, [x, weight, bias]);
  }

  /** The last layer: logits, or one value. */
  answer(x: Value, output: OutputSpec): Value {
    return this.dense(x, output.kind === 'classes' ? output.count : 1, 'output', 'output');
  }

  /** Over [batch, channels, length] or [batch, channels, height, width]; padded so that with stride 1 the size stays. */
  conv(x: Value, channels: number, kernel: number, name: string, options: ConvOptions): Value {
    const { bias, stride = 1, groups = 1, initializer = init.heNormal } = options;
    const [, inputs, ...spatial] = this.g.shape(x) as number[];
    const each = (value: number) => spatial.map(() => value);
    const shape = [channels, inputs / groups, ...each(kernel)];
    const weight = this.weights(`${name}.weight`, initializer, shape, convFan(shape, groups));
    const b = bias ? this.parameter(`${name}.bias`, filled('float', [channels], 0)) : undefined;
    const before = Math.floor((kernel - 1) / 2);
    return this.named('Conv', name, [x, weight, b], {
      kernel_shape: each(kernel),
      pads: [...each(before), ...each(kernel - 1 - before)],
      strides: stride === 1 ? undefined : each(stride),
      group: groups === 1 ? undefined : groups,
    });
  }

  /** Twice the size along every side: the transpose of a 4×4 convolution in steps of 2. No bias where a normalisation follows, or none is wanted. */
  double(x: Value, channels: number, name: string, initializer: Initializer, bias = false): Value {
    const [, inputs, ...spatial] = this.g.shape(x) as number[];
    const each = (value: number) => spatial.map(() => value);
    const shape = [inputs, channels, ...each(4)];
    const weight = this.weights(`${name}.weight`, initializer, shape, convTransposeFan(shape));
    const b = bias ? this.parameter(`${name}.bias`, filled('float', [channels], 0)) : undefined;
    return this.named('ConvTranspose', name, [x, weight, b], {
      kernel_shape: each(4),
      strides: each(2),
      pads: [...each(1), ...each(1)],
    });
  }

  /** `scale`: 0 for the last one of a residual block makes the block begin as the identity (Goyal et al. 2017). */
  batchNorm(x: Value, name: string, scale = 1): Value {
    const channels = this.g.shape(x)[1] as number;
    const scales = this.parameter(`${name}.scale`, filled('float', [channels], scale));
    const bias = this.parameter(`${name}.bias`, filled('float', [channels], 0));
    const running = (what: string, value: number) => {
      const full = `${name}.running_${what}`;
      return this.g.has(full) ? full : this.g.initializer(full, filled('float', [channels], value));
    };
    const [mean, variance] = [running('mean', 0), running('var', 1)];
    return this.named('BatchNormalization', name, [x, scales, bias, mean, variance]);
  }

  /** Over the last axis (Ba et al. 2016). */
  layerNorm(x: Value, name: string): Value {
    const width = this.g.shape(x).at(-1) as number;
    const scale = this.parameter(`${name}.scale`, filled('float', [width], 1));
    const bias = this.parameter(`${name}.bias`, filled('float', [width], 0));
    return this.named('LayerNormalization', name, [x, scale, bias]);
  }

  activation(x: Value, kind: Activation, name: string): Value {
    const ops = { relu: 'Relu', 'leaky-relu': 'LeakyRelu', gelu: 'Gelu', tanh: 'Tanh', sigmoid: 'Sigmoid' };
    if (kind === 'gelu') this.opset = GELU_OPSET;
    return this.named(ops[kind], name, [x]);
  }

  maxPool(x: Value, size: number, name: string): Value {
    const each = this.g.shape(x).flatMap((_, axis) => (axis < 2 ? [] : [size]));
    return this.named('MaxPool', name, [x], { kernel_shape: each, strides: each });
  }

  /** Halves what is at least 2 wide along every side; anything smaller is left at its size. */
  halve(x: Value, name: string): Value {
    return this.canHalve(x) ? this.maxPool(x, 2, name) : x;
  }

  canHalve(x: Value): boolean {
    return (this.g.shape(x).slice(2) as number[]).every((size) => size >= 2);
  }

  /** The mean over all places: [batch, channels]. */
  globalAverage(x: Value, name: string): Value {
    return this.flatten(this.named('GlobalAveragePool', name, [x]), `${name}/flatten`);
  }

  flatten(x: Value, name: string): Value {
    return this.g.rank(x) === 2 ? x : this.named('Flatten', name, [x]);
  }

  /** Rows of a table of `count`, chosen by whole numbers of any shape. */
  embedding(indices: Value, count: number, width: number, name: string, initializer: Initializer): Value {
    const table = this.weights(`${name}.weight`, initializer, [count, width], denseFan(count, width));
    return this.named('Gather', name, [table, indices], { axis: 0 });
  }

  /** Drops a share p of the values while training; the compiler puts the mask in. */
  dropout(x: Value, p: number, name: string): Value {
    return p === 0 ? x : this.named('Dropout', name, [x, this.g.constant(tensor('float', [], [p]))]);
  }

  /** The first input is the one to learn from. */
  finish(output: Value): ForwardModel {
    this.g.output(output);
    const graph = this.g.finish();
    return { graph, opset: this.opset, parameters: this.parameters, input: graph.inputs[0].name, output };
  }
}

/** Numbers to train. */
export const parameterCount = ({ graph, parameters }: ForwardModel): number =>
  parameters.reduce((total, name) => total + graph.initializers.get(name)!.data.length, 0);
