import { describe, expect, it } from 'vitest';
import { buildForward } from '../../src-main/architectures/index.ts';
import { compileEvaluation, compileInference, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { gradients } from '../../src-main/autodiff/gradients/index.ts';
import { prune } from '../../src-main/autodiff/simplify/prune.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import type { Device, TrainingOptions, TrainingStep } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import { operators } from '../../src-main/onnx/operators.ts';
import { printGraph } from '../../src-main/onnx/print.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import { tensor, zeros } from '../../src-main/onnx/tensors.ts';
import type { Graph, Node, Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Random } from '../../src-main/shared/random.ts';
import { expectClose } from '../support/check-gradient.ts';
import { array, evaluateGraph, fromTensor } from '../support/reference.ts';
import { openModel, runModel, type Values } from '../support/run-model.ts';
import { initialValues, nextValues, normalTensor } from '../support/run-step.ts';

const image = {
  input: { kind: 'image', height: 6, width: 6, channels: 3 },
  output: { kind: 'classes', count: 4 },
  seed: 3,
} as const;
const cnn = (settings = {}) => buildForward('cnn', { channels: '3', hidden: '5', ...settings }, image);
const table = (settings = {}) =>
  buildForward(
    'mlp',
    { hidden: '6', ...settings },
    { input: { kind: 'table', features: 5 }, output: { kind: 'classes', count: 3 }, seed: 3 },
  );
const options = (more: Partial<TrainingOptions> = {}): TrainingOptions => ({
  loss: { kind: 'cross-entropy' },
  optimizer: { kind: 'adam' },
  device: 'cpu',
  stepsPerCall: 1,
  ...more,
});
const allNodes = (graph: Graph): Node[] =>
  graph.nodes.flatMap((node) => {
    const inner = Object.values(node.attributes).flatMap((a) => (a.kind === 'graph' ? allNodes(a.value) : []));
    return [node, ...inner];
  });

describe('the training step', () => {
  const kinds: [string, ForwardModel][] = [
    ['mlp', table()],
    ['mlp with dropout', table({ dropout: 0.5 })],
    ['cnn', cnn()],
    ['cnn with batch normalisation', cnn({ batchNorm: true })],
  ];

  describe.each(kinds)('%s', (_, forward) => {
    it.each([1, 3])('%d steps a call: its contract is what the file says', (stepsPerCall) => {
      const step = compileTrainingStep(forward, options({ stepsPerCall, optimizer: { kind: 'momentum' } }));
      checkGraph(step.model.graph);
      const read = readModel(writeModel(step.model)).graph;
      const info = new Map([...read.inputs, ...read.outputs].map((value) => [value.name, value]));
      for (const { name, type, shape } of [...step.inputs, ...step.outputs])
        expect(info.get(name)).toEqual({ name, type, shape });
      for (const { input, output, type, shape, initial } of [...step.parameters, ...step.state]) {
        expect(info.get(input)).toEqual({ name: input, type, shape });
        expect(info.get(output)).toEqual({ name: output, type, shape });
        expect(initial.shape).toEqual(shape);
      }
      const named = [
        ...step.inputs,
        ...step.parameters.map(({ input }) => ({ name: input })),
        ...step.state.map(({ input }) => ({ name: input })),
      ];
      expect(read.inputs.map(({ name }) => name).sort()).toEqual(named.map(({ name }) => name).sort());
      expect(step.parameters.map(({ name }) => name)).toEqual(forward.parameters);
    });

    it('the same graph in gives the same bytes out', () => {
      const bytes = () =>
        Buffer.from(writeModel(compileTrainingStep(forward, options({ stepsPerCall: 2 })).model)).toString('base64');
      expect(bytes()).toBe(bytes());
      const again: ForwardModel = { ...forward, graph: readModel(writeModel(compileInferenceModel(forward))).graph };
      expect(again.graph.nodes.length).toBe(forward.graph.nodes.length);
    });

    it.each(['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] satisfies Device[])('%s: only standard operators', (device) => {
      const { model } = compileTrainingStep(forward, options({ device }));
      expect(new Set(allNodes(model.graph).map(({ domain }) => domain))).toEqual(new Set(['']));
    });

    it('webgpu: none of the operators that fall back or fail there', () => {
      const { model } = compileTrainingStep(forward, options({ device: 'webgpu', batchSize: 8, stepsPerCall: 2 }));
      const refused =
        'Sign LogSoftmax OneHot MaxUnpool Mod Or Sum Mean Round ConstantOfShape Range NonZero RandomUniform Dropout ScatterND';
      for (const node of allNodes(model.graph)) {
        expect(refused.split(' ')).not.toContain(node.op);
        if (node.op === 'MaxPool') expect(node.outputs.filter(Boolean)).toHaveLength(1);
        if (node.op === 'BatchNormalization') expect(node.attributes.training_mode?.value ?? 0).toBe(0);
      }
    });

    it('several steps a call are the same steps', async () => {
      const single = compileTrainingStep(forward, options());
      const triple = compileTrainingStep(forward, options({ stepsPerCall: 3 }));
      const [one, three] = [await openModel(single.model), await openModel(triple.model)];
      const feeds = (step: TrainingStep, from: number, count: number): Values =>
        Object.fromEntries(
          step.inputs.map(({ name, role, type, shape }) => {
            const value = zeros(
              type,
              shape.map((dim) => (typeof dim === 'string' ? 4 : dim)),
            );
            const size = value.data.length / count;
            for (let k = 0; k < count; k++) {
              const source = new Random(100 + from + k, role === 'random' ? 1 : 0);
              for (let i = 0; i < size; i++) {
                const draw = {
                  data: type === 'uint8' ? source.below(256) : source.normal(),
                  target: source.below(3),
                  second_target: source.below(3),
                  target_share: source.uniform(),
                  learning_rate: 0.01,
                  random: source.below(256),
                  noise: source.normal(),
                };
                value.data[k * size + i] = draw[role];
              }
            }
            return [name, value];
          }),
        );
      let values = initialValues(single);
      const losses: number[] = [];
      for (let k = 0; k < 3; k++) {
        const results = await one.run({ ...values, ...feeds(single, k, 1) });
        values = nextValues(single, results);
        losses.push((results.loss.data as Float32Array)[0]);
      }
      const results = await three.run({ ...initialValues(triple), ...feeds(triple, 0, 3) });
      expect([...(results.loss.data as Float32Array)]).toEqual(losses);
      const together = nextValues(triple, results);
      for (const [name, value] of Object.entries(values)) expect(together[name].data, name).toEqual(value.data);
    });
  });

  const compileInferenceModel = (forward: ForwardModel) => compileInference(forward, new Map());

  it('a bound batch trains like an unbound one', async () => {
    const [free, bound] = [
      compileTrainingStep(table(), options()),
      compileTrainingStep(table(), options({ batchSize: 4 })),
    ];
    expect([free.batch, bound.batch]).toEqual(['batch', 4]);
    expect(bound.inputs[0].shape).toEqual([4, 5]);
    const feeds = {
      features: normalTensor(1, [4, 5]),
      target: tensor('int32', [4], [0, 1, 2, 1]),
      learning_rate: tensor('float', [], [0.1]),
    };
    const [a, b] = [
      await runModel(free.model, { ...initialValues(free), ...feeds }),
      await runModel(bound.model, { ...initialValues(bound), ...feeds }),
    ];
    for (const { output } of free.parameters)
      expectClose(a[output].data as Float32Array, b[output].data as Float32Array, 1e-6, output);
  });

  it('counts correct predictions', async () => {
    const step = compileTrainingStep(table(), options());
    const feeds = { features: normalTensor(1, [64, 5]), learning_rate: tensor('float', [], [0]) };
    const counts = await Promise.all(
      [0, 1, 2].map(async (label) => {
        const target = tensor('int32', [64], Array<number>(64).fill(label));
        return (await runModel(step.model, { ...initialValues(step), ...feeds, target })).correct.data[0] as number;
      }),
    );
    expect(counts.reduce((a, b) => a + b)).toBe(64);
  });

  it('a parameter that is used twice gets both gradients, and the metric names do not collide with the graph’s', async () => {
    const g = new GraphBuilder('tied');
    const x = g.input('target', 'float', ['batch', 3]);
    const w = g.initializer('loss', normalTensor(2, [3, 3]));
    g.output(g.node('MatMul', [g.op('Tanh', [g.matmul(x, w)]), w], {}, { outputs: ['correct'] })[0]);
    const forward: ForwardModel = { graph: g.finish(), parameters: [w], input: x, output: 'correct' };
    const step = compileTrainingStep(
      forward,
      options({ loss: { kind: 'mean-squared-error' }, optimizer: { kind: 'sgd' } }),
    );
    expect(step.outputs).toMatchObject([{ name: 'loss_', role: 'loss' }]);
    expect(step.inputs.map(({ name }) => name)).toEqual(['target', 'target_2', 'learning_rate']);
    expect(step.parameters).toMatchObject([{ name: 'loss', input: 'loss', output: 'loss/next' }]);
    checkGraph(step.model.graph);
  });
});

describe('dropout', () => {
  it('drops the bytes below p·256 and scales the rest, in training only', async () => {
    const g = new GraphBuilder('drop');
    const x = g.input('x', 'float', ['batch', 4]);
    const w = g.initializer('w', tensor('float', [4], [1, 1, 1, 1]));
    const dropped = g.op('Dropout', [g.mul(x, w), g.constant(tensor('float', [], [0.25]))]);
    g.output(dropped);
    const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: 'x', output: dropped };
    const mse = { kind: 'mean-squared-error' } as const;
    const step = compileTrainingStep(forward, options({ loss: mse, optimizer: { kind: 'sgd' } }));
    const [bytes] = step.inputs.filter(({ role }) => role === 'random');
    expect(bytes).toMatchObject({ type: 'uint8', shape: ['batch', 4] });
    const x1 = tensor('float', [1, 4], [1, 2, 3, 4]);
    const target = tensor('float', [1, 4], [0, 0, 0, 0]);
    const mask = tensor('uint8', [1, 4], [63, 64, 255, 0]);
    const feeds = { x: x1, target, [bytes.name]: mask, learning_rate: tensor('float', [], [1]) };
    const results = await runModel(step.model, { ...initialValues(step), ...feeds });
    // loss = mean (0, 2·4/3, 3·4/3, 0)²; dw_i = 2·y_i·x_i·(4/3)/4
    expect(results.loss.data[0]).toBeCloseTo(((8 / 3) ** 2 + 4 ** 2) / 4, 5);
    const dw = [0, (2 * (8 / 3) * 2 * (4 / 3)) / 4, (2 * 4 * 3 * (4 / 3)) / 4, 0];
    expectClose(
      results['w/next'].data as Float32Array,
      dw.map((d) => 1 - d),
      1e-6,
      'w',
    );

    const evaluation = compileEvaluation(forward, { loss: mse });
    const plain = await runModel(evaluation.model, { x: x1, target, w: tensor('float', [4], [1, 1, 1, 1]) });
    expect([...(plain.prediction.data as Float32Array)]).toEqual([1, 2, 3, 4]);
  });

  const trainedWith = (ratio: number) => {
    const g = new GraphBuilder('drop');
    const x = g.input('x', 'float', ['batch', 4]);
    const w = g.initializer('w', tensor('float', [4], [1, 1, 1, 1]));
    const dropped = g.op('Dropout', [g.mul(x, w), g.constant(tensor('float', [], [ratio]))]);
    g.output(dropped);
    const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: 'x', output: dropped };
    return compileTrainingStep(forward, options({ loss: { kind: 'mean-squared-error' }, optimizer: { kind: 'sgd' } }));
  };

  // [ratio, of four ones with the bytes 0, 128, 254 and 255, what is left of the last]
  it.each([
    [0, 1],
    [0.0016, 1],
    [0.003, 256 / 255],
    [0.999, 256],
  ])('trains at any share in [0, 1): %f is rounded to a 256th', async (ratio, last) => {
    const step = trainedWith(ratio);
    const bytes = step.inputs.filter(({ role }) => role === 'random');
    expect(bytes).toHaveLength(last === 1 ? 0 : 1);
    const { loss } = await runModel(step.model, {
      ...initialValues(step),
      x: tensor('float', [1, 4], [0, 0, 0, 1]),
      target: tensor('float', [1, 4], [0, 0, 0, 0]),
      learning_rate: tensor('float', [], [1]),
      ...Object.fromEntries(bytes.map(({ name }) => [name, tensor('uint8', [1, 4], [0, 128, 254, 255])])),
    });
    expect(loss.data[0]).toBeCloseTo(last ** 2 / 4, 4);
  });

  it.each([-0.1, 1, 1.5, Number.NaN])('says what is wrong with a share of %f', (ratio) => {
    expect(() => trainedWith(ratio)).toThrow(/Dropout.*ratio=.*not in \[0, 1\)/s);
  });
});

