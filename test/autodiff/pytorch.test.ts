import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import type { LossSpec, OptimizerSpec } from '../../src-main/autodiff/types.ts';
import { differentiate } from '../../src-main/autodiff/phases/5-differentiate.ts';
import { lower } from '../../src-main/autodiff/phases/8-lower.ts';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { asModel, nameOutputs } from '../../src-main/autodiff/phases/9-package.ts';
import { withOutputs } from '../../src-main/onnx/graph.ts';
import { buildForward, type InputSpec, type OutputSpec, type Settings } from '../../src-main/architectures/index.ts';
import type { AttributeInput } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { signatureOf } from '../../src-main/onnx/operators.ts';
import { scalar, tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Tensor } from '../../src-main/onnx/types.ts';
import { expectClose } from '../support/check-gradient.ts';
import { devices, onDevices, openModel, runModel, type Values } from '../support/run-model.ts';
import trajectoryCases from '../fixtures/pytorch/trajectories.json' with { type: 'json' };
import { initialValues, nextValues } from '../support/run-step.ts';

interface Numbers {
  shape: number[];
  data: number[];
}

interface GradientFixture {
  name: string;
  op: string;
  opset?: number;
  attributes: Record<string, AttributeInput>;
  /** int64 inputs that the model brings along. */
  constants?: Record<string, Numbers>;
  inputs: Record<string, Numbers & { type: DataType }>;
  output: Numbers;
  weights: Numbers;
  gradients: Record<string, Numbers>;
}

interface Trajectory {
  name: string;
  architecture: string;
  settings: Settings;
  spec: { input: InputSpec; output: OutputSpec };
  loss: LossSpec['kind'];
  optimizer: OptimizerSpec;
  rate: number;
  parameters: Record<string, Numbers>;
  data: Numbers[];
  target: Numbers[];
  losses: number[];
  final: Record<string, Numbers>;
}

const asTensor = (type: DataType, { shape, data }: Numbers): Tensor => tensor(type, shape, data);

const fixtures = join(import.meta.dirname, '../fixtures/pytorch');
const gradientCases = readdirSync(fixtures)
  .filter((name) => /^gradients.*\.json$/.test(name))
  .flatMap((name) => JSON.parse(readFileSync(join(fixtures, name), 'utf8')) as GradientFixture[]);

describe.each(gradientCases)('PyTorch: $name', (fixture) => {
  it.each(devices)('%s', async (device) => {
    const g = new GraphBuilder('fixture');
    const feeds: Values = {};
    for (const [name, input] of Object.entries(fixture.inputs)) {
      feeds[name] = asTensor(input.type, input);
      g.input(name, input.type, input.shape);
    }
    const { inputs, outputs } = signatureOf(fixture.op)!;
    const names = inputs.flatMap(({ name, variadic }) => {
      if (variadic) return Object.keys(fixture.inputs);
      const constant = fixture.constants?.[name];
      return [constant ? g.constant(asTensor('int64', constant)) : fixture.inputs[name] ? name : undefined];
    });
    const [y] = g.node(fixture.op, names, fixture.attributes, { outputs: outputs.map(({ name }) => name) });
    const weights = g.constant(asTensor('float', fixture.weights));
    const loss = g.reduceSum(
      g.mul(y, weights),
      fixture.output.shape.map((_, axis) => axis),
      false,
    );
    g.output(loss);

    const wrt = Object.keys(fixture.gradients);
    const { graph, gradients } = differentiate(g.finish(), loss, wrt);
    const whole = withOutputs(graph, [y, ...wrt.map((name) => gradients.get(name)!)]);
    const lowered = nameOutputs(simplify(lower(whole, device)), ['y', ...wrt.map((name) => `d.${name}`)]);
    const model = asModel(lowered, fixture.opset ?? 18);
    const used = model.graph.inputs.map(({ name }) => name);
    const results = await runModel(model, Object.fromEntries(used.map((name) => [name, feeds[name]])), device);
    expectClose(results.y.data as Float32Array, fixture.output.data, 1e-5, 'output');
    for (const name of wrt)
      expectClose(results[`d.${name}`].data as Float32Array, fixture.gradients[name].data, 1e-5, `d${name}`);
  });
});

/** The architecture, started from PyTorch's weights. */
function forwardOf({ architecture, settings, spec, parameters }: Trajectory): ForwardModel {
  const built = buildForward(architecture, settings, { ...spec, seed: 0 });
  expect([...built.parameters].sort()).toEqual(Object.keys(parameters).sort());
  const initializers = new Map(built.graph.initializers);
  for (const [name, value] of Object.entries(parameters)) {
    expect(built.graph.initializers.get(name)!.shape, name).toEqual(value.shape);
    initializers.set(name, asTensor('float', value));
  }
  return { ...built, graph: { ...built.graph, initializers } };
}

describe.each(trajectoryCases as unknown as Trajectory[])('PyTorch: twenty steps of $name', (fixture) => {
  it.each(
    onDevices([
      ['cpu', 1],
      ['cpu', 5],
      ['webgpu', 1],
    ] as const),
  )('%s, %d steps a call', async (device, stepsPerCall) => {
    const { loss, optimizer, rate } = fixture;
    const step = compileTrainingStep(forwardOf(fixture), {
      loss: { kind: loss } as LossSpec,
      optimizer,
      device,
      stepsPerCall,
    });
    const model = await openModel(step.model, device);
    let values: Values = initialValues(step);
    const [data, target] = step.inputs;
    const stack = (type: DataType, all: Numbers[], from: number): Tensor => {
      const batches = Array.from({ length: stepsPerCall }, (_, k) => all[(from + k) % all.length]);
      const shape = stepsPerCall === 1 ? batches[0].shape : [stepsPerCall, ...batches[0].shape];
      return tensor(
        type,
        shape,
        batches.flatMap((batch) => batch.data),
      );
    };
    const losses: number[] = [];
    for (let at = 0; at < 20; at += stepsPerCall) {
      const results = await model.run({
        ...values,
        [data.name]: stack(data.type, fixture.data, at),
        [target.name]: stack(target.type, fixture.target, at),
        learning_rate:
          stepsPerCall === 1 ? scalar('float', rate) : tensor('float', [stepsPerCall], Array(stepsPerCall).fill(rate)),
      });
      losses.push(...(results.loss.data as Float32Array));
      values = nextValues(step, results);
    }
    for (let i = 0; i < 20; i++)
      expect(Math.abs(losses[i] / fixture.losses[i] - 1), `loss ${i}: ${losses[i]}`).toBeLessThan(1e-5);
    for (const [name, wanted] of Object.entries(fixture.final))
      expectClose(values[name].data as Float32Array, wanted.data, 5e-5, name);
  });
});
