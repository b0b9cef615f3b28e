import { describe, expect, it } from 'vitest';
import { attributesOf, type AttributeInput, float } from '../../src-main/onnx/attributes.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Model, Node, Tensor } from '../../src-main/onnx/types.ts';
import { BASE_OPSET, upgradeGraph } from '../../src-main/onnx/upgrade.ts';
import { runModel } from '../support/run-model.ts';

const floats = (value: readonly number[]) => ({ kind: 'floats', value }) as const;

interface Old {
  opset: number;
  op: string;
  attributes?: Record<string, AttributeInput>;
  shape: number[];
  more?: Tensor[];
  outputs?: number;
}

function modelOf({ opset, op, attributes = {}, shape, more = [], outputs = 1 }: Old): Model {
  const extra = more.map((value, i): [string, Tensor] => [`extra${i}`, value]);
  const node: Node = {
    name: 'node',
    op,
    domain: '',
    inputs: ['x', ...extra.map(([name]) => name)],
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    attributes: attributesOf(attributes),
  };
  return {
    irVersion: 8,
    opsets: { '': opset },
    producer: '',
    metadata: {},
    graph: {
      name: 'old',
      inputs: [{ name: 'x', type: 'float', shape }],
      outputs: node.outputs.map((name) => ({ name, type: 'float' })),
      initializers: new Map(extra),
      nodes: [node],
      values: new Map(),
    },
  };
}

const vector = (...values: number[]): Tensor => tensor('float', [values.length], values);

describe('a graph of an older opset says the same in opset 18', () => {
  const cases: Record<string, Old> = {
    'ReduceMean, axes an attribute': {
      opset: 13,
      op: 'ReduceMean',
      attributes: { axes: [1], keepdims: 0 },
      shape: [2, 3, 2],
    },
    'ReduceL2 over all': { opset: 17, op: 'ReduceL2', shape: [2, 3] },
    'ReduceSum 11': { opset: 11, op: 'ReduceSum', attributes: { axes: [-1] }, shape: [2, 3] },
    'Squeeze 11': { opset: 11, op: 'Squeeze', attributes: { axes: [0] }, shape: [1, 3, 1] },
    'Unsqueeze 11': { opset: 11, op: 'Unsqueeze', attributes: { axes: [0, 3] }, shape: [2, 3] },
    'Split 11, sizes': { opset: 11, op: 'Split', attributes: { axis: 1, split: [1, 3] }, shape: [2, 4], outputs: 2 },
    'Split 13, equal': { opset: 13, op: 'Split', attributes: { axis: 1 }, shape: [2, 4], outputs: 2 },
    'Softmax 11 over the last axes together': { opset: 11, op: 'Softmax', attributes: { axis: 1 }, shape: [2, 3, 2] },
    'Softmax 11, its default': { opset: 11, op: 'Softmax', shape: [2, 3, 2] },
    'LogSoftmax 11 of a matrix': { opset: 11, op: 'LogSoftmax', shape: [2, 3] },
    'Clip 6': { opset: 8, op: 'Clip', attributes: { min: float(-0.5), max: float(0.5) }, shape: [5] },
    'Clip 6, one bound': { opset: 8, op: 'Clip', attributes: { max: float(0.25) }, shape: [5] },
    'Pad 2': { opset: 8, op: 'Pad', attributes: { pads: [0, 1, 0, 2], value: float(3) }, shape: [2, 3] },
    'Slice 1': { opset: 8, op: 'Slice', attributes: { starts: [1], ends: [3], axes: [1] }, shape: [2, 4] },
    'Dropout 7': { opset: 8, op: 'Dropout', attributes: { ratio: float(0.3) }, shape: [2, 4] },
    'Upsample 9': { opset: 9, op: 'Upsample', shape: [1, 1, 2, 3], more: [vector(1, 1, 2, 2)] },
    'Upsample 7, linear': {
      opset: 8,
      op: 'Upsample',
      attributes: { scales: floats([1, 1, 2, 2]), mode: 'linear' },
      shape: [1, 1, 2, 3],
    },
    'Resize 10': { opset: 10, op: 'Resize', shape: [1, 1, 2, 3], more: [vector(1, 1, 2, 1.5)] },
    'BatchNormalization 7': {
      opset: 8,
      op: 'BatchNormalization',
      shape: [2, 2, 3],
      more: [vector(1, 2), vector(0.5, -1), vector(0.1, 0.2), vector(1, 0.5)],
    },
  };
  it.each(Object.entries(cases))('%s', async (_, old) => {
    const model = modelOf(old);
    const size = old.shape.reduce((a, b) => a * b, 1);
    const x = tensor(
      'float',
      old.shape,
      Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + 1)),
    );
    const graph = upgradeGraph(model.graph, old.opset);
    const before = await runModel(model, { x });
    const after = await runModel({ ...model, opsets: { '': BASE_OPSET }, graph }, { x });
    for (const { name } of graph.outputs) {
      expect(after[name].shape).toEqual(before[name].shape);
      expect([...(after[name].data as Float32Array)]).toEqual([...(before[name].data as Float32Array)]);
    }
  });

  it('a BatchNormalization of opset 13 with more outputs is one that trains', () => {
    const statistics = [vector(1, 2), vector(0.5, -1), vector(0.1, 0.2), vector(1, 0.5)];
    const { graph } = modelOf({ opset: 13, op: 'BatchNormalization', shape: [2, 2], more: statistics, outputs: 5 });
    const [node] = upgradeGraph(graph, 13).nodes;
    expect(node.outputs).toEqual(['y0', 'y1', 'y2']);
    expect(node.attributes.training_mode).toEqual({ kind: 'int', value: 1 });
  });

  it('subgraphs are upgraded too, with names of their own', () => {
    const inner = modelOf({ opset: 13, op: 'ReduceMean', attributes: { axes: [0] }, shape: [2] }).graph;
    const outer: Node = {
      name: 'if',
      op: 'If',
      domain: '',
      inputs: ['condition'],
      outputs: ['z'],
      attributes: { then_branch: { kind: 'graph', value: inner }, else_branch: { kind: 'graph', value: inner } },
    };
    const graph = { ...inner, nodes: [outer], outputs: [] };
    const [{ attributes }] = upgradeGraph(graph, 13).nodes;
    const branch = attributes.then_branch.kind === 'graph' ? attributes.then_branch.value : undefined;
    expect(branch?.nodes[0].inputs).toHaveLength(2);
  });

  it('one too old to be read is refused, a new one left alone', () => {
    const { graph } = modelOf({ opset: 6, op: 'Relu', shape: [2] });
    expect(() => upgradeGraph(graph, 6)).toThrow(expect.objectContaining({ code: 'unsupported_opset' }));
    expect(upgradeGraph(graph, 20)).toBe(graph);
  });
});