describe('evaluation and inference', () => {
  it.each([false, true])(
    'batch normalisation %s: both agree with the float64 reference, at any batch size',
    async (batchNorm) => {
      const forward = cnn({ batchNorm });
      const values = new Map(
        [...forward.graph.initializers]
          .filter(([name]) => !name.startsWith('const/'))
          .map(([name, { shape }], i): [string, Tensor] => {
            const drawn = normalTensor(50 + i, shape);
            return [
              name,
              name.endsWith('running_var')
                ? { ...drawn, data: (drawn.data as Float32Array).map((v) => 0.5 + v * v) }
                : drawn,
            ];
          }),
      );
      const evaluation = compileEvaluation(forward, { loss: { kind: 'cross-entropy' } });
      const parameters = Object.fromEntries(evaluation.parameters.map(({ name }) => [name, values.get(name)!]));
      expect(Object.keys(parameters).sort()).toEqual([...values.keys()].sort());
      const inference = await openModel(compileInference(forward, values, { loss: { kind: 'cross-entropy' } }));
      const opened = await openModel(evaluation.model);
      for (const batch of [1, 5]) {
        const source = new Random(9);
        const pixels = tensor(
          'uint8',
          [batch, 6, 6, 3],
          Array.from({ length: batch * 108 }, () => source.below(256)),
        );
        const labels = Array.from({ length: batch }, (_, i) => i % 4);
        const results = await opened.run({ ...parameters, pixels, target: tensor('int32', [batch], labels) });

        const feeds = new Map([...values].map(([name, value]) => [name, fromTensor(value)]));
        const logits = evaluateGraph(forward.graph, feeds.set('pixels', fromTensor(pixels))).get(forward.output)!;
        const rows = Array.from({ length: batch }, (_, i) => [...logits.data.slice(i * 4, i * 4 + 4)]);
        const total = (row: number[]) => row.reduce((sum, z) => sum + Math.exp(z), 0);
        const probabilities = rows.flatMap((row) => row.map((z) => Math.exp(z) / total(row)));
        const loss = rows.reduce((sum, row, i) => sum + Math.log(total(row)) - row[labels[i]], 0);
        expectClose(results.prediction.data as Float32Array, probabilities, 1e-5, 'prediction');
        expectClose(results.loss.data as Float32Array, [loss], 1e-4, 'loss');
        expect(results.correct.data[0]).toBe(
          rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length,
        );
        const { probabilities: exported } = await inference.run({ pixels });
        expectClose(exported.data as Float32Array, probabilities, 1e-5, 'inference');
      }
    },
  );

  it('a regression’s loss sums each sample’s mean', async () => {
    const forward = buildForward(
      'mlp',
      { hidden: '' },
      { input: { kind: 'table', features: 2 }, output: { kind: 'value' }, seed: 1 },
    );
    const { model } = compileEvaluation(forward, { loss: { kind: 'mean-squared-error' } });
    const parameters = { 'output.weight': tensor('float', [2, 1], [1, 2]), 'output.bias': tensor('float', [1], [0.5]) };
    const features = tensor('float', [3, 2], [0, 0, 1, 1, -1, 2]);
    const results = await runModel(model, { ...parameters, features, target: tensor('float', [3, 1], [0, 0, 0]) });
    expect(results.loss.data[0]).toBeCloseTo(0.5 ** 2 + 3.5 ** 2 + 3.5 ** 2, 5);
    expect([...(results.prediction.data as Float32Array)]).toEqual([0.5, 3.5, 3.5]);
  });

  it('inference refuses values that do not fit', () => {
    expect(() => compileInference(table(), new Map([['dense1.bias', tensor('float', [2], [0, 0])]]))).toThrow(
      /"dense1.bias", float \[2\], is no parameter/,
    );
  });

  it('inference has the forward graph’s input and nothing of the loss', () => {
    const { graph } = compileInference(cnn(), new Map(), { loss: { kind: 'cross-entropy' } });
    expect(graph.inputs.map(({ name }) => name)).toEqual(['pixels']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['probabilities']);
    expect(graph.nodes.map(({ op }) => op)).not.toContain('LogSoftmax');
  });
});

