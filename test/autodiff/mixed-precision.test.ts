import { describe, expect, it } from 'vitest';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { TrainingOptions, TrainingStep } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { fromFloat16, toFloat16 } from '../../src-main/onnx/half.ts';
import { numbersOf, tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Graph } from '../../src-main/onnx/types.ts';
import { Random } from '../../src-main/shared/random.ts';
import { architectureCases, forwardOf } from '../support/architecture-cases.ts';
import { array, type Array64, evaluateGraph, fromTensor } from '../support/reference.ts';

const base: TrainingOptions = {
  loss: { kind: 'mean-squared-error' },
  optimizer: { kind: 'sgd' },
  device: 'cpu',
  stepsPerCall: 1,
  precision: 'mixed',
};

/** prediction = u·(x·w)ᵀ, u = (1, 0), of one sample. */
function line(type: DataType = 'float'): ForwardModel {
  const g = new GraphBuilder('line');
  const x = g.input('x', type, [1, 2]);
  const w = g.initializer('w', tensor(type, [2, 2], [0.5, -0.25, 0.25, 1]));
  const u = g.initializer('u', tensor(type, [1, 2], [1, 0]));
  g.output(g.matmul(u, g.reshape(g.matmul(x, w), [2, 1])));
  return { graph: g.finish(), parameters: ['w'], input: x, output: g.outputs[0].name };
}

interface Step {
  w: number[];
  scale: number;
  steps: number;
  state: Map<string, Array64>;
}

const typed = (graph: Graph): GraphBuilder => {
  const g = GraphBuilder.interfaceOf(graph);
  for (const node of graph.nodes) g.copy(node);
  return g;
};

/**
 * A step as a device takes it that does have 16 bits (a CPU's session leaves narrowing out where it computes in 32 anyway): by the
 * reference, every value of type float16 rounded to one.
 */
function stepper({ model: { graph } }: TrainingStep): (values: Map<string, Array64>) => Map<string, Array64> {
  const types = typed(graph);
  const rounded = (name: string, value: Array64): Array64 =>
    types.type(name).type === 'float16'
      ? { ...value, data: value.data.map((x) => fromFloat16(toFloat16(Math.fround(x)))) }
      : value;
  return (values) => evaluateGraph(graph, values, rounded);
}

const carriedBy = ({ parameters, state }: TrainingStep) => [...parameters, ...state];
const initialOf = (step: TrainingStep, given: Record<string, number>): Map<string, Array64> =>
  new Map(
    carriedBy(step).map(({ name, input, initial }) => [
      input,
      name in given ? array([], [given[name]]) : fromTensor(initial),
    ]),
  );
const carriedOn = (step: TrainingStep, results: ReadonlyMap<string, Array64>): Map<string, Array64> =>
  new Map(carriedBy(step).map(({ input, output }) => [input, results.get(output)!]));

function run(
  options: Partial<TrainingOptions>,
  given: Record<string, number>,
  xs: number[][],
  { rate = 0.125, target = 0 } = {},
): Step[] {
  const step = compileTrainingStep(line(), { ...base, ...options });
  const take = stepper(step);
  let values = initialOf(step, given);
  return xs.map((x) => {
    const fed: [string, Array64][] = [
      ['x', array([1, 2], x)],
      ['target', array([1, 1], [target])],
      ['learning_rate', array([], [rate])],
    ];
    values = carriedOn(step, take(new Map([...values, ...fed])));
    const numbers = (wanted: string) => [
      ...values.get(carriedBy(step).find(({ name }) => name === wanted)!.input)!.data,
    ];
    return { w: numbers('w'), scale: numbers('loss_scale')[0], steps: numbers('loss_scale/steps')[0], state: values };
  });
}

/** What each operator's first input is of. */
function typesOf(graph: Graph, op: string): DataType[] {
  const types = typed(graph);
  return graph.nodes.filter((node) => node.op === op).map((node) => types.type(node.inputs[0]).type);
}

