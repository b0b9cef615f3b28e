// Convolutions in the runtime's own layout: the same numbers as the standard operators give, on the kernels of this very processor.

import { describe, expect, it } from 'vitest';
import { compileEvaluation, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { differentiate } from '../../src-main/autodiff/phases/5-differentiate.ts';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { lower } from '../../src-main/autodiff/phases/8-lower.ts';
import { asModel, nameOutputs } from '../../src-main/autodiff/phases/9-package.ts';
import { NCHWC } from '../../src-main/autodiff/lowering/blocked/blocks.ts';
import { buildForward } from '../../src-main/architectures/index.ts';
import type { AttributeInput } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { withOutputs } from '../../src-main/onnx/graph.ts';
import { subgraphsOf } from '../../src-main/onnx/subgraphs.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Graph, Node, Shape, Tensor } from '../../src-main/onnx/types.ts';
import { channelBlock } from '../../src-main/runtime/channel-block.ts';
import { Random } from '../../src-main/shared/random.ts';
import { expectClose } from '../support/check-gradient.ts';
import { runModel, type Values } from '../support/run-model.ts';
import { initialValues } from '../support/run-step.ts';

const block = await channelBlock();

interface Case {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  readonly relu?: boolean;
  readonly bias?: boolean;
  /** As declared; `x` when left out. */
  readonly declared?: Shape;
  /** How many blocked convolutions there are: forward, of the input's gradient, of the weights'. */
  readonly blocked: number;
}

const cases: Record<string, Case> = {
  '3×3': { x: [2, 16, 15, 14], w: [32, 16, 3, 3], attributes: { pads: [1, 1, 1, 1] }, blocked: 2 },
  '3×3, bias and Relu': { x: [2, 32, 17, 17], w: [16, 32, 3, 3], bias: true, relu: true, blocked: 2 },
  '5×3, uneven pads': { x: [2, 16, 17, 16], w: [16, 16, 5, 3], attributes: { pads: [2, 0, 1, 2] }, blocked: 2 },
  '4×4, one size kept': { x: [2, 16, 16, 18], w: [16, 16, 4, 4], attributes: { auto_pad: 'SAME_LOWER' }, blocked: 2 },
  'stride 2': {
    x: [4, 16, 21, 22],
    w: [16, 16, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
    blocked: 5,
  },
  'stride 2, rows that no window reaches, whole blocks': {
    x: [4, 16, 22, 21],
    w: [32, 16, 3, 3],
    attributes: { strides: [2, 2] },
    blocked: 5,
  },
  'uneven strides, 5×4': {
    x: [3, 16, 25, 24],
    w: [16, 16, 5, 4],
    attributes: { strides: [2, 1], pads: [2, 1, 2, 2] },
    blocked: 3,
  },
  'places between windows': { x: [4, 16, 30, 31], w: [16, 16, 2, 2], attributes: { strides: [3, 3] }, blocked: 5 },
  'stride 2, more padding than a phase can do with': {
    x: [4, 16, 21, 22],
    w: [16, 16, 2, 2],
    attributes: { strides: [2, 2], pads: [2, 2, 2, 2] },
    blocked: 1,
  },
  'stride 2 and dilations': {
    x: [4, 16, 25, 24],
    w: [16, 16, 3, 3],
    attributes: { strides: [2, 2], dilations: [2, 2] },
    blocked: 1,
  },
  'stride 2, a batch known to the run': {
    x: [16, 16, 15, 14],
    w: [32, 16, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
    declared: ['batch', 16, 15, 14],
    blocked: 6,
  },
  '1×1, stride 2': { x: [8, 16, 15, 16], w: [32, 16, 1, 1], attributes: { strides: [2, 2] }, bias: true, blocked: 2 },
  'stride 2, few places': { x: [2, 16, 9, 9], w: [16, 16, 3, 3], attributes: { strides: [2, 2] }, blocked: 0 },
  '1×1, uneven strides, a batch known to the run': {
    x: [8, 32, 16, 15],
    w: [16, 32, 1, 1],
    attributes: { strides: [3, 1] },
    declared: ['batch', 32, 16, 15],
    blocked: 2,
  },
  '1×1, stride 2, padded': {
    x: [8, 16, 16, 15],
    w: [16, 16, 1, 1],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
    blocked: 0,
  },
  dilations: { x: [2, 16, 22, 22], w: [32, 16, 3, 3], attributes: { dilations: [2, 3] }, blocked: 2 },
  'few channels': { x: [2, 3, 20, 20], w: [32, 3, 5, 5], attributes: { pads: [2, 2, 2, 2] }, bias: true, blocked: 1 },
  depthwise: {
    x: [2, 32, 15, 15],
    w: [32, 1, 3, 3],
    attributes: { group: 32, pads: [1, 1, 1, 1] },
    relu: true,
    blocked: 2,
  },
  'a batch known to the run': { x: [3, 16, 15, 15], w: [16, 16, 3, 3], declared: ['batch', 16, 15, 15], blocked: 3 },
  'a batch of whole blocks': { x: [16, 16, 9, 8], w: [32, 16, 3, 3], attributes: { pads: [1, 1, 1, 1] }, blocked: 3 },
  'a batch to be filled up': { x: [13, 9, 9, 9], w: [16, 9, 5, 3], attributes: { pads: [2, 0, 1, 2] }, blocked: 2 },
  'stride 2, rows that no window reaches': {
    x: [16, 8, 12, 13],
    w: [16, 8, 3, 2],
    attributes: { strides: [2, 3] },
    blocked: 1,
  },
  'stride 2, padded on all sides': {
    x: [16, 8, 12, 11],
    w: [16, 8, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
    blocked: 2,
  },
  'a batch, dilations': {
    x: [16, 12, 12, 12],
    w: [16, 12, 3, 3],
    attributes: { dilations: [2, 3], pads: [2, 3, 2, 3] },
    blocked: 2,
  },
  'one channel, a batch of whole blocks': { x: [16, 1, 12, 11], w: [16, 1, 3, 3], blocked: 1 },
  'three channels, a batch to be filled up': { x: [14, 3, 11, 12], w: [16, 3, 5, 5], blocked: 2 },
  // What the kernels cannot do, or do no faster.
  'channels that fill no block': { x: [2, 12, 16, 16], w: [24, 12, 3, 3], blocked: 0 },
  groups: { x: [2, 32, 16, 16], w: [32, 16, 3, 3], attributes: { group: 2 }, blocked: 0 },
  'a single place': { x: [2, 16, 3, 3], w: [16, 16, 3, 3], blocked: 0 },
  '1×1': { x: [2, 16, 16, 16], w: [32, 16, 1, 1], blocked: 0 },
};

const random = new Random(7);
const drawn = (shape: readonly number[]): Tensor =>
  tensor(
    'float',
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  );

/** Output and gradients of Σ output·weights, by the names of what they are of. */
function build({ x, w, attributes = {}, relu, bias, declared = x }: Case): { graph: Graph; feeds: Values } {
  const g = new GraphBuilder('conv');
  g.input('X', 'float', declared);
  g.input('W', 'float', w);
  if (bias) g.input('B', 'float', [w[0]]);
  const conv = g.op('Conv', ['X', 'W', bias ? 'B' : undefined], { kernel_shape: w.slice(2), ...attributes });
  const y = relu ? g.op('Relu', [conv]) : conv;
  g.input('share', 'float', g.shape(y));
  const loss = g.reduceSum(g.mul(y, 'share'), [0, 1, 2, 3], false);
  const wrt = ['X', 'W', ...(bias ? ['B'] : [])];
  const { graph, gradients } = differentiate(g.finish(), loss, wrt);
  const shape = g.shape(y).map((dim) => (typeof dim === 'number' ? dim : x[0]));
  const feeds = { X: drawn(x), W: drawn(w), ...(bias && { B: drawn([w[0]]) }), share: drawn(shape) };
  return { graph: withOutputs(graph, [y, ...wrt.map((name) => gradients.get(name)!)]), feeds };
}

const nodesOf = (graph: Graph): Node[] =>
  graph.nodes.flatMap((node) => [node, ...subgraphsOf(node).flatMap(([, inner]) => nodesOf(inner))]);

const convolutions = (graph: Graph): Node[] =>
  nodesOf(graph).filter(({ domain, op }) => domain === NCHWC && op === 'Conv');

describe.runIf(block)('blocked convolutions', () => {
  it.each(Object.entries(cases))('%s', async (_, each) => {
    const { graph, feeds } = build(each);
    const names = graph.outputs.map((_, index) => `out${index}`);
    const compiled = (size?: number) => nameOutputs(simplify(lower(simplify(graph), 'cpu', size)), names);
    const wanted = await runModel(asModel(compiled(), 18), feeds);
    const blocked = compiled(block);
    const actual = await runModel(asModel(blocked, 18), feeds);
    for (const name of names) {
      expect([...actual[name].shape]).toEqual([...wanted[name].shape]);
      expectClose(actual[name].data as Float32Array, wanted[name].data as Float32Array, 2e-6, name);
    }
    // Kernels that work in blocks of 8 take some of these, too.
    if (block === 16) expect(convolutions(blocked)).toHaveLength(each.blocked);
  });

  it.each([
    { x: [16, 16, 12, 12], declared: [16, 16, 12, 12] },
    { x: [16, 16, 13, 11], declared: ['batch', 16, 13, 11] },
  ])('adds the gradients of two ways with strides before they are interleaved: %j', async ({ x, declared }) => {
    const g = new GraphBuilder('ways');
    const given = {
      X: x,
      W: [32, 16, 3, 3],
      S: [32, 16, 1, 1],
      share: [16, 32, ...x.slice(2).map((n) => (n + 1) >> 1)],
    };
    for (const [name, shape] of Object.entries(given)) g.input(name, 'float', name === 'X' ? declared : shape);
    const strides = [2, 2];
    const long = g.op('Conv', ['X', 'W'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides });
    const short = g.op('Conv', ['X', 'S'], { kernel_shape: [1, 1], strides });
    const loss = g.reduceSum(g.mul(g.mul(long, g.op('Sigmoid', [short])), 'share'), [0, 1, 2, 3], false);
    const { graph, gradients } = differentiate(g.finish(), loss, ['X', 'W', 'S']);
    const found = ['X', 'W', 'S'].map((name) => gradients.get(name)!);
    const whole = withOutputs(graph, found);
    const compiled = (size?: number) => nameOutputs(simplify(lower(simplify(whole), 'cpu', size)), ['dX', 'dW', 'dS']);
    const feeds = Object.fromEntries(Object.entries(given).map(([name, shape]) => [name, drawn(shape)]));
    const blocked = compiled(block);
    const [wanted, actual] = [
      await runModel(asModel(compiled(), 18), feeds),
      await runModel(asModel(blocked, 18), feeds),
    ];
    for (const name of ['dX', 'dW', 'dS']) {
      expectClose(actual[name].data as Float32Array, wanted[name].data as Float32Array, 4e-6, name);
    }
    const ops = blocked.nodes.map(({ op }) => op);
    expect(ops).not.toContain('ConvTranspose');
    // The shorter way's only picture is added by a convolution of the longer way.
    expect(ops).not.toContain('Add');
  });

  it('takes a Relu into the convolution, and no layout is changed there and back', () => {
    const g = new GraphBuilder('two');
    g.input('X', 'float', [2, 16, 20, 20]);
    g.input('W', 'float', [16, 16, 3, 3]);
    const conv = (x: string) => g.op('Conv', [x, 'W'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    g.output(g.op('Relu', [conv(g.op('Relu', [conv('X')]))]));
    const { nodes } = simplify(lower(g.finish(), 'cpu', block));
    const ops = nodes.map(({ op }) => op).filter((op) => !['Transpose', 'Reshape'].includes(op));
    expect(ops).toEqual(['ReorderInput', 'Conv', 'Conv', 'ReorderOutput']);
  });

  describe('between convolutions', () => {
    const picture = [3, 32, 20, 20];
    const sizes = new Set(['Transpose', 'Reshape', 'Shape', 'Gather', 'Concat', 'Slice', 'Squeeze', 'Unsqueeze']);
    const channel = (g: GraphBuilder, name: string) => g.input(name, 'float', [1, 32, 1, 1]);
    type Between = (g: GraphBuilder, conv: (x: string) => string) => readonly string[];
    /** What is built, and the operators that are left of it but for those that only name sizes. */
    const between: Record<string, { build: Between; ops: string }> = {
      'a number for each channel is a convolution of depth 1, and takes in what follows': {
        build: (g, conv) => {
          const centred = g.sub(conv('X'), channel(g, 'mean'));
          const scaled = g.add(
            g.mul(g.div(centred, channel(g, 'deviation')), channel(g, 'scale')),
            channel(g, 'shift'),
          );
          return [conv(g.op('Relu', [scaled]))];
        },
        ops: 'Neg Reciprocal ReorderInput Conv Conv Conv Conv Conv Conv ReorderOutput',
      },
      'a channel’s number less the picture': {
        build: (g, conv) => [conv(g.sub(channel(g, 'most'), conv('X')))],
        ops: 'ReorderInput Conv Conv Conv ReorderOutput',
      },
      'the shorter way is added inside of the convolution, and the Relu behind it too': {
        build: (g, conv) => {
          const first = conv('X');
          return [conv(g.op('Relu', [g.add(first, conv(g.op('Sigmoid', [first])))]))];
        },
        ops: 'ReorderInput Conv Sigmoid Conv Conv ReorderOutput',
      },
      'what is read twice is joined by neither': {
        build: (g, conv) => {
          const y = conv('X');
          return [conv(g.op('Relu', [y])), conv(g.op('Tanh', [y]))];
        },
        ops: 'ReorderInput Conv Relu Conv ReorderOutput Tanh Conv ReorderOutput',
      },
      'a picture added to itself': {
        build: (g, conv) => {
          const y = conv('X');
          return [conv(g.add(y, y))];
        },
        ops: 'ReorderInput Conv Add Conv ReorderOutput',
      },
      'a convolution of few channels, where what it makes is wanted in blocks': {
        build: (g, conv) => {
          const [grey, kernel] = [g.input('grey', 'float', [3, 1, 20, 20]), g.input('kernel', 'float', [32, 1, 3, 3])];
          const first = g.op('Conv', [grey, kernel], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
          return [conv(g.op('Relu', [g.mul(first, channel(g, 'scale'))]))];
        },
        ops: 'Conv Conv Conv ReorderOutput',
      },
      'the mean of each channel of a picture': {
        build: (g, conv) => {
          const y = conv('X');
          return [conv(g.op('Relu', [y])), g.op('GlobalAveragePool', [y])];
        },
        ops: 'ReorderInput Conv Relu GlobalAveragePool Conv ReorderOutput',
      },
      'sums and means of a channel, and an operator that knows no blocks': {
        build: (g, conv) => {
          const y = conv('X');
          const [sum, mean] = [g.reduceSum(y, [0, 2, 3]), g.reduceMean(y, [0, 2, 3], false)];
          return [conv(g.mul(y, sum)), mean, g.reduceSum(y, [0], false), g.op('GlobalMaxPool', [y])];
        },
        ops: 'ReorderInput Conv ReorderOutput GlobalAveragePool ReduceSum Mul ReduceMean Conv Conv ReorderOutput ReduceSum GlobalMaxPool',
      },
    };
    const declared = [picture, ['batch', ...picture.slice(1)]];
    it.each(Object.entries(between).flatMap(([name, one]) => declared.map((shape) => [name, shape, one] as const)))(
      '%s, of %j',
      async (_, shape, { build: made, ops }) => {
        const g = new GraphBuilder('between');
        g.input('X', 'float', shape);
        g.input('W', 'float', [32, 32, 3, 3]);
        const conv = (x: string) => g.op('Conv', [x, 'W'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
        for (const output of made(g, conv)) g.output(output);
        const graph = g.finish();
        const feeds = Object.fromEntries(
          graph.inputs.map((input) => [input.name, drawn(input.name === 'X' ? picture : (input.shape as number[]))]),
        );
        const names = graph.outputs.map((_, index) => `out${index}`);
        const compiled = (size?: number) => nameOutputs(simplify(lower(graph, 'cpu', size)), names);
        const blocked = compiled(block);
        const [wanted, actual] = [
          await runModel(asModel(compiled(), 18), feeds),
          await runModel(asModel(blocked, 18), feeds),
        ];
        for (const name of names) {
          expect([...actual[name].shape]).toEqual([...wanted[name].shape]);
          expectClose(actual[name].data as Float32Array, wanted[name].data as Float32Array, 4e-6, name);
        }
        // Sums over a batch of a size that only the run knows are written in another way.
        const counted = (op: string) => !sizes.has(op) && (shape === picture || /^(?:Conv|Reorder)/.test(op));
        const left = blocked.nodes.map(({ op }) => op).filter(counted);
        expect(left.sort()).toEqual(ops.split(' ').filter(counted).sort());
      },
    );
  });

  it('changes no trained step of a residual network beyond rounding, in a Scan neither', async () => {
    const forward = buildForward(
      'resnet',
      { depth: '8' },
      {
        input: { kind: 'image', height: 16, width: 16, channels: 3 },
        output: { kind: 'classes', count: 4 },
        seed: 3,
      },
    );
    const losses = async (channelBlock?: number): Promise<Float32Array> => {
      const step = compileTrainingStep(forward, {
        loss: { kind: 'cross-entropy' },
        optimizer: { kind: 'sgd' },
        device: 'cpu',
        stepsPerCall: 3,
        batchSize: 8,
        channelBlock,
      });
      expect(convolutions(step.model.graph).length > 0).toBe(channelBlock !== undefined);
      const pixels = Uint8Array.from({ length: 3 * 8 * 16 * 16 * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
      const [data, target, rate] = step.inputs;
      const results = await runModel(step.model, {
        [data.name]: tensor('uint8', [3, 8, 16, 16, 3], pixels),
        [target.name]: tensor(
          'int32',
          [3, 8],
          Int32Array.from({ length: 24 }, (_, i) => i % 4),
        ),
        [rate.name]: tensor('float', [3], [0.05, 0.05, 0.05]),
        ...initialValues(step),
      });
      return results[step.outputs.find(({ role }) => role === 'loss')!.name].data as Float32Array;
    };
    expectClose(await losses(block), await losses(), 1e-4, 'losses');
  });

  // A timing decides how many steps a call does, and which program so does a step: it must not decide the outcome.
  it.each([
    ['resnet', { depth: '8' }, 5],
    ['resnet', { depth: '8' }, 16],
    ['resnet', { depth: '8' }, 32],
    ['cnn', { channels: '16,32', batchNorm: true }, 16],
    ['cnn', { channels: '16,32', batchNorm: true }, 48],
  ])(
    'gives a %s %j at batch %i the same bits whether its batch was bound or open',
    async (architecture, settings, n) => {
      const forward = buildForward(architecture, settings, {
        input: { kind: 'image', height: 12, width: 12, channels: 1 },
        output: { kind: 'classes', count: 4 },
        seed: 3,
      });
      const pixels = Uint8Array.from({ length: n * 12 * 12 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
      const classes = Int32Array.from({ length: n }, (_, i) => i % 4);
      const parameters = async (batch: { batchSize?: number; usualBatch?: number }): Promise<Buffer> => {
        const step = compileTrainingStep(forward, {
          loss: { kind: 'cross-entropy' },
          optimizer: { kind: 'sgd' },
          device: 'cpu',
          stepsPerCall: 1,
          ...batch,
          channelBlock: block,
        });
        const [data, target, rate] = step.inputs;
        const results = await runModel(step.model, {
          [data.name]: tensor('uint8', [n, 12, 12, 1], pixels),
          [target.name]: tensor('int32', [n], classes),
          [rate.name]: tensor('float', [], [0.05]),
          ...initialValues(step),
        });
        const values = step.parameters.map(({ output }) => results[output].data as Float32Array);
        return Buffer.concat(
          values.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
        );
      };
      expect((await parameters({ usualBatch: n })).equals(await parameters({ batchSize: n }))).toBe(true);
    },
  );

  it('is left out of what is not told so', () => {
    const forward = buildForward(
      'cnn',
      {},
      {
        input: { kind: 'image', height: 28, width: 28, channels: 1 },
        output: { kind: 'classes', count: 10 },
        seed: 1,
      },
    );
    const { model } = compileEvaluation(forward, { loss: { kind: 'cross-entropy' } });
    expect(model.opsets).toEqual({ '': 18 });
    const told = compileEvaluation(forward, { loss: { kind: 'cross-entropy' }, channelBlock: block });
    expect(told.model.opsets).toEqual({ '': 18, [NCHWC]: 1 });
  });
});
