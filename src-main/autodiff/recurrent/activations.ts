// The activation functions that LSTM, GRU and RNN may name, as operators.

import { float } from '../../onnx/attributes.ts';
import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { floatsOf, nodeError, stringsOf } from '../../onnx/node.ts';
import type { Node } from '../../onnx/types.ts';

export type Activation = (g: GraphBuilder, x: Value) => Value;

interface Named {
  /** Defaults of the parameters it takes; one without a default has to be given. */
  readonly alpha?: number | 'given';
  readonly beta?: number | 'given';
  make(g: GraphBuilder, x: Value, alpha: number, beta: number): Value;
}

const plain = (op: string): Named => ({ make: (g, x) => g.op(op, [x]) });

const activations: Readonly<Record<string, Named>> = {
  affine: { alpha: 'given', beta: 'given', make: (g, x, alpha, beta) => g.add(g.scale(x, alpha), g.scalar(beta, x)) },
  elu: { alpha: 1, make: (g, x, alpha) => g.op('Elu', [x], { alpha: float(alpha) }) },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    make: (g, x, alpha, beta) => g.op('HardSigmoid', [x], { alpha: float(alpha), beta: float(beta) }),
  },
  leakyrelu: { alpha: 0.01, make: (g, x, alpha) => g.op('LeakyRelu', [x], { alpha: float(alpha) }) },
  relu: plain('Relu'),
  scaledtanh: {
    alpha: 'given',
    beta: 'given',
    make: (g, x, alpha, beta) => g.scale(g.op('Tanh', [g.scale(x, beta)]), alpha),
  },
  sigmoid: plain('Sigmoid'),
  softplus: plain('Softplus'),
  softsign: plain('Softsign'),
  tanh: plain('Tanh'),
  thresholdedrelu: { alpha: 1, make: (g, x, alpha) => g.op('ThresholdedRelu', [x], { alpha: float(alpha) }) },
};

/** The functions of every direction, in ONNX's order. `defaults`: those of one direction. */
export function activationsOf(node: Node, directions: number, defaults: readonly string[]): Activation[][] {
  const names = stringsOf(node, 'activations') ?? new Array<readonly string[]>(directions).fill(defaults).flat();
  if (names.length !== directions * defaults.length) {
    const wanted = `${directions} of ${defaults.length}`;
    throw nodeError('invalid_model', node, `${names.length} activations for ${wanted}`);
  }
  // Each takes the next of the numbers only if it has such a parameter.
  const numbers = {
    alpha: [...(floatsOf(node, 'activation_alpha') ?? [])],
    beta: [...(floatsOf(node, 'activation_beta') ?? [])],
  };
  const made = names.map((name): Activation => {
    const known = activations[name.toLowerCase()];
    if (!known) throw nodeError('unsupported_attribute', node, `activation ${name}`);
    const [alpha, beta] = (['alpha', 'beta'] as const).map((parameter) => {
      const fallback = known[parameter];
      if (fallback === undefined) return 0;
      const value = numbers[parameter].shift() ?? fallback;
      if (value === 'given') throw nodeError('invalid_model', node, `activation ${name} without its ${parameter}`);
      return value;
    });
    return (g, x) => known.make(g, x, alpha, beta);
  });
  return Array.from({ length: directions }, (_, d) => made.slice(d * defaults.length, (d + 1) * defaults.length));
}
