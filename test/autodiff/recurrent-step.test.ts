import { describe, expect, it } from 'vitest';
import { compileEvaluation, compileInference, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { TrainingOptions } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { namesOf, subgraphsOf } from '../../src-main/onnx/subgraphs.ts';
import { scalar, tensor } from '../../src-main/onnx/tensors.ts';
import type { Graph, Tensor } from '../../src-main/onnx/types.ts';
import { expectClose } from '../support/check-gradient.ts';
import { initialValues, nextValues, normalTensor } from '../support/run-step.ts';
import { openModel, runModel, type Values } from '../support/run-model.ts';

const options = (more: Partial<TrainingOptions> = {}): TrainingOptions => ({
  loss: { kind: 'mean-squared-error' },
  optimizer: { kind: 'adam' },
  device: 'cpu',
  stepsPerCall: 1,
  ...more,
});
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
    g.initializer(rename(name), normalTensor(seed, shape, 0.5));
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

const samples = (batch: number): Values => ({
  x: normalTensor(7, [batch, 4, 3], 0.5),
  target: normalTensor(8, [batch, 1], 0.5),
});
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
      const trained = await runModel(step.model, { ...initialValues(step), ...samples(batch), learning_rate: rate });
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
    let values = initialValues(one);
    const losses: number[] = [];
    for (let k = 0; k < 3; k++) {
      const results = await single.run({ ...values, ...samples(2), learning_rate: rate });
      losses.push((results.loss.data as Float32Array)[0]);
      values = nextValues(one, results);
    }
    const thrice = (value: Tensor) =>
      tensor(
        value.type,
        [3, ...value.shape],
        [0, 1, 2].flatMap(() => [...(value.data as Float32Array)]),
      );
    const { x, target } = samples(2);
    const results = await runModel(three.model, {
      ...initialValues(three),
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
    const feeds = { ...initialValues(plain), ...samples(2), learning_rate: rate };
    const [a, b] = [await runModel(plain.model, feeds), await runModel(again.model, feeds)];
    for (const { output } of plain.parameters)
      expect([...(b[output].data as Float32Array)], output).toEqual([...(a[output].data as Float32Array)]);
  });

  it('where nothing of it is trained it stays', async () => {
    const step = compileTrainingStep({ ...forward, parameters: ['head'] }, options());
    expect(operators(step.model.graph)).toContain(op);
    expect(operators(step.model.graph)).not.toContain('Scan');
    await runModel(step.model, { ...initialValues(step), ...samples(2), learning_rate: rate });
  });
});

it('the batch may come first, for which ONNX Runtime has no kernel', async () => {
  const g = new GraphBuilder('batch first');
  const [x, W, R] = [
    g.input('x', 'float', ['batch', 4, 3]),
    ...['W', 'R'].map((name, i) => g.initializer(name, normalTensor(i, [1, 8, 3 - i], 0.5))),
  ];
  const [Y] = g.node('LSTM', [x, W, R], { hidden_size: 2, layout: 1 }, { outputs: ['Y'] });
  g.output(Y);
  const forward: ForwardModel = { graph: g.finish(), parameters: ['W', 'R'], input: 'x', output: Y };
  const step = compileTrainingStep(forward, options());
  const evaluation = compileEvaluation(forward, { loss: { kind: 'mean-squared-error' } });
  const { x: samplesOf } = samples(2);
  const target = normalTensor(9, [2, 4, 1, 2], 0.5);
  const trained = await runModel(step.model, { ...initialValues(step), x: samplesOf, target, learning_rate: rate });
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
    ...initialValues(step),
    'step/loss': twice(x),
    target: twice(target),
    learning_rate: twice(rate),
  });
});