describe('refusals name the node', () => {
  const forwardOf = (build: (g: GraphBuilder, x: string, w: string) => string): ForwardModel => {
    const g = new GraphBuilder('bad');
    const [x, w] = [g.input('x', 'float', ['batch', 3]), g.initializer('w', zeros('float', [3, 3]))];
    g.output(build(g, x, w));
    return { graph: g.finish(), parameters: ['w'], input: 'x', output: g.outputs[0].name };
  };
  const compile = (forward: ForwardModel) => () => compileTrainingStep(forward, options());
  const error = (code: string, message: RegExp) =>
    expect.objectContaining({ code, message: expect.stringMatching(message) as string });

  it('an operator without a rule', () => {
    expect(compile(forwardOf((g, x, w) => g.op('Hardmax', [g.matmul(x, w)])))).toThrow(
      error('not_differentiable', /^Hardmax "Hardmax": /),
    );
  });
  it('a rule of zero leads to no gradient', () => {
    expect(compile(forwardOf((g, x, w) => g.op('Floor', [g.matmul(x, w)])))).toThrow(error('unused_parameter', /"w"/));
  });
  it('a parameter that the output does not use', () => {
    expect(compile(forwardOf((g, x) => g.op('Exp', [x])))).toThrow(error('unused_parameter', /"w"/));
  });
  it('an attribute', () => {
    const g = new GraphBuilder('bad');
    const [x, w] = [g.input('x', 'float', ['batch', 1, 4, 4]), g.initializer('w', zeros('float', [1]))];
    const pool = () => g.op('MaxPool', [g.mul(x, w)], { kernel_shape: [2, 2], auto_pad: 'SAME' });
    expect(pool).toThrow(error('unsupported_attribute', /MaxPool "MaxPool": auto_pad="SAME"/));
  });
  it('an opset', () => {
    expect(compile({ ...table(), opset: 6 })).toThrow(error('unsupported_opset', /opset 6/));
    expect(compile({ ...table(), opset: 99 })).toThrow(error('unsupported_opset', /opset 99; 7 to 23/));
  });
  it('names that are not there', () => {
    expect(compile({ ...table(), input: 'nowhere' })).toThrow(error('invalid_model', /"nowhere"/));
    expect(compile({ ...table(), output: 'nowhere' })).toThrow(error('invalid_model', /"nowhere"/));
    expect(compile({ ...table(), parameters: ['nowhere'] })).toThrow(error('invalid_model', /"nowhere"/));
  });
  it('numbers that make no sense', () => {
    expect(() => compileTrainingStep(table(), options({ stepsPerCall: 0 }))).toThrow(
      error('invalid_options', /stepsPerCall=0/),
    );
    expect(() => compileTrainingStep(table(), options({ loss: { kind: 'cross-entropy', classWeights: [1] } }))).toThrow(
      error('invalid_options', /1 class weights for 3/),
    );
  });
});

