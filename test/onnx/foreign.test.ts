import { describe, expect, it } from 'vitest';
import { modelProto } from '../../src-main/onnx/proto.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { widen } from '../../src-main/onnx/widen.ts';
import { encode, type WireMessage } from '../../src-main/onnx/wire.ts';
import { runModel } from '../support/run-model.ts';

const FLOAT = 1;
const port = (name: string, elemType = FLOAT): WireMessage => ({
  name,
  type: { tensorType: { elemType, shape: { dim: [{ value: 2 }] } } },
});
const node = (opType: string, input: string[], output: string[], more: WireMessage = {}): WireMessage => ({
  opType,
  input,
  output,
  name: opType,
  ...more,
});
const modelBytes = (graph: WireMessage, more: WireMessage = {}): Uint8Array =>
  encode(
    {
      irVersion: 8,
      opsetImport: [
        { domain: '', version: 18 },
        { domain: 'mine', version: 1 },
      ],
      graph: { name: 'g', ...graph },
      ...more,
    },
    modelProto,
  );
const code = (wanted: string, message: RegExp) =>
  expect.objectContaining({ code: wanted, message: expect.stringMatching(message) as string });

describe('functions of the model itself', () => {
  const floatAttribute = (name: string, more: WireMessage): WireMessage => ({ name, type: 1, ...more });
  // mine.Scaled(x; slope) = LeakyRelu(x, slope)·x, and mine.Twice(x) = Scaled(Scaled(x))
  const scaled: WireMessage = {
    name: 'Scaled',
    domain: 'mine',
    input: ['a'],
    output: ['b'],
    attributeProto: [floatAttribute('slope', { f: 0.5 })],
    opsetImport: [{ domain: '', version: 18 }],
    node: [
      node('LeakyRelu', ['a'], ['t'], { attribute: [floatAttribute('alpha', { refAttrName: 'slope' })] }),
      node('Mul', ['t', 'a'], ['b']),
    ],
  };
  const twice: WireMessage = {
    name: 'Twice',
    domain: 'mine',
    input: ['a'],
    output: ['c'],
    node: [
      node('Scaled', ['a'], ['t'], { domain: 'mine' }),
      node('Scaled', ['t'], ['c'], {
        domain: 'mine',
        name: 'second',
        attribute: [floatAttribute('slope', { f: 0.25 })],
      }),
    ],
  };

  it('are written out, one inside the other, with their attributes', async () => {
    const graph = { input: [port('x')], output: [port('y')], node: [node('Twice', ['x'], ['y'], { domain: 'mine' })] };
    const model = readModel(modelBytes(graph, { functions: [scaled, twice] }));
    expect(model.graph.nodes.map(({ op }) => op)).toEqual(['LeakyRelu', 'Mul', 'LeakyRelu', 'Mul']);
    const { y } = await runModel(model, { x: tensor('float', [2], [-1, 2]) });
    // −1 → −0.5·−1 = 0.5 → 0.25;  2 → 4 → 16
    expect([...(y.data as Float32Array)]).toEqual([0.25, 16]);
  });

  it('may be used more than once, and inside branches', () => {
    const graph = {
      input: [port('x')],
      output: [port('z')],
      node: [
        node('Scaled', ['x'], ['y'], { domain: 'mine', name: 'one' }),
        node('Scaled', ['y'], ['z'], { domain: 'mine', name: 'two' }),
      ],
    };
    const { graph: read } = readModel(modelBytes(graph, { functions: [scaled] }));
    expect(new Set(read.nodes.flatMap(({ outputs }) => outputs)).size).toBe(4);
  });

  it('that call themselves, or mean another opset, are refused', () => {
    const circle = { ...twice, name: 'Circle', node: [node('Circle', ['a'], ['c'], { domain: 'mine' })] };
    const graph = { input: [port('x')], output: [port('y')], node: [node('Circle', ['x'], ['y'], { domain: 'mine' })] };
    expect(() => readModel(modelBytes(graph, { functions: [circle] }))).toThrow(code('invalid_model', /calls itself/));
    const other = { ...scaled, opsetImport: [{ domain: '', version: 13 }] };
    expect(() => readModel(modelBytes({}, { functions: [other] }))).toThrow(
      code('unsupported_model', /opset 13.*opset 18/),
    );
  });
});

describe('values in files beside the model', () => {
  const bytes = new Uint8Array(Float32Array.of(9, 1, 2, 9).buffer);
  const outside = (entries: Record<string, string>): Uint8Array =>
    modelBytes({
      initializer: [
        {
          name: 'w',
          dims: [2],
          dataType: FLOAT,
          dataLocation: 1,
          externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
        },
      ],
    });
  const read = (entries: Record<string, string>) =>
    readModel(outside(entries), (location) => {
      expect(location).toBe('w.bin');
      return bytes;
    }).graph.initializers.get('w')!;

  it('are read from where the model says', () => {
    expect([...(read({ location: 'w.bin', offset: '4', length: '8' }).data as Float32Array)]).toEqual([1, 2]);
  });

  it.each([
    [{ location: 'w.bin', offset: '12', length: '8' }, /16 bytes/],
    [{ location: 'w.bin', offset: '-4', length: '8' }, /16 bytes/],
    [{ location: 'w.bin', offset: 'x', length: '8' }, /16 bytes/],
    [{ location: 'w.bin', length: '12' }, /12 bytes for shape/],
    [{ offset: '4' }, /without a name/],
  ])('%j is refused', (entries, message) => {
    expect(() => read(entries as Record<string, string>)).toThrow(code('invalid_model', message));
  });
});

describe('half precision', () => {
  it('is widened without a change of value', () => {
    const half = (bits: number[]) => ({ type: 'float16', shape: [bits.length], data: Uint16Array.from(bits) }) as const;
    const initializers = new Map<string, Tensor>([
      // 1, −2, 0.1 (rounded), the smallest subnormal, the largest, ∞, −0
      ['h', half([0x3c00, 0xc000, 0x2e66, 0x0001, 0x7bff, 0x7c00, 0x8000])],
      ['b', { type: 'bfloat16', shape: [2], data: Uint16Array.from([0x3f80, 0xc040]) } as const],
    ]);
    const graph = widen({
      name: 'g',
      inputs: [{ name: 'x', type: 'float16', shape: [2] }],
      outputs: [],
      initializers,
      nodes: [],
      values: new Map(),
    });
    const values = (name: string) => [...(graph.initializers.get(name)!.data as Float32Array)];
    expect(values('h')).toEqual([1, -2, 0.0999755859375, 2 ** -24, 65504, Infinity, -0]);
    expect(values('b')).toEqual([1, -3]);
    expect(graph.inputs[0].type).toBe('float');
  });

  it('a Cast to it is one to float', () => {
    const cast = {
      name: 'c',
      op: 'Cast',
      domain: '',
      inputs: ['x'],
      outputs: ['y'],
      attributes: { to: { kind: 'int', value: 10 } },
    } as const;
    const graph = widen({
      name: 'g',
      inputs: [],
      outputs: [],
      initializers: new Map(),
      nodes: [cast],
      values: new Map(),
    });
    expect(graph.nodes[0].attributes.to).toEqual({ kind: 'int', value: FLOAT });
  });
});
