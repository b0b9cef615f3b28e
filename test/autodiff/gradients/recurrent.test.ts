import { describe, expect, it } from 'vitest';
import { asModel } from '../../../src-main/autodiff/phases/9-package.ts';
import { writeOut } from '../../../src-main/autodiff/control-flow/write-out.ts';
import type { AttributeInput } from '../../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import { sizeOf, tensor } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { checkGradient, expectClose, type GradientCase, type InputCase } from '../../support/check-gradient.ts';
import { runModel, type Values } from '../../support/run-model.ts';

type Op = 'LSTM' | 'GRU' | 'RNN';
const gates: Record<Op, number> = { LSTM: 4, GRU: 3, RNN: 1 };
const names = ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'] as const;
type Name = (typeof names)[number];

interface Recurrent {
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  readonly directions?: 1 | 2;
  readonly seq?: number;
  readonly batch?: number;
  readonly size?: number;
  readonly hidden?: number;
  /** Optional inputs that are given. */
  readonly given?: readonly Name[];
  readonly lengths?: readonly number[];
  /** Which outputs the loss sees; all when left out. */
  readonly outputs?: readonly number[];
  readonly batchFirst?: boolean;
  readonly declared?: { readonly seq?: string; readonly batch?: string };
}

const half = (x: number): number => x / 2;

/** The outputs the loss sees, flat and one after the other. */
function join(g: GraphBuilder, values: readonly Value[]): Value {
  const flat = values.map((value) => g.op('Reshape', [value, g.int64s([-1])]));
  return flat.length === 1 ? flat[0] : g.concat(flat, 0);
}

function recurrent(op: Op, options: Recurrent = {}): GradientCase {
  const { attributes = {}, directions = 1, seq = 4, batch = 2, size = 3, hidden = 2, batchFirst = false } = options;
  const { given = ['B'], lengths, declared = {}, outputs = op === 'LSTM' ? [0, 1, 2] : [0, 1] } = options;
  const rows = gates[op] * hidden;
  const both = (shape: readonly number[], symbolic: Shape): Pick<InputCase, 'shape' | 'declared'> =>
    symbolic.every((dim) => typeof dim === 'number') ? { shape } : { shape, declared: symbolic };
  const [t, n] = [declared.seq ?? seq, declared.batch ?? batch];
  const state = batchFirst
    ? both([batch, directions, hidden], [n, directions, hidden])
    : both([directions, batch, hidden], [directions, n, hidden]);
  const all: Record<Name, InputCase> = {
    X: batchFirst ? both([batch, seq, size], [n, t, size]) : both([seq, batch, size], [t, n, size]),
    W: { shape: [directions, rows, size], map: half },
    R: { shape: [directions, rows, hidden], map: half },
    B: { shape: [directions, 2 * rows], map: half },
    sequence_lens: { ...both([batch], [n]), type: 'int32', values: lengths },
    initial_h: { ...state, map: half },
    initial_c: { ...state, map: half },
    P: { shape: [directions, 3 * hidden], map: half },
  };
  const used = names.filter((name) => ['X', 'W', 'R'].includes(name) || given.includes(name));
  return {
    inputs: Object.fromEntries(used.map((name) => [name, all[name]])),
    build(g, values) {
      const results = g.node(
        op,
        names.map((name) => values[name]),
        { hidden_size: hidden, ...attributes, ...(batchFirst && { layout: 1 }) },
        {
          outputs: ['Y', 'Y_h', 'Y_c']
            .slice(0, Math.max(...outputs) + 1)
            .map((name, i) => (outputs.includes(i) ? name : '')),
        },
      );
      return join(
        g,
        outputs.map((i) => results[i]),
      );
    },
  };
}

const initial = (op: Op): Name[] => (op === 'LSTM' ? ['initial_h', 'initial_c'] : ['initial_h']);
const bidirectional = { direction: 'bidirectional' };

