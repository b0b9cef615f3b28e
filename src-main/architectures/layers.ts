// The layers that templates are put together from. A layer appends its nodes under its name: `dense1.weight`, `dense1`.

import { GraphBuilder, type Value } from '../onnx/builder.ts';
import { filled, tensor, zeros } from '../onnx/tensors.ts';
import type { Graph, Tensor } from '../onnx/types.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import type { BuildOptions, InputSpec } from './architecture.ts';
import { convFan, denseFan, type Fan, glorotUniform, heNormal, type Initializer } from './initializers.ts';

export const activations = ['relu', 'leaky-relu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof activations)[number];

export class LayerBuilder {
  readonly g = new GraphBuilder('forward');
  private readonly parameters: string[] = [];
  private readonly seed: number;
  private readonly blank: boolean;

  constructor(seed: number, blank = false) {
    this.seed = seed;
    this.blank = blank;
  }

  /** The graph's input, ready for layers: float [batch, features], or scaled float [batch, channels, height, width]. */
  input(spec: InputSpec): Value {
    const { g } = this;
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

  private parameter(name: string, value: Tensor): Value {
    this.parameters.push(name);
    return this.g.initializer(name, value);
  }

  private weights(name: string, init: Initializer, shape: readonly number[], fan: Fan): Value {
    return this.parameter(
      name,
      this.blank ? zeros('float', shape) : init(shape, fan, this.seed, this.parameters.length),
    );
  }

  private named(op: string, name: string, inputs: readonly (Value | undefined)[], attributes = {}): Value {
    return this.g.node(op, inputs, attributes, { outputs: [name] })[0];
  }

  /** y = x·W + b. Hidden layers start by He, an output by Glorot; biases at 0. */
  dense(x: Value, units: number, name: string, role: 'hidden' | 'output'): Value {
    const features = this.g.shape(x)[1] as number;
    const init = role === 'hidden' ? heNormal : glorotUniform;
    const weight = this.weights(`${name}.weight`, init, [features, units], denseFan(features, units));
    const bias = this.parameter(`${name}.bias`, filled('float', [units], 0));
    return this.named('Gemm', name, [x, weight, bias]);
  }

  /** Same-padded, stride 1. No bias where a normalisation follows: it would take it out again. */
  conv(x: Value, channels: number, kernel: number, name: string, bias: boolean): Value {
    const [, inputs] = this.g.shape(x) as number[];
    const shape = [channels, inputs, kernel, kernel];
    const weight = this.weights(`${name}.weight`, heNormal, shape, convFan(shape));
    const b = bias ? this.parameter(`${name}.bias`, filled('float', [channels], 0)) : undefined;
    const before = Math.floor((kernel - 1) / 2);
    const after = kernel - 1 - before;
    const pads = [before, before, after, after];
    return this.named('Conv', name, [x, weight, b], { kernel_shape: [kernel, kernel], pads });
  }

  batchNorm(x: Value, name: string): Value {
    const channels = this.g.shape(x)[1] as number;
    const scale = this.parameter(`${name}.scale`, filled('float', [channels], 1));
    const bias = this.parameter(`${name}.bias`, filled('float', [channels], 0));
    const mean = this.g.initializer(`${name}.running_mean`, filled('float', [channels], 0));
    const variance = this.g.initializer(`${name}.running_var`, filled('float', [channels], 1));
    return this.named('BatchNormalization', name, [x, scale, bias, mean, variance]);
  }

  activation(x: Value, kind: Activation, name: string): Value {
    const op = { relu: 'Relu', 'leaky-relu': 'LeakyRelu', tanh: 'Tanh', sigmoid: 'Sigmoid' }[kind];
    return this.named(op, name, [x]);
  }

  maxPool(x: Value, size: number, name: string): Value {
    return this.named('MaxPool', name, [x], { kernel_shape: [size, size], strides: [size, size] });
  }

  flatten(x: Value, name: string): Value {
    return this.g.rank(x) === 2 ? x : this.named('Flatten', name, [x]);
  }

  /** Drops a share p of the values while training; the compiler puts the mask in. */
  dropout(x: Value, p: number, name: string): Value {
    return p === 0 ? x : this.named('Dropout', name, [x, this.g.constant(tensor('float', [], [p]))]);
  }

  finish(output: Value, input: BuildOptions['input']): ForwardModel {
    this.g.output(output);
    const graph: Graph = this.g.finish();
    const name = input.kind === 'image' ? 'pixels' : 'features';
    return { graph, parameters: this.parameters, input: name, output };
  }
}

/** Numbers to train. */
export const parameterCount = ({ graph, parameters }: ForwardModel): number =>
  parameters.reduce((total, name) => total + graph.initializers.get(name)!.data.length, 0);