describe('the table', () => {
  it('has a state for every operator, and a reason wherever it refuses', () => {
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(operators).sort());
    for (const gradient of Object.values(gradients)) {
      if (typeof gradient === 'object' && 'reason' in gradient) expect(gradient.reason.length).toBeGreaterThan(10);
    }
  });
});

describe('simplification', () => {
  it('keeps what subgraphs capture', () => {
    const body = new GraphBuilder('body');
    const inner = body.input('inner', 'float', [2]);
    const outer = body.input('outer', 'float', [2]);
    body.output(body.add(inner, outer));
    const captured: Graph = { ...body.finish(), inputs: [{ name: 'inner', type: 'float', shape: [2] }] };
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float', [3, 2]);
    g.node('Neg', [g.initializer('c', tensor('float', [2], [1, 2]))], {}, { outputs: ['outer'] });
    g.op('Exp', [x]);
    const [y] = g.node(
      'Scan',
      [x],
      { body: { kind: 'graph', value: captured }, num_scan_inputs: 1 },
      { outputs: ['y'], types: [g.type(x)] },
    );
    g.output(y);
    expect(prune(g.finish()).nodes.map(({ op }) => op)).toEqual(['Neg', 'Scan']);
  });

  it('leaves one of two equal nodes, no identities, and folds arithmetic on constants', () => {
    const step = compileTrainingStep(table(), options({ batchSize: 8 }));
    const text = printGraph(step.model.graph);
    expect(text).not.toMatch(/Identity|Shape\(|Size\(/);
    const keys = step.model.graph.nodes.map(({ op, inputs, attributes }) => JSON.stringify([op, inputs, attributes]));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the reference', () => {
  it('agrees with itself on a known product', () => {
    const g = new GraphBuilder('g');
    const y = g.matmul(g.input('a', 'float', [2, 2]), g.input('b', 'float', [2, 1]));
    const values = evaluateGraph(
      g.finish(),
      new Map([
        ['a', array([2, 2], [1, 2, 3, 4])],
        ['b', array([2, 1], [5, 6])],
      ]),
    );
    expect([...values.get(y)!.data]).toEqual([17, 39]);
  });
});
