import { describe, expect, it } from 'vitest';
import {
  architectureOf,
  architectures,
  buildForward,
  completeSettings,
  parameterCount,
} from '../../src-main/architectures/index.ts';
import type { InputSpec, Settings } from '../../src-main/architectures/index.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import { numbersOf } from '../../src-main/onnx/tensors.ts';
import { fieldsFor, givenKinds, type InputKind } from '../../src-main/shared/input-kinds.ts';

const grey = {
  input: { kind: 'image', height: 28, width: 28, channels: 1 },
  output: { kind: 'classes', count: 10 },
  seed: 7,
} as const;
const iris = { input: { kind: 'table', features: 4 }, output: { kind: 'classes', count: 3 }, seed: 7 } as const;

const inputs: Readonly<Record<InputKind, InputSpec>> = {
  image: grey.input,
  audio: { kind: 'audio', frames: 20, mels: 12 },
  table: iris.input,
  series: { kind: 'series', length: 6, gaps: [1, 4] },
  pair: { kind: 'pair', sizes: [5, 7] },
  text: { kind: 'text', length: 6, vocabulary: 11 },
};

describe('every architecture', () => {
  const each = architectures.map((architecture) => [architecture.id, architecture] as const);
  it.each(each)('%s', (id, architecture) => {
    expect(architectureOf(id)).toBe(architecture);
    expect(new Set(architecture.fields.map(({ key }) => key)).size).toBe(architecture.fields.length);
    expect(architecture.inputs.some((kind) => givenKinds.includes(kind))).toBe(true);
    for (const kind of architecture.inputs) {
      for (const output of [{ kind: 'classes', count: 10 }, { kind: 'value' }] as const) {
        const forward = buildForward(id, {}, { input: inputs[kind], output, seed: 7 });
        checkGraph(forward.graph);
        const [first] = forward.graph.inputs;
        expect(first.name).toBe(forward.input);
        expect(first.shape?.[0]).toBe('batch');
        // Those that learn no target give samples: test/architectures/untargeted.test.ts.
        if (architecture.learns !== 'target') continue;
        expect(forward.graph.values.get(forward.output)?.shape).toEqual(['batch', output.kind === 'classes' ? 10 : 1]);
      }
    }
  });

  it.each(each)('%s: a seed decides all weights', (id, { inputs: [kind] }) => {
    const weights = (seed: number) => buildForward(id, {}, { ...grey, input: inputs[kind], seed }).graph.initializers;
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });

  it.each(each)('%s: no two parameters begin alike', (id, { inputs: [kind] }) => {
    const { graph, parameters } = buildForward(id, {}, { ...grey, input: inputs[kind] });
    const beginnings = parameters.map((name) => numbersOf(graph.initializers.get(name)!));
    const drawn = beginnings.filter((values) => new Set(values).size > 2).map((values) => values.slice(-3).join());
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it.each(each)('%s: is at hand blank', (id, { inputs: [kind] }) => {
    const options = { ...grey, input: inputs[kind] };
    const blank = buildForward(id, {}, { ...options, blank: true });
    expect(parameterCount(blank)).toBe(parameterCount(buildForward(id, {}, options)));
  });

  it.each(each)('%s: refuses other data', (id, architecture) => {
    for (const kind of Object.keys(inputs) as InputKind[]) {
      if (architecture.inputs.includes(kind)) continue;
      expect(() => buildForward(id, {}, { ...grey, input: inputs[kind] })).toThrow(/takes .*, not /);
    }
  });
});

describe('settings', () => {
  const plain = architectureOf('mlp');
  const mlp = { ...plain, fields: fieldsFor(plain.fields, { kind: 'table', columns: [] }) };
  it('fills in defaults, and takes text as a command line gives it', () => {
    expect(completeSettings(mlp, {})).toEqual({ hidden: '128', activation: 'relu', dropout: 0 });
    expect(completeSettings(mlp, { hidden: ' 64, 32', dropout: '0.25' })).toEqual({
      hidden: '64,32',
      activation: 'relu',
      dropout: 0.25,
    });
    expect(completeSettings(architectureOf('cnn'), { batchNorm: 'true', kernel: '5' })).toMatchObject({
      batchNorm: true,
      kernel: 5,
    });
  });
  const wrong: [Settings, RegExp][] = [
    [{ hidden: '0' }, /hidden=0: at most 8 whole numbers from 1 to 8192/],
    [{ hidden: '1.5' }, /hidden=1.5/],
    [{ hidden: 'wide' }, /hidden=wide/],
    [{ activation: 'swish' }, /activation=swish: one of relu/],
    [{ dropout: 1 }, /dropout=1: a number from 0 to 0.9/],
    [{ dropout: '' }, /dropout=/],
    [{ layers: 3 }, /^mlp has no setting "layers"\. "atelier architectures" lists/],
    [{ droput: 0.1 }, /no setting "droput"\. Did you mean "dropout"\? /],
  ];
  it.each(wrong)('%j is refused', (settings, message) =>
    expect(() => completeSettings(mlp, settings)).toThrow(message),
  );
  it('an unknown architecture', () => expect(() => architectureOf('rnn')).toThrow(/"rnn"; there are linear, mlp, cnn/));
});
