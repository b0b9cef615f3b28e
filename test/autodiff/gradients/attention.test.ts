import { describe, expect, it } from 'vitest';
import { type AttributeInput, float } from '../../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import { tensor } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { asModel } from '../../../src-main/autodiff/phases/9-package.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { checkGradient, expectClose, type GradientCase, type InputCase } from '../../support/check-gradient.ts';
import { evaluateGraph, fromTensor } from '../../support/reference.ts';
import { runModel, type Values } from '../../support/run-model.ts';

type Inputs = Readonly<Record<string, Value>>;
type Attributes = Readonly<Record<string, AttributeInput>>;

const bools = (shape: readonly number[], values: readonly number[], declared?: Shape): InputCase => ({
  shape,
  type: 'bool',
  values,
  declared,
});

const input = (shape: readonly number[], declared?: Shape): InputCase => ({ shape, declared });

interface AttentionInputs {
  readonly Q: InputCase;
  readonly K: InputCase;
  readonly V: InputCase;
  readonly mask?: InputCase;
  readonly pastK?: InputCase;
  readonly pastV?: InputCase;
}

const attention = (inputs: AttentionInputs, attributes: Attributes = {}): GradientCase => ({
  inputs: Object.fromEntries(Object.entries(inputs)) as Record<string, InputCase>,
  opset: 23,
  build: (g, i: Inputs) => {
    const outputs = ['Y', 'present_key', 'present_value'].slice(0, inputs.pastK ? 3 : 1);
    return g.node('Attention', [i.Q, i.K, i.V, i.mask, i.pastK, i.pastV], attributes, { outputs })[0];
  },
});

/** The operator itself, in ONNX Runtime, says what its definition here says. */
async function checkForward(test: GradientCase): Promise<void> {
  const random = new Random(3);
  const g = new GraphBuilder('forward');
  const feeds: Values = {};
  for (const [name, { shape, type = 'float', values, declared }] of Object.entries(test.inputs)) {
    const length = shape.reduce((a, b) => a * b, 1);
    feeds[name] = tensor(type, shape, values ?? Array.from({ length }, () => random.normal()));
    g.input(name, type, declared ?? shape);
  }
  const output = test.build(g, Object.fromEntries(Object.keys(test.inputs).map((name) => [name, name])));
  g.output(output);
  const graph = g.finish();
  const given = new Map(Object.entries(feeds).map(([name, value]) => [name, fromTensor(value)]));
  const wanted = evaluateGraph(graph, given).get(output)!;
  const actual = (await runModel(asModel(graph, test.opset ?? 18), feeds))[output];
  expect([...actual.shape]).toEqual([...wanted.shape]);
  expectClose(actual.data as Float32Array, wanted.data, 2e-5, 'output');
}

/** `ours`: cases that ONNX Runtime's own kernel does not do. */
function cases(name: string, list: Record<string, GradientCase>, ours: readonly string[] = []): void {
  describe(name, () => {
    for (const [what, test] of Object.entries(list)) {
      it(what, () => checkGradient(test));
      if (!ours.includes(what)) it(`${what}: ONNX Runtime's own`, () => checkForward(test));
    }
  });
}

/** Its kernel wants a row of the mask for every query. */
const oneRowMasks = ['a mask of truth values per sample', 'unknown sizes, shared keys, a mask'];

const [batch, heads, seq, size] = [2, 2, 3, 4];
const apart = {
  Q: input([batch, heads, seq, size]),
  K: input([batch, heads, seq, size]),
  V: input([batch, heads, seq, size]),
};
const flat = { Q: input([batch, seq, 8]), K: input([batch, seq, 8]), V: input([batch, seq, 8]) };
const counts = { q_num_heads: 2, kv_num_heads: 2 };
const past = { pastK: input([batch, heads, 2, size]), pastV: input([batch, heads, 2, size]) };
/** Every row has something left. */
const someMask = [1, 0, 1, 1, 1, 0, 0, 1, 1];

