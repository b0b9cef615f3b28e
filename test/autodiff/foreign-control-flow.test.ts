import { describe, expect, it } from 'vitest';
import { compileInference, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { foreignModel } from '../../src-main/autodiff/foreign-model.ts';
import { inferShapes } from '../../src-main/autodiff/phases/2-infer-shapes.ts';
import type { TrainingOptions, TrainingStep } from '../../src-main/autodiff/types.ts';
import { modelProto } from '../../src-main/onnx/proto.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import { subgraphsOf } from '../../src-main/onnx/subgraphs.ts';
import { scalar, tensor } from '../../src-main/onnx/tensors.ts';
import type { Attribute, Graph, Model, Node, Shape, Tensor, ValueInfo } from '../../src-main/onnx/types.ts';
import { decode, encode } from '../../src-main/onnx/wire.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { expectClose } from '../support/check-gradient.ts';
import { initialValues, normalTensor } from '../support/run-step.ts';
import { runModel } from '../support/run-model.ts';

const options = (more: Partial<TrainingOptions> = {}): TrainingOptions => ({
  loss: { kind: 'mean-squared-error' },
  optimizer: { kind: 'adam' },
  device: 'cpu',
  stepsPerCall: 1,
  ...more,
});
const operators = (graph: Graph): string[] =>
  graph.nodes.flatMap((node) => [node.op, ...subgraphsOf(node).flatMap(([, inner]) => operators(inner))]);

const rate = scalar('float', 0.01);

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
    initializers: new Map(Object.entries({ w: normalTensor(5, [2, 2], 0.5), ...initializers })),
    nodes,
    values: new Map(),
  },
});

async function trains(model: Model, target: readonly number[]): Promise<TrainingStep> {
  const { forward } = foreignModel(model);
  const step = compileTrainingStep(forward, options());
  const feeds = { x: normalTensor(7, [2, 3, 2], 0.5), target: normalTensor(8, target, 0.5), learning_rate: rate };
  const results = await runModel(step.model, { ...initialValues(step), ...feeds });
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
      initializers: new Map([['inside', normalTensor(6, [2, 2], 0.5)]]),
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
    const model = file([scan], 'y', { start: normalTensor(9, [2], 0.5) });
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
        { start: normalTensor(9, [2], 0.5) },
      ),
      { x: normalTensor(7, [2, 3, 2], 0.5) },
    );
    const found = await runModel({ ...model, graph }, { x: normalTensor(7, [2, 3, 2], 0.5) });
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
