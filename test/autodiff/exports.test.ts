// Whole models as torch.onnx.export writes them (opset 13 to 17, dynamic axes), differentiated with no size known and run
// at two: the loss and the gradient of every parameter must be PyTorch's. Fixtures: see fixtures/pytorch/exports.py.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../src-main/autodiff/phases/1-check.ts';
import { inferShapes } from '../../src-main/autodiff/phases/2-infer-shapes.ts';
import { runningStatistics, trainMode } from '../../src-main/autodiff/phases/3-train-mode.ts';
import { differentiate } from '../../src-main/autodiff/phases/5-differentiate.ts';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { lower } from '../../src-main/autodiff/phases/8-lower.ts';
import { asModel, nameOutputs } from '../../src-main/autodiff/phases/9-package.ts';
import type { Device } from '../../src-main/autodiff/types.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { termsOf } from '../../src-main/onnx/dims.ts';
import { withOutputs } from '../../src-main/onnx/graph.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import { filled, sizeOf, tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Dim, Graph, Tensor, ValueInfo } from '../../src-main/onnx/types.ts';
import { expectClose } from '../support/check-gradient.ts';
import { devices, openModel, type OpenModel, type Values } from '../support/run-model.ts';

interface Numbers {
  type: DataType;
  shape: number[];
  data: number[];
}

interface Case {
  inputs: Record<string, Numbers>;
  labels?: Numbers;
  output: number[];
  loss: number;
  gradients: Record<string, number[]>;
}

interface Fixture {
  opset: number;
  training: boolean;
  loss: 'weighted-sum' | 'cross-entropy';
  cases: Case[];
}

const folder = join(import.meta.dirname, '../fixtures/pytorch/exports');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length));

const asTensor = ({ type, shape, data }: Numbers): Tensor => tensor(type, shape, data);

/** wᵢ of the weighted sum. */
const lossWeights = (length: number): Tensor =>
  tensor(
    'float',
    [length],
    Array.from({ length }, (_, i) => (((37 * i) % 11) - 5) / 4),
  );

/** Adds the fixture's loss to the graph's first output. */
function attach(graph: Graph, loss: Fixture['loss']): { graph: Graph; loss: Value } {
  const g = GraphBuilder.extend(graph);
  const [{ name: output }] = graph.outputs;
  if (loss === 'cross-entropy') {
    const scores = g.op('Reshape', [output, g.int64s([-1, g.shape(output).at(-1) as number])]);
    const labels = g.input('labels', 'int64', ['labels']);
    const [mean] = g.node('SoftmaxCrossEntropyLoss', [scores, labels], {}, { outputs: ['loss', 'log_prob'] });
    return { graph: g.finish(), loss: mean };
  }
  const weights = g.input('weights', 'float', ['weights']);
  const flat = g.op('Reshape', [output, g.int64s([-1])]);
  const sum = g.reduceSum(g.mul(flat, weights), [0], false);
  return { graph: g.finish(), loss: sum };
}

interface Compiled {
  readonly model: OpenModel;
  readonly inputs: readonly ValueInfo[];
  readonly values: Values;
  readonly parameters: readonly string[];
}

async function compile(name: string, fixture: Fixture, device: Device): Promise<Compiled> {
  const { graph } = readModel(readFileSync(join(folder, `${name}.onnx`)));
  const parameters = Object.keys(fixture.cases[0].gradients);
  const [input, output] = [graph.inputs[0].name, graph.outputs[0].name];
  const checked = check({ graph, parameters, input, output, opset: fixture.opset });
  const open = [...parameters, ...runningStatistics(checked)];
  const typed = inferShapes(checked, { open });
  const attached = attach(fixture.training ? trainMode(typed).graph : typed, fixture.loss);
  const { graph: whole, gradients } = differentiate(attached.graph, attached.loss, parameters);
  const results = [attached.loss, ...parameters.map((parameter) => gradients.get(parameter)!)];
  const lean = simplify(lower(simplify(withOutputs(whole, results)), device));
  const named = nameOutputs(lean, ['loss', ...parameters.map((parameter) => `d.${parameter}`)]);
  const model = await openModel(asModel(named, Math.max(18, fixture.opset)), device);
  const values = Object.fromEntries(open.map((each) => [each, checked.initializers.get(each)!]));
  return { model, inputs: named.inputs, values, parameters };
}

/** A size of the compiled graph, where each name stands for what a case's inputs have. */
const sizeUnder = (bound: ReadonlyMap<string, number>, dim: Dim): number =>
  termsOf(dim).reduce(
    (sum, [count, names]) => sum + names.reduce((product, name) => product * bound.get(name)!, count),
    0,
  );

/** Feeds for one case: bytes of 255 keep everything that Dropout could drop. */
function feedsOf({ inputs, values }: Compiled, given: Case): Values {
  const bound = new Map<string, number>();
  for (const { name, shape } of inputs) {
    const data = given.inputs[name];
    if (data) shape!.forEach((dim, axis) => typeof dim === 'string' && bound.set(dim, data.shape[axis]));
  }
  const feed = ({ name, type, shape }: ValueInfo): Tensor => {
    if (given.inputs[name]) return asTensor(given.inputs[name]);
    if (values[name]) return values[name];
    if (name === 'labels') return asTensor({ ...given.labels!, shape: [given.labels!.data.length] });
    if (name === 'weights') return lossWeights(sizeOf(given.output));
    if (type !== 'uint8') throw new Error(`no value for the input ${name}`);
    return filled(
      type,
      shape!.map((dim) => sizeUnder(bound, dim)),
      255,
    );
  };
  return Object.fromEntries(inputs.map((info) => [info.name, feed(info)]));
}

const largestOf = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

describe.each(names)('PyTorch export: %s', (name) => {
  it.each(devices)('%s', async (device) => {
    const fixture = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Fixture;
    const compiled = await compile(name, fixture, device);
    for (const [at, given] of fixture.cases.entries()) {
      const results = await compiled.model.run(feedsOf(compiled, given));
      expectClose(results.loss.data as Float32Array, [given.loss], 1e-5, `loss, case ${at}`);
      const largest = Math.max(...Object.values(given.gradients).map(largestOf));
      for (const [parameter, gradient] of Object.entries(given.gradients)) {
        const actual = results[`d.${parameter}`];
        expect([...actual.shape]).toEqual([...compiled.values[parameter].shape]);
        // What cancels to 0 (a bias before a normalisation) is 0 only up to rounding.
        const tolerance = Math.max(1e-4, (1e-6 * largest) / Math.max(1e-3, largestOf(gradient)));
        expectClose(actual.data as Float32Array, gradient, tolerance, `d${parameter}, case ${at}`);
      }
    }
  });
});
