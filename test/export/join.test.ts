import { describe, expect, it } from 'vitest';
import { joinModels } from '../../src-main/export/join.ts';
import { scalar } from '../../src-main/onnx/tensors.ts';
import type { Attributes, Graph, Model, Node } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Session, valueOf } from '../../src-main/runtime/session.ts';

const node = (op: string, inputs: string[], output: string, attributes: Attributes = {}): Node => ({
  name: output,
  op,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});
const floats = (names: string[]): Graph['inputs'] => names.map((name) => ({ name, type: 'float', shape: ['batch'] }));
const model = (inputs: string[], outputs: string[], nodes: Node[], constant: number): Model => ({
  irVersion: 8,
  opsets: { '': 17 },
  producer: 'test',
  metadata: {},
  graph: {
    name: 'g',
    inputs: floats(inputs),
    outputs: floats(outputs),
    initializers: new Map([['c', scalar('float', constant)]]),
    nodes,
    values: new Map(),
  },
});

describe('joining models', () => {
  // Both have values called "t" and "c".
  const double = model(['a'], ['t', 'kept'], [node('Mul', ['a', 'c'], 't'), node('Neg', ['a'], 'kept')], 2);
  const body: Graph = {
    name: 'body',
    inputs: [],
    outputs: floats(['inner']),
    initializers: new Map(),
    // "x" and "c" are captured from outside.
    nodes: [node('Add', ['x', 'c'], 'inner')],
    values: new Map(),
  };
  const add = model(
    ['x', 'flag'],
    ['y'],
    [
      node('ReduceMax', ['flag'], 't', { keepdims: { kind: 'int', value: 0 } }),
      node('Cast', ['t'], 'condition', { to: { kind: 'int', value: 9 } }),
      node('If', ['condition'], 'y', {
        then_branch: { kind: 'graph', value: body },
        else_branch: { kind: 'graph', value: { ...body, nodes: [node('Sub', ['x', 'c'], 'inner')] } },
      }),
    ],
    10,
  );

  it('keeps names apart, in bodies too, and passes through what is not linked', async () => {
    const joined = joinModels(double, add, { x: 't' }, 'second/');
    expect(joined.graph.inputs.map((input) => input.name)).toEqual(['a', 'flag']);
    expect(joined.graph.outputs.map((output) => output.name)).toEqual(['kept', 'y']);
    const session = await Session.open(writeModel(joined), { device: 'cpu', threads: 1 });
    const a = valueOf('float', [2], new Float32Array([1, 5]));
    const yes = await session.run({ a, flag: valueOf('float', [2], new Float32Array([1, 0])) });
    expect([...(yes.y.data as Float32Array)]).toEqual([12, 20]);
    expect([...(yes.kept.data as Float32Array)]).toEqual([-1, -5]);
    const no = await session.run({ a, flag: valueOf('float', [2], new Float32Array([0, 0])) });
    expect([...(no.y.data as Float32Array)]).toEqual([-8, 0]);
    await session.close();
  });

  it.each([
    ['a link to nowhere', double, { x: 'nothing' }],
    [
      'a link of another type',
      { ...double, graph: { ...double.graph, outputs: [{ name: 't', type: 'int32' }] } } as Model,
      { x: 't' },
    ],
    ['a name that both need', model(['flag'], ['t'], [node('Neg', ['flag'], 't')], 1), { x: 't' }],
    ['another opset', { ...double, opsets: { '': 18 } }, { x: 't' }],
  ])('refuses %s', (_, first, links) => {
    expect(() => joinModels(first, add, links, 'second/')).toThrow(/do not join/);
  });
});
