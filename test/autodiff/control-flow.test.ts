import { describe, expect, it } from 'vitest';
import { compileEvaluation, compileInference, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { foreignModel } from '../../src-main/autodiff/foreign-model.ts';
import { inferShapes } from '../../src-main/autodiff/phases/2-infer-shapes.ts';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { prune } from '../../src-main/autodiff/simplify/prune.ts';
import type { TrainingOptions, TrainingStep } from '../../src-main/autodiff/types.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { modelProto } from '../../src-main/onnx/proto.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import { capturedBy, namesOf, renameValues, subgraphsOf } from '../../src-main/onnx/subgraphs.ts';
import { scalar, sizeOf, tensor } from '../../src-main/onnx/tensors.ts';
import type { Attribute, Graph, Model, Node, Shape, Tensor, ValueInfo } from '../../src-main/onnx/types.ts';
import { decode, encode } from '../../src-main/onnx/wire.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Random } from '../../src-main/shared/random.ts';
import { expectClose } from '../support/check-gradient.ts';
import { openModel, runModel, type Values } from '../support/run-model.ts';

const random = (seed: number, shape: readonly number[]): Tensor => {
  const source = new Random(seed);
  return tensor(
    'float',
    shape,
    Array.from({ length: sizeOf(shape) }, () => source.normal() / 2),
  );
};
const options = (more: Partial<TrainingOptions> = {}): TrainingOptions => ({
  loss: { kind: 'mean-squared-error' },
  optimizer: { kind: 'adam' },
  device: 'cpu',
  stepsPerCall: 1,
  ...more,
});
const start = (step: TrainingStep): Values =>
  Object.fromEntries([...step.parameters, ...step.state].map(({ input, initial }) => [input, initial]));
const operators = (graph: Graph): string[] =>
  graph.nodes.flatMap((node) => [node.op, ...subgraphsOf(node).flatMap(([, inner]) => operators(inner))]);

/** x [batch, 4, 3] → a last state → one value. */
function recurrent(
  op: 'LSTM' | 'GRU' | 'RNN',
  attributes = {},
  rename: (name: string) => string = (name) => name,
): ForwardModel {
  const g = new GraphBuilder('recurrent');
  const rows = { LSTM: 4, GRU: 3, RNN: 1 }[op] * 2;
  const weight = (name: string, seed: number, shape: readonly number[]) =>
    g.initializer(rename(name), random(seed, shape));
  const x = g.input(rename('x'), 'float', ['batch', 4, 3]);
  const [W, R, B] = [weight('W', 1, [1, rows, 3]), weight('R', 2, [1, rows, 2]), weight('B', 3, [1, 2 * rows])];
  const [, last] = g.node(
    op,
    [g.transpose(x, [1, 0, 2]), W, R, B],
    { hidden_size: 2, ...attributes },
    { outputs: ['Y', 'Y_h'] },
  );
  const y = g.op('Gemm', [g.op('Squeeze', [last, g.int64s([0])]), weight('head', 4, [2, 1])]);
  g.output(y);
  return { graph: g.finish(), parameters: [W, R, B, rename('head')], input: x, output: y };
}

const samples = (batch: number): Values => ({ x: random(7, [batch, 4, 3]), target: random(8, [batch, 1]) });
const rate = scalar('float', 0.01);

describe.each(['LSTM', 'GRU', 'RNN'] as const)('%s in a whole step', (op) => {
  const forward = recurrent(op);

  it('is a Scan in training, with any batch, and itself in evaluation and inference', async () => {
    const step = compileTrainingStep(forward, options());
    checkGraph(step.model.graph);
    expect(operators(step.model.graph)).not.toContain(op);
    expect(operators(step.model.graph).filter((each) => each === 'Scan')).toHaveLength(2);
    const evaluation = compileEvaluation(forward, { loss: { kind: 'mean-squared-error' } });
    const inference = compileInference(forward, new Map());
    expect(operators(evaluation.model.graph)).toContain(op);
    expect(operators(inference.graph)).toContain(op);

    const weights = Object.fromEntries(forward.parameters.map((name) => [name, forward.graph.initializers.get(name)!]));
    for (const batch of [1, 3]) {
      const trained = await runModel(step.model, { ...start(step), ...samples(batch), learning_rate: rate });
      const evaluated = await runModel(evaluation.model, { ...samples(batch), ...weights });
      const loss = (evaluated.loss.data as Float32Array)[0] / batch;
      expectClose(trained.loss.data as Float32Array, [loss], 1e-5, 'loss');
    }
  });

  it('several steps a call are the same steps', async () => {
    const one = compileTrainingStep(forward, options());
    const three = compileTrainingStep(forward, options({ stepsPerCall: 3 }));
    checkGraph(three.model.graph);
    const single = await openModel(one.model);
    let values = start(one);
    const losses: number[] = [];
    for (let k = 0; k < 3; k++) {
      const results = await single.run({ ...values, ...samples(2), learning_rate: rate });
      losses.push((results.loss.data as Float32Array)[0]);
      values = Object.fromEntries(
        [...one.parameters, ...one.state].map(({ input, output }) => [input, results[output]]),
      );
    }
    const thrice = (value: Tensor) =>
      tensor(
        value.type,
        [3, ...value.shape],
        [0, 1, 2].flatMap(() => [...(value.data as Float32Array)]),
      );
    const { x, target } = samples(2);
    const results = await runModel(three.model, {
      ...start(three),
      x: thrice(x),
      target: thrice(target),
      learning_rate: thrice(rate),
    });
    expectClose(results.loss.data as Float32Array, losses, 1e-6, 'losses');
    for (const { input, output } of three.parameters)
      expectClose(results[output].data as Float32Array, values[input].data as Float32Array, 1e-6, input);
    expect(losses[2]).toBeLessThan(losses[0]);
  });

  it('memory for time changes nothing', async () => {
    const plain = compileTrainingStep(forward, options());
    const again = compileTrainingStep(forward, options({ recompute: true }));
    const feeds = { ...start(plain), ...samples(2), learning_rate: rate };
    const [a, b] = [await runModel(plain.model, feeds), await runModel(again.model, feeds)];
    for (const { output } of plain.parameters)
      expect([...(b[output].data as Float32Array)], output).toEqual([...(a[output].data as Float32Array)]);
  });

  it('where nothing of it is trained it stays', async () => {
    const step = compileTrainingStep({ ...forward, parameters: ['head'] }, options());
    expect(operators(step.model.graph)).toContain(op);
    expect(operators(step.model.graph)).not.toContain('Scan');
    await runModel(step.model, { ...start(step), ...samples(2), learning_rate: rate });
  });
});

it('the batch may come first, for which ONNX Runtime has no kernel', async () => {
  const g = new GraphBuilder('batch first');
  const [x, W, R] = [
    g.input('x', 'float', ['batch', 4, 3]),
    ...['W', 'R'].map((name, i) => g.initializer(name, random(i, [1, 8, 3 - i]))),
  ];
  const [Y] = g.node('LSTM', [x, W, R], { hidden_size: 2, layout: 1 }, { outputs: ['Y'] });
  g.output(Y);
  const forward: ForwardModel = { graph: g.finish(), parameters: ['W', 'R'], input: 'x', output: Y };
  const step = compileTrainingStep(forward, options());
  const evaluation = compileEvaluation(forward, { loss: { kind: 'mean-squared-error' } });
  const { x: samplesOf } = samples(2);
  const target = random(9, [2, 4, 1, 2]);
  const trained = await runModel(step.model, { ...start(step), x: samplesOf, target, learning_rate: rate });
  const weights = Object.fromEntries(['W', 'R'].map((name) => [name, forward.graph.initializers.get(name)!]));
  const evaluated = await runModel(evaluation.model, { x: samplesOf, target, ...weights });
  expectClose(trained.loss.data as Float32Array, [(evaluated.loss.data as Float32Array)[0] / 2], 1e-5, 'loss');
  const { Y: predicted } = await runModel(compileInference(forward, new Map()), { x: samplesOf });
  expect(predicted.shape).toEqual([2, 4, 1, 2]);
});

it('names inside of Scans give way to the names of metrics and to those outside', async () => {
  const names: Record<string, string> = { x: 'step/loss', W: 'loss', R: 'step', B: 'steps', head: 'Y/h' };
  const forward = recurrent('LSTM', {}, (name) => names[name]);
  const step = compileTrainingStep(forward, options({ stepsPerCall: 2 }));
  const all = [...namesOf(step.model.graph)];
  expect(new Set(all).size).toBe(all.length);
  const { x, target } = samples(3);
  const twice = (value: Tensor) =>
    tensor(
      value.type,
      [2, ...value.shape],
      [0, 1].flatMap(() => [...(value.data as Float32Array)]),
    );
  await runModel(step.model, {
    ...start(step),
    'step/loss': twice(x),
    target: twice(target),
    learning_rate: twice(rate),
  });
});

const info = (name: string, shape: Shape, type: ValueInfo['type'] = 'float'): ValueInfo => ({ name, type, shape });
const node = (op: string, inputs: string[], outputs: string[], attributes: Record<string, Attribute> = {}): Node => ({
  name: '',
  op,
  domain: '',
  inputs,
  outputs,
  attributes,
});
const value = (of: Tensor): Record<string, Attribute> => ({ value: { kind: 'tensor', value: of } });
const inner = (parts: Partial<Graph>): Attribute => ({
  kind: 'graph',
  value: { name: 'inner', inputs: [], outputs: [], initializers: new Map(), nodes: [], values: new Map(), ...parts },
});
const untyped = (name: string): ValueInfo => ({ name, type: 'float' });

/** As a file may have it: bodies without types, with constants and names of their own that occur elsewhere too. */
const file = (nodes: readonly Node[], output: string, initializers: Record<string, Tensor> = {}): Model => ({
  irVersion: 8,
  opsets: { '': 18 },
  producer: 'test',
  metadata: {},
  graph: {
    name: 'file',
    inputs: [info('x', ['batch', 3, 2])],
    outputs: [untyped(output)],
    initializers: new Map(Object.entries({ w: random(5, [2, 2]), ...initializers })),
    nodes,
    values: new Map(),
  },
});

async function trains(model: Model, target: readonly number[]): Promise<TrainingStep> {
  const { forward } = foreignModel(model);
  const step = compileTrainingStep(forward, options());
  const feeds = { x: random(7, [2, 3, 2]), target: random(8, target), learning_rate: rate };
  const results = await runModel(step.model, { ...start(step), ...feeds });
  const evaluated = await runModel(model, { x: feeds.x });
  const [prediction] = Object.values(evaluated);
  const error = Array.from(
    prediction.data as Float32Array,
    (y, i) => (y - (feeds.target.data as Float32Array)[i]) ** 2,
  );
  expectClose(results.loss.data as Float32Array, [error.reduce((a, b) => a + b) / error.length], 1e-5, 'loss');
  return step;
}

/** A file's messages, to be damaged. */
interface Mutable {
  graph: {
    node: { attribute?: { name: string; g: { node: { opType: string }[]; output: { type?: unknown }[] } }[] }[];
  };
}

describe('models of files', () => {
  const branch = (op: string, scale: number): Attribute =>
    inner({
      outputs: [untyped('chosen')],
      nodes: [
        node('Constant', [], ['two'], value(scalar('float', scale))),
        node('MatMul', ['x', 'w'], ['product']),
        node(op, ['product', 'two'], ['chosen']),
      ],
    });
  const conditional = (condition: Node[]): Model =>
    file(
      [
        ...condition,
        node('If', ['yes'], ['y'], { then_branch: branch('Mul', 2), else_branch: branch('Add', 3) }),
        node('ReduceSum', ['y'], ['out'], { keepdims: { kind: 'int', value: 1 } }),
      ],
      'y',
    );

  it('an If over shapes gives way to its branch', async () => {
    const step = await trains(
      conditional([
        node('Shape', ['x'], ['shape']),
        node('Constant', [], ['one'], value(scalar('int64', 1))),
        node('Gather', ['shape', 'one'], ['size']),
        node('Constant', [], ['three'], value(scalar('int64', 3))),
        node('Equal', ['size', 'three'], ['yes']),
      ]),
      [2, 3, 2],
    );
    expect(operators(step.model.graph)).not.toContain('If');
  });

  it('an If over data stays', async () => {
    const step = await trains(
      conditional([
        node('ReduceMax', ['x'], ['largest'], { keepdims: { kind: 'int', value: 0 } }),
        node('Constant', [], ['zero'], value(scalar('float', 0))),
        node('Greater', ['largest', 'zero'], ['yes']),
      ]),
      [2, 3, 2],
    );
    expect(operators(step.model.graph).filter((op) => op === 'If')).toHaveLength(2);
  });

  it('a branch never taken may have values that are no tensors', async () => {
    const model = conditional([
      node('Constant', [], ['no'], value(scalar('int64', 0))),
      node('Cast', ['no'], ['yes'], { to: { kind: 'int', value: 9 } }),
    ]);
    const message = decode(writeModel(model), modelProto) as unknown as Mutable;
    const [branch] = message.graph.node.flatMap(({ attribute = [] }) =>
      attribute.filter(({ name }) => name === 'then_branch'),
    );
    delete branch.g.output[0].type;
    branch.g.node[0].opType = 'Optional';
    const read = readModel(encode(message as never, modelProto));
    const step = compileTrainingStep(foreignModel(read).forward, options());
    expect(operators(step.model.graph)).not.toContain('If');
    expect(() => writeModel(read)).toThrow(/value "chosen" is no tensor/);
  });

  it('a Loop with weights, constants and an initial condition inside', async () => {
    const body = inner({
      inputs: [info('i', [], 'int64'), info('goes', [], 'bool'), untyped('h')],
      outputs: [info('still', [], 'bool'), untyped('next'), untyped('each')],
      initializers: new Map([['inside', random(6, [2, 2])]]),
      nodes: [
        node('Identity', ['goes'], ['still']),
        node('Gather', ['x', 'i'], ['slice'], { axis: { kind: 'int', value: 1 } }),
        node('MatMul', ['h', 'inside'], ['product']),
        node('Add', ['product', 'slice'], ['y']),
        node('Tanh', ['y'], ['next']),
        node('MatMul', ['next', 'w'], ['each']),
      ],
    });
    const model = file(
      [
        node('Constant', [], ['M'], value(scalar('int64', 3))),
        node('Constant', [], ['true'], value(scalar('bool', 1))),
        node('ReduceSum', ['x', 'axis'], ['start'], { keepdims: { kind: 'int', value: 0 } }),
        node('Loop', ['M', 'true', 'start'], ['last', 'y'], { body }),
      ],
      'y',
      { axis: tensor('int64', [1], [1]) },
    );
    const { forward } = foreignModel(model);
    expect([...forward.parameters].sort()).toEqual(['inside', 'w']);
    await trains(model, [3, 2, 2]);
  });

  it('a Scan whose body passes a state, a slice and a value from outside straight on', async () => {
    const body = inner({
      inputs: [untyped('s'), untyped('slice')],
      outputs: [untyped('s'), untyped('slice'), untyped('w'), untyped('product')],
      nodes: [node('MatMul', ['slice', 'w'], ['p']), node('Add', ['p', 's'], ['product'])],
    });
    const scan = node('Scan', ['start', 'x'], ['last', 'slices', 'ws', 'y'], {
      body,
      num_scan_inputs: { kind: 'int', value: 1 },
      scan_input_axes: { kind: 'ints', value: [1] },
    });
    const model = file([scan], 'y', { start: random(9, [2]) });
    // ONNX Runtime refuses an outer value as an output, so the file itself cannot say what is right.
    const { forward } = foreignModel(model);
    const { graph } = compileInference({ ...forward, output: 'y' }, new Map());
    const wanted = await runModel(
      file(
        [
          node('MatMul', ['x', 'w'], ['p']),
          node('Add', ['p', 'start'], ['sum']),
          node('Transpose', ['sum'], ['y'], { perm: { kind: 'ints', value: [1, 0, 2] } }),
        ],
        'y',
        { start: random(9, [2]) },
      ),
      { x: random(7, [2, 3, 2]) },
    );
    const found = await runModel({ ...model, graph }, { x: random(7, [2, 3, 2]) });
    expectClose(found.y.data as Float32Array, wanted.y.data as Float32Array, 1e-6, 'y');
    const step = compileTrainingStep(forward, options());
    expect(step.parameters.map(({ name }) => name).sort()).toEqual(['start', 'w']);
  });

  it('refuses what acts otherwise while training inside of a loop', () => {
    const body = inner({
      inputs: [untyped('slice')],
      outputs: [untyped('each')],
      nodes: [node('MatMul', ['slice', 'w'], ['p']), node('Dropout', ['p'], ['each'])],
    });
    const scan = node('Scan', ['x'], ['y'], { body, num_scan_inputs: { kind: 'int', value: 1 } });
    const { forward } = foreignModel(file([scan], 'y'));
    expect(() => compileTrainingStep(forward, options())).toThrow(
      /^Dropout "each": acts otherwise while training, which it cannot do inside of Scan "y"/,
    );
  });

  describe('refuses what is no loop', () => {
    const parts = { inputs: [untyped('a')], outputs: [untyped('a')] };
    const scan = (inputs: string[], scans: number, body: Partial<Graph>) =>
      node('Scan', inputs, ['y'], { body: inner(body), num_scan_inputs: { kind: 'int', value: scans } });
    it.each([
      ['a Scan over nothing', scan(['x'], 0, parts), /num_scan_inputs=0 of 1, with 1 inputs and 1 outputs/],
      ['a Scan with a body of other inputs', scan(['x', 'w'], 1, parts), /num_scan_inputs=1 of 2, with 1 inputs/],
      ['a Scan without a body', node('Scan', ['x'], ['y']), /lacks body/],
      [
        'a Loop with a body of other inputs',
        node('Loop', ['', '', 'x'], ['y'], { body: inner(parts) }),
        /1 carried values, but its body has 1 inputs/,
      ],
      [
        'an If with unequal branches',
        node('If', ['yes'], ['y'], {
          then_branch: inner({ outputs: [] }),
          else_branch: inner({ outputs: [untyped('x')] }),
        }),
        /its branches have 0 and 1 outputs/,
      ],
    ])('%s', (_, wrong, message) => {
      const model = file([wrong], 'y', { yes: scalar('bool', 1) });
      expect(() => inferShapes(model.graph, { open: [] })).toThrow(message);
    });

    it('a Scan of opset 8', () => {
      const model = { ...file([scan(['x'], 1, parts)], 'y'), opsets: { '': 8 } };
      expect(() => foreignModel(model)).toThrow(/Scan "y": in opset 8 it took a batch of sequences/);
    });
  });

  it('says which sizes do not agree', () => {
    const shapes = (branch: string, axes: number[]) =>
      inner({
        outputs: [untyped(branch)],
        nodes: [
          node('Constant', [], [`${branch}_axes`], value(tensor('int64', [axes.length], axes))),
          node('ReduceSum', ['x', `${branch}_axes`], [branch], { keepdims: { kind: 'int', value: 0 } }),
        ],
      });
    const model = file(
      [
        node('ReduceMax', ['x'], ['largest'], { keepdims: { kind: 'int', value: 0 } }),
        node('Cast', ['largest'], ['yes'], { to: { kind: 'int', value: 9 } }),
        node('If', ['yes'], ['y'], { then_branch: shapes('a', [1]), else_branch: shapes('b', [1, 2]) }),
      ],
      'y',
    );
    expect(() => inferShapes(model.graph, { open: [] })).toThrow(
      /If "y": "y" is \[batch, 2\] or \[batch\], and only the run can tell which/,
    );
  });
});

describe('simplification inside of nodes', () => {
  function scanned(body: (b: GraphBuilder, inputs: Value[]) => Value[], needed: (outputs: Value[]) => Value[]): Graph {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float', [5, 2]);
    const states = ['s', 't', 'u'].map((name) => g.input(name, 'float', [2]));
    g.initializer('outer', tensor('float', [2], [1, 2]));
    const b = new GraphBuilder('body', { outer: g, repeated: true });
    const inputs = ['a', 'b', 'c', 'slice'].map((name) => b.input(name, 'float', [2]));
    const outputs = body(b, inputs);
    for (const output of outputs) b.output(output);
    const results = g.node(
      'Scan',
      [...states, x],
      { body: { kind: 'graph', value: b.finish() }, num_scan_inputs: 1 },
      { outputs: outputs.map((_, i) => `result${i}`) },
    );
    for (const result of needed(results)) g.output(result);
    return g.finish();
  }
  const scanIn = (graph: Graph): Node => graph.nodes.find(({ op }) => op === 'Scan')!;
  const bodyIn = (graph: Graph): Graph => subgraphsOf(scanIn(graph))[0][1];

  it('drops results and states that nobody needs, and keeps states that others need', () => {
    // a needs b, nothing needs c.
    const graph = prune(
      scanned(
        (b, [s, t, u, x]) => [b.add(s, t), b.mul(t, x), b.exp(u), b.neg(s), b.op('Sqrt', [u]), b.op('Abs', [x])],
        ([first, , , neg]) => [first, neg],
      ),
    );
    const scan = scanIn(graph);
    expect(scan.inputs).toEqual(['s', 't', 'x']);
    expect(scan.outputs).toEqual(['result0', 'result1', 'result3']);
    expect(bodyIn(graph).nodes.map(({ op }) => op)).toEqual(['Add', 'Mul', 'Neg']);
    checkGraph(graph);
  });

  it('keeps one input to count the steps', () => {
    const graph = prune(
      scanned(
        (b, [s, t, u]) => [b.neg(s), b.add(t, u), b.mul(u, u)],
        ([first]) => [first],
      ),
    );
    expect(scanIn(graph).inputs).toEqual(['s', 'x']);
  });

  it('merges and folds in bodies, renames what they capture, and keeps outputs apart', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float', [5, 2]);
    const [one, other] = [g.op('Neg', [x]), g.op('Neg', [x])];
    const sums = [one, other].map((value) => g.reduceSum(value, [0], false));
    const b = new GraphBuilder('body', { outer: g, repeated: true });
    const slice = b.input('slice', 'float', [2]);
    const twice = [b.add(b.op('Identity', [slice]), sums[0]), b.add(slice, sums[1])];
    for (const value of [...twice, b.mul(b.mul(twice[0], twice[1]), b.scalar(1, slice))]) b.output(value);
    const results = g.node(
      'Scan',
      [x],
      { body: { kind: 'graph', value: b.finish() }, num_scan_inputs: 1 },
      { outputs: ['y', 'z', 'w'] },
    );
    for (const result of results) g.output(result);
    const graph = simplify(g.finish());
    checkGraph(graph);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Neg', 'ReduceSum', 'Scan']);
    const body = bodyIn(graph);
    expect(body.nodes.map(({ op }) => op)).toEqual(['Add', 'Add', 'Mul']);
    expect(new Set(body.outputs.map(({ name }) => name)).size).toBe(3);
    expect(capturedBy(body)).toEqual(['ReduceSum']);
  });

  it('what is the same in every step goes around the loop, and not around a branch', () => {
    const g = new GraphBuilder('g');
    const w = g.input('w', 'float', [2, 2]);
    const body = new GraphBuilder('body', { outer: g, repeated: true });
    const branch = new GraphBuilder('branch', { outer: g, repeated: false });
    expect(g.owns(body.transpose(w, [1, 0]))).toBe(true);
    expect(branch.owns(branch.transpose(w, [1, 0]))).toBe(true);
    expect(g.has(branch.nodes[0].outputs[0])).toBe(false);
  });

  it('renames values inside of nodes', () => {
    const graph = renameValues(
      scanned(
        (b, [s, t, u, x]) => [b.add(s, 'outer'), t, u, x],
        (results) => results,
      ),
      (name) => `new/${name}`,
    );
    checkGraph(graph);
    expect(capturedBy(bodyIn(graph))).toEqual(['new/outer']);
  });
});