describe.each(['LSTM', 'GRU', 'RNN'] as const)('%s', (op) => {
  const cases: Record<string, Recurrent> = {
    plain: {},
    'without biases': { given: [] },
    'initial states': { given: ['B', ...initial(op)] },
    'initial states, without biases': { given: initial(op) },
    reverse: { attributes: { direction: 'reverse' }, given: ['B', ...initial(op)] },
    bidirectional: { attributes: bidirectional, directions: 2, given: ['B', ...initial(op)] },
    'the steps only': { outputs: [0] },
    'the last state only': { outputs: [1] },
    'one step': { seq: 1, given: ['B', ...initial(op)] },
    'one sample, one input, one unit': { batch: 1, size: 1, hidden: 1 },
    'odd sizes': { seq: 5, batch: 3, size: 1, hidden: 3 },
    'batch first': { batchFirst: true, given: ['B', ...initial(op)] },
    'batch first, bidirectional': { batchFirst: true, attributes: bidirectional, directions: 2 },
    lengths: { given: ['B', 'sequence_lens', ...initial(op)], lengths: [4, 2] },
    'lengths, reverse': { given: ['sequence_lens'], lengths: [1, 3], attributes: { direction: 'reverse' } },
    'lengths, bidirectional': {
      given: ['B', 'sequence_lens', ...initial(op)],
      lengths: [3, 1, 4],
      batch: 3,
      attributes: bidirectional,
      directions: 2,
    },
    'a size with a name: batch': { declared: { batch: 'batch' }, given: ['B'] },
    'a size with a name: steps': { declared: { seq: 'seq' }, given: ['B', ...initial(op)] },
    'sizes with names': {
      declared: { batch: 'batch', seq: 'seq' },
      given: ['B'],
      attributes: bidirectional,
      directions: 2,
    },
    'sizes with names, lengths': {
      declared: { batch: 'batch', seq: 'seq' },
      given: ['B', 'sequence_lens'],
      lengths: [2, 4],
    },
    'sizes with names, batch first': { declared: { batch: 'batch', seq: 'seq' }, given: ['B'], batchFirst: true },
  };
  it.each(Object.entries(cases))('%s', (_, options) => checkGradient(recurrent(op, options)));
});

describe('LSTM', () => {
  const all = { given: ['B', 'initial_h', 'initial_c', 'P'] as const };
  it('the cell only', () => checkGradient(recurrent('LSTM', { outputs: [2] })));
  it('the steps and the cell', () => checkGradient(recurrent('LSTM', { outputs: [0, 2] })));
  it('peepholes', () => checkGradient(recurrent('LSTM', all)));
  it('peepholes, bidirectional', () =>
    checkGradient(recurrent('LSTM', { ...all, attributes: bidirectional, directions: 2 })));
  it('coupled gates', () => checkGradient(recurrent('LSTM', { ...all, attributes: { input_forget: 1 } })));
  it.each([
    ['Softsign', 'Relu', 'Affine'],
    ['HardSigmoid', 'ScaledTanh', 'Elu'],
    ['Sigmoid', 'LeakyRelu', 'Softplus'],
  ])('activations %s, %s, %s', (...activations) =>
    checkGradient(
      recurrent('LSTM', {
        attributes: {
          activations: { kind: 'strings', value: activations },
          activation_alpha: { kind: 'floats', value: [0.3, 0.7, 0.6] },
          activation_beta: { kind: 'floats', value: [0.4, 0.8] },
        },
      }),
    ),
  );
});

describe('GRU', () => {
  const linear = { linear_before_reset: 1 };
  const cases: Record<string, Recurrent> = {
    plain: { attributes: linear },
    'without biases': { attributes: linear, given: [] },
    'bidirectional, initial state': {
      attributes: { ...linear, ...bidirectional },
      directions: 2,
      given: ['B', 'initial_h'],
    },
    lengths: { attributes: linear, given: ['B', 'sequence_lens'], lengths: [2, 4] },
    'sizes with names': { attributes: linear, declared: { batch: 'batch', seq: 'seq' } },
  };
  it.each(Object.entries(cases))('linear before reset: %s', (_, options) => checkGradient(recurrent('GRU', options)));
});