const attentions: Record<string, GradientCase> = {
  'heads apart': attention(apart),
  'heads side by side': attention(flat, counts),
  'its own scale': attention(apart, { scale: float(0.3) }),
  'values of another width': attention({ ...apart, V: input([batch, heads, seq, 3]) }),
  'more keys than queries': attention(
    { Q: input([batch, seq, 8]), K: input([batch, 5, 8]), V: input([batch, 5, 6]) },
    counts,
  ),
  causal: attention(apart, { is_causal: 1 }),
  'causal, more keys than queries': attention(
    { ...apart, K: input([batch, heads, 5, size]), V: input([batch, heads, 5, size]) },
    { is_causal: 1 },
  ),
  'a mask of truth values': attention({ ...apart, mask: bools([seq, seq], someMask) }),
  'a mask of truth values per sample': attention({
    ...apart,
    mask: bools([batch, 1, 1, seq], [1, 1, 0, 1, 0, 1]),
  }),
  'a mask of numbers': attention({ ...apart, mask: input([seq, seq]) }),
  'a mask of numbers per head': attention({ ...apart, mask: input([1, heads, seq, seq]) }),
  'a mask of numbers, rank 3': attention({ ...apart, mask: input([heads, seq, seq]) }),
  'a mask and causal': attention({ ...apart, mask: bools([seq, seq], [1, 0, 1, 1, 1, 0, 0, 1, 1]) }, { is_causal: 1 }),
  'numbers and causal': attention({ ...flat, mask: input([batch, 1, seq, seq]) }, { ...counts, is_causal: 1 }),
  softcap: attention(apart, { softcap: float(0.7) }),
  'softcap, mask and causal': attention(
    { ...flat, mask: input([seq, seq]) },
    { ...counts, softcap: float(0.5), is_causal: 1 },
  ),
  'heads share keys': attention({ ...apart, Q: input([batch, 6, seq, size]) }),
  'heads share keys, side by side': attention(
    { ...flat, Q: input([batch, seq, 16]) },
    { q_num_heads: 4, kv_num_heads: 2, is_causal: 1 },
  ),
  'all heads share one key': attention(
    { Q: input([batch, seq, 12]), K: input([batch, seq, 4]), V: input([batch, seq, 5]), mask: input([3, seq, seq]) },
    { q_num_heads: 3, kv_num_heads: 1 },
  ),
  'after a past': attention({ ...apart, ...past }),
  'after a past, causal': attention({ ...flat, ...past }, { ...counts, is_causal: 1 }),
  'unknown batch and length': attention(
    {
      Q: input([batch, seq, 8], ['batch', 'seq', 8]),
      K: input([batch, seq, 8], ['batch', 'seq', 8]),
      V: input([batch, seq, 8], ['batch', 'seq', 8]),
    },
    { ...counts, is_causal: 1 },
  ),
  'unknown sizes, shared keys, a mask': attention(
    {
      Q: input([batch, seq, 16], ['batch', 'seq', 16]),
      K: input([batch, 5, 8], ['batch', 'memory', 8]),
      V: input([batch, 5, 6], ['batch', 'memory', 6]),
      mask: bools([batch, 1, 1, 5], [1, 1, 0, 1, 1, 0, 1, 1, 1, 0], ['batch', 1, 1, 'memory']),
    },
    { q_num_heads: 4, kv_num_heads: 2 },
  ),
  'unknown sizes after a past': attention(
    {
      Q: input([batch, heads, seq, size], ['batch', heads, 'seq', size]),
      K: input([batch, heads, seq, size], ['batch', heads, 'seq', size]),
      V: input([batch, heads, seq, size], ['batch', heads, 'seq', size]),
      pastK: input([batch, heads, 2, size], ['batch', heads, 'past', size]),
      pastV: input([batch, heads, 2, size], ['batch', heads, 'past', size]),
    },
    { is_causal: 1 },
  ),
};
cases('Attention', attentions, oneRowMasks);