describe('mixed precision', () => {
  it('narrows products, and nothing that adds up', () => {
    const g = new GraphBuilder('net');
    const random = new Random(1);
    const weight = (name: string, rows: number, columns: number) =>
      g.initializer(
        name,
        tensor(
          'float',
          [rows, columns],
          Array.from({ length: rows * columns }, () => random.normal()),
        ),
      );
    g.input('x', 'float', [4, 3]);
    const hidden = g.op('Relu', [
      g.add(g.matmul('x', weight('a', 3, 5)), g.initializer('b', tensor('float', [5], [1, 2, 3, 4, 5]))),
    ]);
    g.output(g.op('Softmax', [g.matmul(hidden, weight('c', 5, 2))], { axis: -1 }));
    const forward = { graph: g.finish(), parameters: ['a', 'b', 'c'], input: 'x', output: g.outputs[0].name };
    const { graph } = compileTrainingStep(forward, base).model;
    const products = [...typesOf(graph, 'MatMul'), ...typesOf(graph, 'Gemm')];
    // Two forward, two for the weights, one for what is between.
    expect(products).toEqual(Array.from({ length: 5 }, () => 'float16'));
    expect(typesOf(graph, 'Relu')).toEqual(['float16']);
    expect(typesOf(graph, 'Softmax')).toEqual(['float']);
    expect(new Set(typesOf(graph, 'ReduceSum'))).toEqual(new Set(['float']));
    for (const { type } of [...graph.inputs, ...graph.outputs]) expect(type).not.toBe('float16');
  });

  it('is nothing where it is not asked for', () => {
    const bytes = (precision?: 'single') => compileTrainingStep(line(), { ...base, precision }).model;
    expect(bytes('single')).toEqual(bytes());
  });

  it('has gradients that 16 bits without a scale would not have', () => {
    // The prediction is 2⁻²⁷ off: what is handed back is 2⁻²⁶, and the smallest number of 16 bits 2⁻²⁴.
    const target = 0.75 - 2 ** -27;
    const [large] = run({}, {}, [[1, 1]], { rate: 2 ** 26, target });
    expect(large.w).toEqual([-0.5, -0.25, -0.75, 1]);
    const [none] = run({}, { loss_scale: 1 }, [[1, 1]], { rate: 2 ** 26, target });
    expect(none.w).toEqual([0.5, -0.25, 0.25, 1]);
  });

  it('skips a step whose gradients are too large, halves the scale, and goes on', () => {
    // The weights' gradient is 2·24·32: times 2⁶ no number of 16 bits, times 2⁵ one.
    const steps = Array.from({ length: 14 }, () => [32, 32]);
    const told = run({}, {}, steps);
    const first = told.findIndex(({ steps }) => steps > 0);
    const skipped = told.slice(0, first);
    for (const [i, { w, scale }] of skipped.entries()) {
      expect(w).toEqual([0.5, -0.25, 0.25, 1]);
      expect(scale).toBe(2 ** (15 - i));
    }
    expect(skipped).toHaveLength(11);
    expect(told[first].w).toEqual([0.5 - 0.125 * 48 * 32, -0.25, 0.25 - 0.125 * 48 * 32, 1]);
  });

  it('keeps the optimizer as it was in a skipped step', () => {
    const [{ state }] = run({ optimizer: { kind: 'adam' } }, {}, [[32, 32]]);
    const step = compileTrainingStep(line(), { ...base, optimizer: { kind: 'adam' } });
    const own = step.state.filter(({ name }) => !name.startsWith('loss_scale'));
    expect(own.length).toBeGreaterThan(2);
    for (const { name, input, initial } of own)
      expect([name, [...state.get(input)!.data]]).toEqual([name, numbersOf(initial)]);
  });

  it('doubles the scale after 2,000 steps in a row', () => {
    const told = run(
      {},
      { loss_scale: 8, 'loss_scale/steps': 1998 },
      Array.from({ length: 3 }, () => [0.1, 0.1]),
    );
    expect(told.map(({ scale, steps }) => [scale, steps])).toEqual([
      [8, 1999],
      [16, 0],
      [16, 1],
    ]);
  });

  it('leaves a batch that overflows out of what is accumulated', () => {
    const told = run({ update: { accumulate: 2 } }, {}, [
      [32, 32],
      [0.5, 0.5],
    ]);
    // The other counts as half of the mean: 2·0.375·0.5 / 2.
    expect(told.map(({ w }) => w)).toEqual([
      [0.5, -0.25, 0.25, 1],
      [0.5 - 0.125 * 0.1875, -0.25, 0.25 - 0.125 * 0.1875, 1],
    ]);
  });

  it('refuses what is not of 32 bits', () => {
    expect(() => compileTrainingStep(line('double'), base)).toThrow(/precision=mixed: the model computes in double/);
  });
});

// Sessions on a processor compute in 32 bits where they can; this is what a card does, beside PyTorch's ten steps in 32.
it('learns as PyTorch does with every narrow value rounded', () => {
  const entry = architectureCases.find(({ architecture }) => architecture === 'mlp')!;
  const { optimizer, rate, losses } = entry.runs[0];
  const step = compileTrainingStep(forwardOf(entry), { ...base, loss: entry.loss, optimizer });
  const take = stepper(step);
  let values = initialOf(step, { loss_scale: 1024 });
  losses.forEach((wanted, i) => {
    const data = entry.data[i % entry.data.length];
    const target = entry.target[i % entry.target.length];
    const results = take(
      new Map([
        ...values,
        ['learning_rate', array([], [rate])],
        ...step.inputs.flatMap(({ name, role }): [string, Array64][] =>
          role === 'data'
            ? [[name, array(data.shape, data.data)]]
            : role === 'target'
              ? [[name, array(target.shape, target.data)]]
              : [],
        ),
      ]),
    );
    const loss = results.get('loss')!.data[0];
    expect(Math.abs(loss - wanted), `loss ${i}`).toBeLessThan(5e-3 * wanted);
    expect(loss).not.toBe(wanted);
    values = carriedOn(step, results);
  });
});

describe('numbers of 16 bits', () => {
  it('are read and written alike, all 65,536', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromFloat16(bits);
      if (!Number.isNaN(value)) expect(toFloat16(value)).toBe(bits);
    }
    expect(fromFloat16(toFloat16(NaN))).toBeNaN();
  });

  it.each([
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [65519, 65504],
    [65520, Infinity],
    [-1e10, -Infinity],
    [2 ** -25, 0],
    [3 * 2 ** -26, 2 ** -24],
    [0.1, 0.0999755859375],
  ])('%d is nearest to %d', (value, wanted) => expect(fromFloat16(toFloat16(value))).toBe(wanted));
});