/** The graph of a case, and its inputs with values. */
function prepared({ inputs, build }: GradientCase): { g: GraphBuilder; output: Value; feeds: Values } {
  const random = new Random(5);
  const g = new GraphBuilder('case');
  const feeds: Values = {};
  for (const [name, { shape, type = 'float', values, map = (x: number) => x }] of Object.entries(inputs)) {
    feeds[name] = tensor(type, shape, values ?? Array.from({ length: sizeOf(shape) }, () => map(random.normal())));
    g.input(name, type, shape);
  }
  const output = build(g, Object.fromEntries(Object.keys(inputs).map((name) => [name, name])));
  g.output(output);
  return { g, output, feeds };
}

describe('written out it is what ONNX Runtime’s operator computes', () => {
  const strings = (...value: string[]) => ({ kind: 'strings', value }) as const;
  const floats = (...value: number[]) => ({ kind: 'floats', value }) as const;
  const full: Partial<Recurrent> = { seq: 5, batch: 3, directions: 2, lengths: [5, 2, 3] };
  const cases: [string, Op, Recurrent][] = [
    [
      'everything',
      'LSTM',
      { ...full, attributes: bidirectional, given: ['B', 'sequence_lens', 'initial_h', 'initial_c', 'P'] },
    ],
    ['coupled gates', 'LSTM', { attributes: { input_forget: 1 }, given: ['B', 'P'] }],
    [
      'activations with numbers of their own',
      'LSTM',
      {
        directions: 2,
        attributes: {
          ...bidirectional,
          activations: strings('HardSigmoid', 'ScaledTanh', 'Affine', 'Sigmoid', 'LeakyRelu', 'Softsign'),
          activation_alpha: floats(0.3, 1.2, 0.9, 0.1),
          activation_beta: floats(0.4, 0.8, 0.1),
        },
      },
    ],
    ['everything', 'GRU', { ...full, attributes: bidirectional, given: ['B', 'sequence_lens', 'initial_h'] }],
    [
      'reset after',
      'GRU',
      { ...full, attributes: { ...bidirectional, linear_before_reset: 1 }, given: ['B', 'sequence_lens'] },
    ],
    ['activations', 'GRU', { attributes: { activations: strings('Sigmoid', 'Softplus') } }],
    ['everything', 'RNN', { ...full, attributes: bidirectional, given: ['B', 'sequence_lens', 'initial_h'] }],
    ['activations', 'RNN', { attributes: { activations: strings('Elu'), activation_alpha: floats(0.7) } }],
  ];
  it.each(cases)('%s, %s', async (_, op, options) => {
    const { g, output, feeds } = prepared(recurrent(op, options));
    const written = writeOut(g.finish(), new Set(Object.keys(feeds)));
    expect(written.nodes.map((node) => node.op)).not.toContain(op);
    const [there, here] = [g.finish(), written].map((graph) => runModel(asModel(graph, 18), feeds));
    expectClose((await here)[output].data as Float32Array, (await there)[output].data as Float32Array, 1e-5, op);
  });
});

describe('what is refused', () => {
  const refused = (op: Op, attributes: Recurrent['attributes'], message: RegExp) => {
    const { g, feeds } = prepared(recurrent(op, { attributes }));
    expect(() => writeOut(g.finish(), new Set(Object.keys(feeds)))).toThrow(message);
  };
  const named = (...value: string[]) => ({ activations: { kind: 'strings', value } as const });
  it('clipping', () => refused('LSTM', { clip: { kind: 'float', value: 3 } }, /^LSTM "Y": clip=3/));
  it('an activation that ONNX does not name', () => refused('RNN', named('Sine'), /^RNN "Y": activation Sine/));
  it('an activation that lacks a number', () =>
    refused('RNN', named('Affine'), /^RNN "Y": activation Affine without its alpha/));
  it('too few activations', () => refused('GRU', named('Tanh'), /^GRU "Y": 1 activations for 1 of 2/));
});
