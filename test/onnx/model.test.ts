import { describe, expect, it } from 'vitest';
import { attributesOf, float } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import { printModel } from '../../src-main/onnx/print.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import { dataTypes, numbersOf, scalar, tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Graph, Model, Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Random } from '../../src-main/shared/random.ts';
import { runModel } from '../support/run-model.ts';

const modelOf = (graph: Graph, more: Partial<Model> = {}): Model => ({
  irVersion: 8,
  opsets: { '': 18 },
  producer: 'test',
  graph: { ...graph, values: new Map() },
  metadata: {},
  ...more,
});

/** One of everything a file can hold. */
function everything(): Model {
  const g = new GraphBuilder('everything');
  const x = g.input('x', 'float', ['batch', 3, 'height', 2]);
  g.input('scalar', 'double', []);
  for (const type of Object.keys(dataTypes) as DataType[]) {
    if (type === 'string') g.initializer('t.string', { type, shape: [2], data: ['', 'größe 大小 \0'] });
    else g.initializer(`t.${type}`, tensor(type, [2, 1], type.startsWith('u') || type === 'bool' ? [0, 1] : [1, 0]));
  }
  g.initializer('empty', tensor('float', [0, 4], []));
  g.initializer('one', scalar('float', -0));
  g.initializer('wide', { type: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) });
  const body = new GraphBuilder('body');
  body.output(body.op('Relu', [body.input('inner', 'float', [3])]));
  const attributes = attributesOf({
    int: -5,
    big: 2 ** 52,
    float: float(0.1),
    whole: float(3),
    text: 'NOTSET ✓',
    ints: [1, -2, 3],
    none: [],
    floats: { kind: 'floats', value: [0.5, -1e-30] },
    strings: { kind: 'strings', value: ['a', ''] },
    tensor: { kind: 'tensor', value: tensor('float', [1], [7]) },
    graph: { kind: 'graph', value: body.finish() },
  });
  g.node('Custom', [x, undefined, 'scalar'], attributes, {
    domain: 'com.example',
    outputs: ['y', '', 'z'],
    types: [g.type(x), g.type(x), g.type(x)],
  });
  g.output('y');
  return modelOf(g.finish(), {
    opsets: { '': 18, 'ai.onnx.ml': 3, 'com.example': 1 },
    metadata: { classes: '["a","b"]', 'a key': 'über' },
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('read and write', () => {
  it('what is written reads back the same', () => {
    const model = everything();
    const read = readModel(writeModel(model));
    // Single precision is what the file holds.
    const floats = { kind: 'floats', value: [0.5, Math.fround(-1e-30)] };
    const wanted = structuredClone(model);
    const attributes = wanted.graph.nodes[0].attributes as Record<string, unknown>;
    attributes.floats = floats;
    attributes.float = { kind: 'float', value: Math.fround(0.1) };
    const inner = (attributes.graph as { value: { values: Map<string, unknown> } }).value.values;
    expect(inner.size).toBe(1);
    expect(read).toEqual(wanted);
    expect(Object.is(numbersOf(read.graph.initializers.get('one')!)[0], -0)).toBe(true);
  });

  it('the same model gives the same bytes', () => {
    expect(hex(writeModel(everything()))).toBe(hex(writeModel(everything())));
    expect(hex(writeModel(readModel(writeModel(everything()))))).toBe(hex(writeModel(everything())));
  });

  it('key order of attributes, opsets and metadata does not matter', () => {
    const model = everything();
    const backwards = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).reverse());
    const [node] = model.graph.nodes;
    const graph = { ...model.graph, nodes: [{ ...node, attributes: backwards(node.attributes) }] };
    const turned = { ...model, graph, opsets: backwards(model.opsets), metadata: backwards(model.metadata) };
    expect(hex(writeModel(turned))).toBe(hex(writeModel(model)));
  });

  it('typed value fields read like raw ones', () => {
    // TensorProto { dims: [2], data_type: FLOAT, float_data: [1, 2] }, as older exporters write it, unpacked dims.
    const field = (number: number, payload: Uint8Array) => [(number << 3) | 2, payload.length, ...payload];
    const floats = new Uint8Array(Float32Array.of(1, 2).buffer);
    const value = Uint8Array.from([0x08, 2, 0x10, 1, ...field(4, floats), ...field(8, Buffer.from('w'))]);
    const graph = Uint8Array.from(field(5, value));
    const bytes = Uint8Array.from([0x08, 8, ...field(7, graph)]);
    expect(readModel(bytes).graph.initializers.get('w')).toEqual(tensor('float', [2], [1, 2]));
  });

  it('ONNX Runtime runs what is written', async () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float', ['n', 2]);
    const y = g.op('Gemm', [x, g.initializer('w', tensor('float', [2, 2], [1, 2, 3, 4]))], { alpha: float(2) });
    g.output(y);
    const results = await runModel(modelOf(g.finish()), { x: tensor('float', [1, 2], [1, 10]) });
    expect([...(results[y].data as Float32Array)]).toEqual([62, 84]);
  });
});

