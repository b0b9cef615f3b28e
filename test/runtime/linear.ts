import type { Attributes, Model, Node, Tensor } from '../../src-main/onnx/types.ts';
import type { EvaluationProgram, Samples, TrainingProgram } from '../../src-main/runtime/programs.ts';
import { int64s, scalar, zeros } from '../../src-main/onnx/tensors.ts';
import { Random } from '../../src-main/shared/random.ts';

/**
 * Least squares by momentum, differentiated by hand: the smallest program that has everything the loop deals with (data, target, rate,
 * a parameter, optimizer state). It lets the runtime be tested without the compiler. `k` steps are simply written one after another.
 */
export function linearProgram(features: number, k: number, batchSize?: number): TrainingProgram {
  const batch = batchSize ?? 'batch';
  const nodes: Node[] = [];
  const node = (op: string, inputs: string[], output: string, attributes: Attributes = {}): string => {
    nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  };
  const lead = k === 1 ? [] : [k];
  let w = 'w';
  let v = 'v';
  const losses: string[] = [];
  for (let i = 0; i < k; i++) {
    const at = (name: string): string =>
      k === 1 ? name : node('Gather', [name, `i${i}`], `${name}_${i}`, { axis: { kind: 'int', value: 0 } });
    const [x, y, rate] = [at('x'), at('y'), at('rate')];
    const error = node('Sub', [node('MatMul', [x, w], `p${i}`), y], `e${i}`);
    losses.push(
      node('ReduceMean', [node('Mul', [error, error], `s${i}`)], `l${i}`, { keepdims: { kind: 'int', value: 0 } }),
    );
    const count = node('Cast', [node('Size', [y], `n${i}`)], `c${i}`, { to: { kind: 'int', value: 1 } });
    const sum = node('Gemm', [x, error], `g${i}`, {
      transA: { kind: 'int', value: 1 },
      alpha: { kind: 'float', value: 2 },
    });
    v = node('Add', [node('Mul', [v, 'beta'], `b${i}`), node('Div', [sum, count], `d${i}`)], `v${i}`);
    w = node('Sub', [w, node('Mul', [v, rate], `r${i}`)], `w${i}`);
  }
  node('Identity', [w], 'w_out');
  node('Identity', [v], 'v_out');
  if (k === 1) node('Identity', [losses[0]], 'loss');
  else {
    const rows = losses.map((loss, i) => node('Unsqueeze', [loss, 'axis'], `u${i}`));
    node('Concat', rows, 'loss', { axis: { kind: 'int', value: 0 } });
  }
  const shape = [features, 1];
  return {
    stepsPerCall: k,
    batch,
    model: model({
      nodes,
      inputs: [
        { name: 'x', shape: [...lead, batch, features] },
        { name: 'y', shape: [...lead, batch, 1] },
        { name: 'rate', shape: lead },
        { name: 'w', shape },
        { name: 'v', shape },
      ],
      outputs: [
        { name: 'loss', shape: lead },
        { name: 'w_out', shape },
        { name: 'v_out', shape },
      ],
      initializers: [
        ['beta', scalar('float', 0.5)],
        ['axis', int64s([0])],
        ...Array.from({ length: k }, (_, i) => [`i${i}`, scalar('int64', i)] as const),
      ],
    }),
    inputs: [
      { name: 'x', role: 'data', type: 'float', shape: [...lead, batch, features] },
      { name: 'y', role: 'target', type: 'float', shape: [...lead, batch, 1] },
      { name: 'rate', role: 'learning_rate', type: 'float', shape: lead },
    ],
    parameters: [{ name: 'w', input: 'w', output: 'w_out', type: 'float', shape, initial: zeros('float', shape) }],
    state: [
      {
        name: 'w',
        kind: 'optimizer',
        input: 'v',
        output: 'v_out',
        type: 'float',
        shape,
        initial: zeros('float', shape),
      },
    ],
    outputs: [{ name: 'loss', role: 'loss', type: 'float', shape: lead }],
  };
}

export function linearEvaluation(features: number): EvaluationProgram {
  const none: Attributes = {};
  return {
    model: model({
      nodes: [
        { name: 'p', op: 'MatMul', domain: '', inputs: ['x', 'w'], outputs: ['p'], attributes: none },
        { name: 'e', op: 'Sub', domain: '', inputs: ['p', 'y'], outputs: ['e'], attributes: none },
        {
          name: 'l',
          op: 'ReduceSumSquare',
          domain: '',
          inputs: ['e'],
          outputs: ['l'],
          attributes: { keepdims: { kind: 'int', value: 0 } },
        },
      ],
      inputs: [
        { name: 'x', shape: ['batch', features] },
        { name: 'y', shape: ['batch', 1] },
        { name: 'w', shape: [features, 1] },
      ],
      outputs: [
        { name: 'l', shape: [] },
        { name: 'p', shape: ['batch', 1] },
      ],
      initializers: [],
    }),
    inputs: [
      { name: 'x', role: 'data', type: 'float', shape: ['batch', features] },
      { name: 'y', role: 'target', type: 'float', shape: ['batch', 1] },
    ],
    parameters: [{ name: 'w', type: 'float', shape: [features, 1] }],
    outputs: [
      { name: 'l', role: 'loss', type: 'float', shape: [] },
      { name: 'p', role: 'prediction', type: 'float', shape: ['batch', 1] },
    ],
  };
}

/** y = x · w + noise, with w = 1, 2, 3 … */
export function linearSamples(count: number, features: number, seed: number, noise = 0): Samples {
  const random = new Random(seed);
  const x = Float32Array.from({ length: count * features }, () => random.normal());
  const y = Float32Array.from({ length: count }, (_, i) => {
    let sum = noise * random.normal();
    for (let f = 0; f < features; f++) sum += x[i * features + f] * (f + 1);
    return sum;
  });
  return { count, x, y };
}

interface Parts {
  nodes: Node[];
  inputs: { name: string; shape: (number | string)[] }[];
  outputs: { name: string; shape: (number | string)[] }[];
  initializers: (readonly [string, Tensor])[];
}

function model({ nodes, inputs, outputs, initializers }: Parts): Model {
  return {
    irVersion: 8,
    opsets: { '': 17 },
    producer: 'test',
    metadata: {},
    graph: {
      name: 'linear',
      nodes,
      inputs: inputs.map((each) => ({ ...each, type: 'float' })),
      outputs: outputs.map((each) => ({ ...each, type: 'float' })),
      initializers: new Map(initializers),
      values: new Map(),
    },
  };
}