describe('Attention, more of it', () => {
  it('what it adds to a past leads to the loss as well', () =>
    checkGradient({
      inputs: { ...apart, ...past },
      opset: 23,
      build: (g, i: Inputs) => {
        const inputs = [i.Q, i.K, i.V, undefined, i.pastK, i.pastV];
        const [Y, keys, values] = g.node('Attention', inputs, {}, { outputs: ['Y', 'present_key', 'present_value'] });
        return g.concat([Y, g.mul(keys, keys), values], 2);
      },
    }));
  it('one value as queries, keys and values', () =>
    checkGradient({
      inputs: { X: { shape: [2, 3, 8] } },
      opset: 23,
      build: (g, { X }) => g.op('Attention', [X, X, X], { ...counts, is_causal: 1 }),
    }));
  it('a row in which everything is masked makes no NaN', async () => {
    const g = new GraphBuilder('g');
    const mask = [1, 1, 0, 0, 0, 0, 0, 1, 1];
    const feeds = { X: tensor('float', [1, 1, 3, 2], [1, 2, 3, 4, 5, 6]), mask: tensor('bool', [3, 3], mask) };
    const [X, allowed] = [g.input('X', 'float', [1, 1, 3, 2]), g.input('mask', 'bool', [3, 3])];
    const loss = g.op('ReduceSum', [g.op('Attention', [X, X, X, allowed])], { keepdims: 0 });
    const { graph, gradients } = differentiate(g.finish(), loss, [X]);
    const dX = gradients.get(X)!;
    const results = await runModel(asModel({ ...graph, outputs: [{ name: dX, type: 'float' }] }, 23), feeds);
    expect([...(results[dX].data as Float32Array)].every(Number.isFinite)).toBe(true);
  });
  it('refuses its scores as part of the loss', () => {
    const g = new GraphBuilder('g');
    const X = g.input('X', 'float', [2, 2, 3, 4]);
    const outputs = { outputs: ['Y', '', '', 'scores'] };
    const scores = g.node('Attention', [X, X, X], {}, outputs)[3];
    const loss = g.op('ReduceSum', [scores], { keepdims: 0 });
    expect(() => differentiate(g.finish(), loss, [X])).toThrow(/^Attention "Y": qk_matmul_output leads to the loss$/);
  });
});

const places = (shape: readonly number[], values: readonly number[], declared?: Shape): InputCase => ({
  shape,
  type: 'int64',
  values,
  declared,
});

const rotary = (
  X: InputCase,
  cache: readonly number[],
  attributes: Attributes = {},
  positions?: InputCase,
): GradientCase => ({
  inputs: { X, cos: { shape: cache }, sin: { shape: cache }, ...(positions && { positions }) },
  opset: 23,
  build: (g, i: Inputs) => g.op('RotaryEmbedding', [i.X, i.cos, i.sin, i.positions], attributes),
});
const at = places([2, 3], [0, 1, 2, 4, 5, 1]);

cases('RotaryEmbedding', {
  'heads apart': rotary(input([2, 2, 3, 4]), [6, 2], {}, at),
  interleaved: rotary(input([2, 2, 3, 4]), [6, 2], { interleaved: 1 }, at),
  'heads side by side': rotary(input([2, 3, 8]), [6, 2], { num_heads: 2 }, at),
  'heads side by side, interleaved': rotary(input([2, 3, 8]), [6, 2], { num_heads: 2, interleaved: 1 }, at),
  'no positions': rotary(input([2, 2, 3, 4]), [2, 3, 2]),
  'no positions, heads side by side': rotary(input([2, 3, 8]), [2, 3, 2], { num_heads: 2 }),
  'some of the features': rotary(input([2, 2, 3, 6]), [6, 2], { rotary_embedding_dim: 4 }, at),
  'some of the features, side by side, interleaved': rotary(
    input([2, 3, 12]),
    [6, 2],
    { rotary_embedding_dim: 4, num_heads: 2, interleaved: 1 },
    at,
  ),
  'unknown batch and length': rotary(
    input([2, 3, 8], ['batch', 'seq', 8]),
    [6, 2],
    { num_heads: 2 },
    places([2, 3], [0, 1, 2, 4, 5, 1], ['batch', 'seq']),
  ),
});

const cached = (
  update: InputCase,
  indices: InputCase | undefined,
  attributes: Attributes,
  cache: InputCase,
): GradientCase => ({
  inputs: { cache, update, ...(indices && { indices }) },
  opset: 24,
  build: (g, i: Inputs) => g.op('TensorScatter', [i.cache, i.update, i.indices], attributes),
});

cases('TensorScatter', {
  plain: cached(input([2, 2, 2, 3]), places([2], [1, 3]), {}, input([2, 2, 5, 3])),
  'from the start': cached(input([2, 2, 3]), undefined, {}, input([2, 5, 3])),
  circular: cached(input([2, 3, 2]), places([2], [4, 3]), { mode: 'circular', axis: 1 }, input([2, 5, 2])),
  'unknown sizes': cached(
    input([2, 2, 3], ['batch', 'new', 3]),
    places([2], [1, 0], ['batch']),
    {},
    input([2, 5, 3], ['batch', 'length', 3]),
  ),
});