describe('hostile files', () => {
  const bytes = writeModel(everything());
  const codeOf = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as { code?: string }).code ?? `not coded: ${String(error)}`;
    }
    return 'none';
  };

  it('cut short anywhere: refused, or what is left is a model', () => {
    for (let length = 0; length < bytes.length; length++) {
      const code = codeOf(() => readModel(bytes.subarray(0, length)));
      expect(['none', 'invalid_model', 'unsupported_type', 'unsupported_model'], `${length} bytes: ${code}`).toContain(
        code,
      );
    }
    expect(codeOf(() => readModel(new Uint8Array()))).toBe('invalid_model');
  });

  it('any byte changed: a coded error or a model, never a crash', () => {
    const random = new Random(5);
    const allowed = ['none', 'invalid_model', 'unsupported_type', 'unsupported_model', 'external_data'];
    for (let i = 0; i < 4000; i++) {
      const damaged = Uint8Array.from(bytes);
      damaged[random.below(bytes.length)] = random.below(256);
      expect(allowed).toContain(codeOf(() => readModel(damaged)));
    }
  });

  it('random bytes', () => {
    const random = new Random(6);
    for (let i = 0; i < 500; i++) {
      const noise = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
      expect(codeOf(() => readModel(noise))).not.toMatch(/not coded/);
    }
  });

  it('graphs nested in attributes without end', () => {
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
    const wrap = (number: number, inner: Uint8Array) =>
      Uint8Array.from([...varint((number << 3) | 2), ...varint(inner.length), ...inner]);
    let graph: Uint8Array = new Uint8Array();
    for (let i = 0; i < 400; i++) graph = wrap(1, wrap(5, wrap(6, graph)));
    expect(codeOf(() => readModel(wrap(7, graph)))).toBe('invalid_model');
  });

  it('a tensor that claims more than it holds', () => {
    const g = new GraphBuilder('g');
    g.initializer('w', tensor('float', [2], [1, 2]));
    const honest = modelOf(g.finish());
    for (const shape of [[3], [2 ** 40], [-1], [2 ** 31, 2 ** 31], [65536, 65536, 0]]) {
      const lying: Tensor = { ...honest.graph.initializers.get('w')!, shape };
      const graph = { ...honest.graph, initializers: new Map([['w', lying]]) };
      expect(codeOf(() => readModel(writeModel({ ...honest, graph })))).toBe('invalid_model');
    }
  });

  it('values in another file', () => {
    const tensorBytes = Uint8Array.from([0x08, 1, 0x10, 1, 0x42, 1, 0x77, 0x70, 1]);
    const graph = Uint8Array.from([0x2a, tensorBytes.length, ...tensorBytes]);
    expect(codeOf(() => readModel(Uint8Array.from([0x3a, graph.length, ...graph])))).toBe('external_data');
  });

  it('a number too large for its field', () => {
    // ir_version as a varint of eleven bytes.
    expect(codeOf(() => readModel(Uint8Array.from([0x08, ...Array<number>(10).fill(0xff), 1])))).toBe('invalid_model');
  });
});

describe('check', () => {
  const node = (op: string, inputs: string[], outputs: string[], name = '') => ({
    name,
    op,
    domain: '',
    inputs,
    outputs,
    attributes: {},
  });
  const graph = (nodes: Graph['nodes'], outputs: string[] = []): Graph => ({
    name: 'g',
    inputs: [{ name: 'x', type: 'float', shape: [2] }],
    outputs: outputs.map((name) => ({ name, type: 'float' })),
    initializers: new Map(),
    nodes,
    values: new Map(),
  });
  const cases: Record<string, [Graph, RegExp]> = {
    'an unknown operator': [graph([node('Frobnicate', ['x'], ['y'], 'a/b')]), /Frobnicate "a\/b"/],
    'a missing input': [graph([node('Add', ['x'], ['y'])]), /lacks B/],
    'too many inputs': [graph([node('Relu', ['x', 'x'], ['y'])]), /2 inputs/],
    'a value made nowhere': [graph([node('Relu', ['z'], ['y'])]), /"z" is made nowhere/],
    'a cycle': [graph([node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b'])]), /"b" is used before it is made/],
    'a name made twice': [graph([node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])]), /two values are named "y"/],
    'an output made nowhere': [graph([], ['y']), /output "y"/],
  };
  it.each(Object.entries(cases))('%s', (_, [bad, message]) => expect(() => checkGraph(bad)).toThrow(message));

  it('a subgraph may use names from outside, and its own stay inside', () => {
    const body: Graph = {
      ...graph([node('Add', ['inner', 'x'], ['sum'])], ['sum']),
      inputs: [{ name: 'inner', type: 'float' }],
    };
    const loop = { ...node('Scan', ['x', 'x'], ['y']), attributes: { body: { kind: 'graph', value: body } as const } };
    checkGraph(graph([loop], ['y']));
    expect(() => checkGraph(graph([loop, node('Relu', ['sum'], ['z'])]))).toThrow(/"sum" is made nowhere/);
  });
});

describe('print', () => {
  it('is stable and says what a reader needs', () => {
    const g = new GraphBuilder('forward');
    const x = g.input('x', 'float', ['batch', 4]);
    const y = g.node(
      'Gemm',
      [x, g.initializer('w', tensor('float', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8.5]))],
      { alpha: float(0.5), transA: 0 },
      { outputs: ['y'] },
    )[0];
    g.output(g.op('Flatten', [g.scale(y, 2)]));
    expect(printModel({ ...modelOf(g.finish()), graph: g.finish() })).toMatchInlineSnapshot(`
      "onnx 8, ai.onnx 18
      forward(x: float[batch, 4]) -> (Flatten: float[batch, 2])
      w := float[4, 2] {1, 2, 3, 4, 5, 6, 7, 8.5}
      const/float_2 := float[] {2}
      y: float[batch, 2] = Gemm(x, w, alpha=0.5, transA=0)
      Mul: float[batch, 2] = Mul(y, const/float_2)
      Flatten: float[batch, 2] = Flatten(Mul)
      "
    `);
  });
});
