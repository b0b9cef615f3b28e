import { describe, expect, it } from 'vitest';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { bytesOfValue } from '../../src-main/autodiff/recompute/bytes.ts';
import type { TrainingStep } from '../../src-main/autodiff/types.ts';
import { float } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { scalar, tensor } from '../../src-main/onnx/tensors.ts';
import type { Graph } from '../../src-main/onnx/types.ts';
import { Random } from '../../src-main/shared/random.ts';
import { expectClose } from '../support/check-gradient.ts';
import { openModel, type Values } from '../support/run-model.ts';
import { initialValues, nextValues } from '../support/run-step.ts';

const [width, heads, sequence, classes] = [16, 2, 12, 5];

/** Attention and a feed-forward net per layer, pre-norm. */
function transformer(layers: number, batch: number | string): ForwardModel {
  const g = new GraphBuilder('transformer');
  const random = new Random(3);
  const parameters: string[] = [];
  const weight = (name: string, ...shape: number[]): Value => {
    const length = shape.reduce((a, b) => a * b, 1);
    parameters.push(name);
    return g.initializer(
      name,
      tensor(
        'float',
        shape,
        Array.from({ length }, () => random.normal() * 0.2),
      ),
    );
  };
  const norm = (x: Value): Value => {
    const centred = g.sub(x, g.reduceMean(x, [2]));
    const variance = g.reduceMean(g.mul(centred, centred), [2]);
    return g.div(centred, g.sqrt(g.add(variance, g.scalar(1e-5, x))));
  };
  const split = (x: Value) => g.transpose(g.op('Reshape', [x, g.int64s([0, 0, heads, -1])]), [0, 2, 1, 3]);
  g.input('x', 'float', [batch, sequence, width]);
  let x = 'x';
  for (let layer = 0; layer < layers; layer++) {
    const h = norm(x);
    const project = (what: string) => split(g.matmul(h, weight(`${layer}.${what}`, width, width)));
    const [q, k, v] = ['q', 'k', 'v'].map(project);
    const scores = g.scale(g.matmul(q, g.transpose(k, [0, 1, 3, 2])), 0.35);
    const mixed = g.transpose(g.matmul(g.op('Softmax', [scores], { axis: -1 }), v), [0, 2, 1, 3]);
    const merged = g.op('Reshape', [mixed, g.int64s([0, 0, width])]);
    x = g.add(x, g.matmul(merged, weight(`${layer}.o`, width, width)));
    const wide = g.op('LeakyRelu', [g.matmul(norm(x), weight(`${layer}.up`, width, 4 * width))], { alpha: float(0.1) });
    x = g.add(x, g.matmul(wide, weight(`${layer}.down`, 4 * width, width)));
  }
  const pooled = g.reduceMean(x, [1], false);
  const logits = g.matmul(pooled, weight('head', width, classes));
  g.output(logits);
  return { graph: g.finish(), parameters, input: 'x', output: logits };
}

const compile = (forward: ForwardModel, recompute: boolean): TrainingStep =>
  compileTrainingStep(forward, {
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'sgd' },
    device: 'cpu',
    stepsPerCall: 1,
    recompute,
  });

/** The most bytes of values between nodes that are alive at once, run in the order of the file. */
function peakBytes(graph: Graph): number {
  const typed = GraphBuilder.interfaceOf(graph);
  for (const node of graph.nodes) typed.copy(node);
  const last = new Map<string, number>();
  graph.nodes.forEach(({ inputs }, at) => inputs.forEach((name) => last.set(name, at)));
  const kept = new Set(graph.outputs.map(({ name }) => name));
  let [live, peak] = [0, 0];
  graph.nodes.forEach(({ inputs, outputs }, at) => {
    const size = (name: string) => (name && !kept.has(name) ? bytesOfValue(typed.type(name)) : 0);
    live += outputs.reduce((sum, name) => sum + size(name), 0);
    peak = Math.max(peak, live);
    const made = new Set([...inputs, ...outputs]);
    for (const name of made) {
      const isValue = !graph.initializers.has(name) && !graph.inputs.some((input) => input.name === name);
      if (isValue && (last.get(name) ?? at) === at) live -= size(name);
    }
  });
  return peak;
}

async function twoSteps(step: TrainingStep): Promise<{ losses: number[]; values: Values }> {
  const random = new Random(9);
  const model = await openModel(step.model);
  const data = tensor(
    'float',
    [4, sequence, width],
    Array.from({ length: 4 * sequence * width }, () => random.normal()),
  );
  let values: Values = initialValues(step);
  const losses: number[] = [];
  for (let i = 0; i < 2; i++) {
    const results = await model.run({
      ...values,
      x: data,
      target: tensor('int32', [4], [0, 3, 1, 4]),
      learning_rate: scalar('float', 0.1),
    });
    losses.push(results.loss.data[0] as number);
    values = nextValues(step, results);
  }
  return { losses, values };
}

describe('computing forward values a second time', () => {
  it('gives the same training', async () => {
    const forward = transformer(3, 'batch');
    const [kept, again] = [await twoSteps(compile(forward, false)), await twoSteps(compile(forward, true))];
    expectClose(again.losses, kept.losses, 1e-6, 'losses');
    for (const [name, value] of Object.entries(kept.values)) {
      expectClose(again.values[name].data as Float32Array, value.data as Float32Array, 1e-5, name);
    }
  });

  it('halves what twelve layers keep, and more', () => {
    const forward = transformer(12, 32);
    const [kept, again] = [false, true].map((recompute) => peakBytes(compile(forward, recompute).model.graph));
    expect(again / kept).toBeLessThan(0.5);
  });

  it('leaves a graph alone that has nothing to gain', () => {
    const g = new GraphBuilder('tiny');
    g.input('x', 'float', ['batch', 3]);
    const w = g.initializer('w', tensor('float', [3, 2], [1, 2, 3, 4, 5, 6]));
    const y = g.matmul('x', w);
    g.output(y);
    const forward: ForwardModel = { graph: g.finish(), parameters: ['w'], input: 'x', output: y };
    expect(compile(forward, true).model.graph.nodes).toEqual(compile(forward, false).model.graph.nodes);
  });
});
