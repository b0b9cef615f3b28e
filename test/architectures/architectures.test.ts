import { describe, expect, it } from 'vitest';
import {
  architectureOf,
  architectures,
  buildForward,
  completeSettings,
  parameterCount,
} from '../../src-main/architectures/index.ts';
import type { BuildOptions, InputSpec, Settings } from '../../src-main/architectures/index.ts';
import { LayerBuilder } from '../../src-main/architectures/layers.ts';
import { compileInference, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { printGraph } from '../../src-main/onnx/print.ts';
import { numbersOf, tensor } from '../../src-main/onnx/tensors.ts';
import { fieldsFor, givenKinds, type InputKind } from '../../src-main/shared/input-kinds.ts';
import { Random } from '../../src-main/shared/random.ts';
import { openModel, runModel, type Values } from '../support/run-model.ts';

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

describe('mlp', () => {
  const count = (settings: Settings, options: BuildOptions = iris) =>
    parameterCount(buildForward('mlp', settings, options));
  it('has the layers it was asked for', () => {
    expect(count({ hidden: '' })).toBe(4 * 3 + 3);
    expect(count({ hidden: '8' })).toBe(4 * 8 + 8 + 8 * 3 + 3);
    expect(count({ hidden: '8,5' })).toBe(4 * 8 + 8 + 8 * 5 + 5 + 5 * 3 + 3);
    expect(count({}, grey)).toBe(101_770);
  });
  it('reads as what it is', () => {
    const graph = buildForward('mlp', { hidden: '8', activation: 'tanh', dropout: 0.5 }, iris).graph;
    const nodes = printGraph(graph)
      .split('\n')
      .filter((line) => / = /.test(line));
    expect(nodes).toEqual([
      'dense1: float[batch, 8] = Gemm(features, dense1.weight, dense1.bias)',
      'dense1/activation: float[batch, 8] = Tanh(dense1)',
      'dense1/dropout: float[batch, 8] = Dropout(dense1/activation, const/float_0.5)',
      'output: float[batch, 3] = Gemm(dense1/dropout, output.weight, output.bias)',
    ]);
  });
  it('starts with He’s variance, and biases at zero', () => {
    const { initializers } = buildForward('mlp', { hidden: '256' }, grey).graph;
    const weights = numbersOf(initializers.get('dense1.weight')!);
    const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
    expect(variance * (784 / 2)).toBeCloseTo(1, 1);
    expect(numbersOf(initializers.get('dense1.bias')!).every((b) => b === 0)).toBe(true);
  });
});

describe('cnn', () => {
  it('halves the image while it can', () => {
    const tiny: BuildOptions = { ...grey, input: { kind: 'image', height: 3, width: 5, channels: 3 } };
    const { graph } = buildForward('cnn', { channels: '2,2,2' }, tiny);
    expect(graph.nodes.filter(({ op }) => op === 'MaxPool')).toHaveLength(1);
    expect(graph.values.get('flatten')?.shape).toEqual(['batch', 2 * 1 * 2]);
  });
  it('keeps the image’s size under an even kernel', () => {
    const { graph } = buildForward('cnn', { kernel: 4 }, grey);
    expect(graph.values.get('conv1')?.shape).toEqual(['batch', 16, 28, 28]);
  });
  it('takes no tables', () => expect(() => buildForward('cnn', {}, iris)).toThrow(/images and sounds, not tables/));
});

/** The nodes as they are printed, without the pixels' scaling. */
const printed = (id: string, settings: Settings, options: BuildOptions): string[] =>
  printGraph(buildForward(id, settings, options).graph)
    .split('\n')
    .filter((line) => / = /.test(line) && !line.startsWith('pixels'));
const shapeIn = (forward: ForwardModel, name: string) => forward.graph.values.get(name)?.shape;
const rgb = (side: number): BuildOptions => ({
  input: { kind: 'image', height: side, width: side, channels: 3 },
  output: { kind: 'classes', count: 10 },
  seed: 1,
  blank: true,
});
const images = (id: string, settings: Settings, options: BuildOptions) =>
  parameterCount(buildForward(id, settings, options));

describe('linear', () => {
  it('is one layer', () => {
    expect(printed('linear', {}, iris)).toEqual([
      'output: float[batch, 3] = Gemm(features, output.weight, output.bias)',
    ]);
    expect(images('linear', {}, grey)).toBe(7850);
  });
  it('has nothing to set', () =>
    expect(() => completeSettings(architectureOf('linear'), { hidden: '3' })).toThrow(/no setting "hidden"/));
});

describe('vgg', () => {
  it('is VGG-16’s convolutions at its settings', () => {
    // Configuration D of the paper without its first two stages' third convolutions is 13 layers and 14 714 688 weights; a third one
    // in those two stages adds 64·64·9 and 128·128·9, and ours have no biases but two numbers for each channel's norm.
    const settings = { channels: '64,128,256,512,512', perStage: 3, hidden: '', batchNorm: false };
    const head = 512 * 10 + 10;
    const more = 64 * 64 * 9 + 64 + (128 * 128 * 9 + 128);
    expect(images('vgg', settings, rgb(32))).toBe(14_714_688 + more + head);
  });
  it('halves after each stage, not after each convolution', () => {
    const forward = buildForward('vgg', { channels: '4,8', perStage: 3 }, grey);
    expect(forward.graph.nodes.filter(({ op }) => op === 'Conv')).toHaveLength(6);
    expect(shapeIn(forward, 'conv2/pool')).toEqual(['batch', 8, 7, 7]);
  });
});

describe('resnet', () => {
  // 3×3 convolutions of two numbers a norm each, with projections where the size changes; counted from the published plans.
  it.each([
    ['8', 32, 78_042],
    ['14', 32, 175_258],
    ['20', 32, 272_474],
    ['18', 32, 11_173_962],
    // torchvision's resnet18(num_classes=10)
    ['18', 224, 11_181_642],
  ])('depth %s at %d pixels has %d parameters', (depth, side, count) => {
    expect(images('resnet', { depth }, rgb(side))).toBe(count);
  });
  it('brings large images down at once', () => {
    const large = buildForward('resnet', { depth: '18' }, rgb(224));
    expect(shapeIn(large, 'stem/pool')).toEqual(['batch', 64, 56, 56]);
    expect(shapeIn(large, 'block4_2/sum')).toEqual(['batch', 512, 7, 7]);
    const small = buildForward('resnet', { depth: '18' }, rgb(32));
    expect(shapeIn(small, 'block1_1/sum')).toEqual(['batch', 64, 32, 32]);
    expect(shapeIn(small, 'block4_2/sum')).toEqual(['batch', 512, 4, 4]);
  });
  it('begins as the identity where asked to', () => {
    const scales = (zeroInit: boolean) => {
      const { graph } = buildForward('resnet', { zeroInit }, grey);
      return numbersOf(graph.initializers.get('block1_1/conv2/norm.scale')!);
    };
    expect(scales(true).every((scale) => scale === 0)).toBe(true);
    expect(scales(false).every((scale) => scale === 1)).toBe(true);
  });
  it('takes any image', () => {
    for (const [height, width] of [
      [1, 1],
      [1, 9],
      [2, 3],
      [64, 65],
    ]) {
      const forward = buildForward(
        'resnet',
        { firstChannels: 2 },
        { ...grey, input: { kind: 'image', height, width, channels: 1 } },
      );
      expect(shapeIn(forward, 'output')).toEqual(['batch', 10]);
    }
  });
});

describe('mobilenet', () => {
  it('widens, looks around, narrows, and adds where it can', () => {
    const ops = printed('mobilenet', { channels: '4,6', perStage: 2, expansion: 3 }, grey)
      .map((line) => / = (\w+)/.exec(line)![1])
      .filter((op) => op === 'Conv' || op === 'Add');
    const block = ['Conv', 'Conv', 'Conv'];
    expect(ops).toEqual(['Conv', ...block, 'Add', ...block, 'Add', ...block, ...block, 'Add', 'Conv']);
    const { graph } = buildForward('mobilenet', { channels: '4,6', perStage: 2, expansion: 3 }, grey);
    expect(graph.initializers.get('block1_1/depthwise.weight')?.shape).toEqual([12, 1, 3, 3]);
    expect(graph.values.get('block2_1/depthwise')?.shape).toEqual(['batch', 12, 14, 14]);
  });
  it('counts', () => {
    const block = (from: number, to: number, inside: number) =>
      from * inside + 9 * inside + inside * to + 4 * inside + 2 * to;
    const wanted = 9 * 4 + 8 + block(4, 4, 8) + block(4, 6, 8) + (6 * 12 + 24) + 130;
    expect(images('mobilenet', { channels: '4,6', perStage: 1, expansion: 2 }, grey)).toBe(wanted);
  });
});

describe('vit', () => {
  const layer = (width: number, wide: number) =>
    4 * width + (3 * width * width + 3 * width) + (width * width + width) + (2 * width * wide + wide + width);
  it('counts', () => {
    const rest = 16 * 16 * 16 + 16 + 4 * 16 + 2 * 16 + 170;
    expect(images('vit', { patch: 16, width: 16, layers: 2, heads: 2, expansion: 3 }, grey)).toBe(
      2 * layer(16, 48) + rest,
    );
  });
  it('covers images that patches do not fill', () => {
    const forward = buildForward(
      'vit',
      { patch: 5 },
      { ...grey, input: { kind: 'image', height: 7, width: 11, channels: 1 } },
    );
    expect(shapeIn(forward, 'patches')).toEqual(['batch', 64, 2, 3]);
  });
  it('puts a class token before the patches', () => {
    const forward = buildForward('vit', { patch: 14, pool: 'class-token' }, grey);
    expect(shapeIn(forward, 'placed')).toEqual(['batch', 5, 64]);
    expect(forward.parameters).toContain('class');
  });
  it.each([
    [{ width: 10, heads: 4 }, /heads=4: width=10/],
    [{ patch: 1, width: 8, heads: 2 }, null],
  ])('%j', (settings, message) => {
    const build = () => buildForward('vit', settings, { ...grey, blank: true });
    if (message) expect(build).toThrow(message);
    else expect(build).not.toThrow();
  });
  it('refuses more patches than memory holds', () =>
    expect(() => buildForward('vit', { patch: 1 }, rgb(64))).toThrow(/patch=1: makes 4096 places, at most 1024/));
});

describe('series', () => {
  const series = (length: number, gaps: number[] = []): BuildOptions => ({
    input: { kind: 'series', length, gaps },
    output: { kind: 'classes', count: 3 },
    seed: 1,
  });
  it('say where values were missing, each in its place', async () => {
    const layers = new LayerBuilder(1);
    const forward = layers.finish(layers.series({ kind: 'series', length: 4, gaps: [0, 2] }, 2));
    const model = compileInference(forward, new Map());
    const features = tensor('float', [2, 6], [1, 2, 3, 4, 0, 1, 5, 6, 7, 8, 1, 0]);
    const results = await runModel(model, { features });
    const [result] = Object.values(results);
    expect(result.shape).toEqual([2, 4, 2]);
    expect(numbersOf(result)).toEqual([1, 0, 2, 0, 3, 1, 4, 0, 5, 1, 6, 0, 7, 0, 8, 0]);
  });
  it('cnn1d goes along them', () => {
    const forward = buildForward('cnn1d', { channels: '4,8', kernel: 3, hidden: '', batchNorm: false }, series(9));
    expect(shapeIn(forward, 'conv2/pool')).toEqual(['batch', 8, 2]);
    expect(parameterCount(forward)).toBe(3 * 4 + 4 + (4 * 3 * 8 + 8) + (16 * 3 + 3));
  });
  it.each([
    ['lstm', 4],
    ['gru', 3],
  ] as const)('%s has the matrices that its settings ask for', (id, gates) => {
    const gated = (inputs: number, units: number) => gates * units * (inputs + units + 2);
    const count = (settings: Settings, gaps?: number[]) => parameterCount(buildForward(id, settings, series(5, gaps)));
    expect(count({ units: 6 })).toBe(gated(1, 6) + 6 * 3 + 3);
    expect(count({ units: 6 }, [1])).toBe(gated(2, 6) + 6 * 3 + 3);
    expect(count({ units: 6, layers: 2 })).toBe(gated(1, 6) + gated(6, 6) + 6 * 3 + 3);
    expect(count({ units: 6, layers: 2, bidirectional: true })).toBe(2 * gated(1, 6) + 2 * gated(12, 6) + 12 * 3 + 3);
  });
  it('an LSTM’s forget gate is open in the beginning, and its gates start apart', () => {
    const { graph } = buildForward('lstm', { units: 2, bidirectional: true }, series(5));
    expect(numbersOf(graph.initializers.get('lstm1.bias')!)).toEqual(
      [0, 1].flatMap(() => [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    );
    const recurrence = numbersOf(graph.initializers.get('lstm1.recurrence')!);
    expect(new Set(recurrence.map(Math.abs)).size).toBeGreaterThan(8);
  });
  it('transformer reads values as places', () => {
    const forward = buildForward('transformer', { width: 8, layers: 1, heads: 2, expansion: 2 }, series(5));
    const layer = 4 * 8 + (8 * 24 + 24) + (8 * 8 + 8) + (2 * 8 * 16 + 16 + 8);
    expect(parameterCount(forward)).toBe(16 + 5 * 8 + layer + 16 + 27);
    expect(() => buildForward('transformer', { width: 9, heads: 2 }, series(5))).toThrow(/heads=2: width=9/);
    expect(() => buildForward('transformer', {}, series(1025))).toThrow(/1025 places are too many/);
  });
});

describe('recommender', () => {
  const pair: BuildOptions = { input: inputs.pair, output: { kind: 'value' }, seed: 1 };
  it('is a product of two rows, with biases', () => {
    expect(parameterCount(buildForward('recommender', { embedding: 3 }, pair))).toBe(5 * 3 + 7 * 3 + 5 + 7 + 1);
    const classes: BuildOptions = { ...pair, output: { kind: 'classes', count: 4 } };
    expect(parameterCount(buildForward('recommender', { embedding: 3 }, classes))).toBe((5 + 7) * (3 + 4) + 3 * 4 + 4);
  });
  it('has a tower for each side', () => {
    const towers = buildForward('recommender', { embedding: 3, hidden: '6,2' }, pair);
    expect(shapeIn(towers, 'common')).toEqual(['batch', 2]);
  });
  it('answers the mean for what it never saw', async () => {
    const forward = buildForward('recommender', {}, pair);
    const model = compileInference(forward, new Map([['output.bias', tensor('float', [1], [2.5])]]));
    const [result] = Object.values(await runModel(model, { features: tensor('float', [2, 2], [0, 6, 4, 6]) }));
    const [unseen, seen] = numbersOf(result);
    expect(unseen).toBe(2.5);
    expect(seen).not.toBe(2.5);
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

describe('learning', () => {
  /** Fed to a step or not, by chance from `call` alone. */
  type Sample = { readonly x: readonly number[]; readonly y: number };
  const draw = (call: number, count: number, one: (random: Random) => Sample): Sample[] => {
    const random = new Random(call);
    return Array.from({ length: count }, () => one(random));
  };

  /** An 8×8 image of one of two classes: a bright stripe across or down, somewhere. */
  const stripe = (random: Random): Sample => {
    const [y, at] = [random.below(2), random.below(8)];
    const lit = (i: number) => (y ? i % 8 : i >> 3) === at;
    return { y, x: Array.from({ length: 64 }, (_, i) => (lit(i) ? 200 + random.below(56) : random.below(60))) };
  };
  /** A series of one of two classes: which of two bumps comes first. */
  const bumps = (random: Random): Sample => {
    const [y, first] = [random.below(2), random.below(3)];
    const x = Array.from({ length: 8 }, () => 0.1 * random.normal());
    x[first] += y ? 2 : -2;
    x[first + 3] += y ? -2 : 2;
    return { y, x };
  };
  /** Who likes what: those of a kind do. */
  const liking = (random: Random): Sample => {
    const x = [1 + random.below(6), 1 + random.below(6)];
    return { y: x[0] % 2 === x[1] % 2 ? 1 : 0, x };
  };
  /** Which side of a line. */
  const side = (random: Random): Sample => {
    const x = [random.normal(), random.normal(), random.normal()];
    return { y: x[0] + 2 * x[1] - x[2] > 0 ? 1 : 0, x };
  };

  const image: InputSpec = { kind: 'image', height: 8, width: 8, channels: 1 };
  const series: InputSpec = { kind: 'series', length: 8, gaps: [] };
  const batch = 32;
  const steps = 10;

  async function accuracy(
    id: string,
    settings: Settings,
    input: InputSpec,
    one: (random: Random) => Sample,
    calls: number,
  ): Promise<number> {
    const forward = buildForward(id, settings, { input, output: { kind: 'classes', count: 2 }, seed: 1 });
    const step = compileTrainingStep(forward, {
      loss: { kind: 'cross-entropy' },
      optimizer: { kind: 'adam' },
      device: 'cpu',
      stepsPerCall: steps,
      batchSize: batch,
    });
    const model = await openModel(step.model);
    const carried = [...step.parameters, ...step.state];
    let values: Values = Object.fromEntries(carried.map(({ input, initial }) => [input, initial]));
    let correct = 0;
    for (let call = 0; call < calls; call++) {
      const samples = draw(call, steps * batch, one);
      const feeds = Object.fromEntries(
        step.inputs.map(({ name, role, type, shape }) => {
          const dims = shape as readonly number[];
          if (role === 'data')
            return [
              name,
              tensor(
                type,
                dims,
                samples.flatMap(({ x }) => x),
              ),
            ];
          if (role === 'target')
            return [
              name,
              tensor(
                type,
                dims,
                samples.map(({ y }) => y),
              ),
            ];
          if (role === 'learning_rate') return [name, tensor(type, dims, Array<number>(steps).fill(0.005))];
          const bytes = new Uint8Array(dims.reduce((a, b) => a * b, 1));
          new Random(call, 9).fillBytes(bytes);
          return [name, { type, shape: dims, data: bytes }];
        }),
      );
      const results = await model.run({ ...values, ...feeds });
      values = Object.fromEntries(carried.map(({ input, output }) => [input, results[output]]));
      if (call >= calls - 4) correct += (results.correct.data as Int32Array).reduce((a, b) => a + b, 0);
    }
    return correct / (4 * steps * batch);
  }

  it.each([
    ['mlp', {}],
    ['mlp', { dropout: 0.2, hidden: '64,32' }],
    ['cnn', { channels: '8' }],
    ['cnn', { channels: '8', batchNorm: true, dropout: 0.2 }],
    ['vgg', { channels: '8,8', hidden: '16' }],
    ['resnet', { firstChannels: 4 }],
    ['resnet', { firstChannels: 4, zeroInit: true, dropout: 0.1 }],
    ['mobilenet', { channels: '8,12', perStage: 1, expansion: 2 }],
    ['vit', { patch: 2, width: 16, layers: 1 }],
    ['vit', { patch: 3, width: 16, layers: 1, pool: 'class-token' }],
  ] as const)('%s %j learns which way a stripe runs', async (id, settings) => {
    expect(await accuracy(id, settings, image, stripe, id === 'mlp' ? 20 : 14)).toBeGreaterThan(0.9);
  });

  it.each([
    ['cnn1d', { channels: '8,8', hidden: '16' }],
    ['lstm', { units: 12 }],
    ['lstm', { units: 8, layers: 2, bidirectional: true, dropout: 0.1 }],
    ['gru', { units: 12 }],
    ['gru', { units: 8, layers: 2, bidirectional: true, dropout: 0.1 }],
    ['transformer', { width: 16, layers: 1 }],
  ] as const)('%s %j learns what comes first', async (id, settings) => {
    expect(await accuracy(id, settings, series, bumps, 20)).toBeGreaterThan(0.9);
  });

  it.each<Settings>([{}, { hidden: '16' }, { dropout: 0.1 }])(
    'recommender %j learns who likes what',
    async (settings) => {
      expect(await accuracy('recommender', settings, { kind: 'pair', sizes: [7, 7] }, liking, 30)).toBeGreaterThan(0.9);
    },
  );

  it('linear learns which side of a line', async () => {
    expect(await accuracy('linear', {}, { kind: 'table', features: 3 }, side, 12)).toBeGreaterThan(0.9);
  });
});
