// Fifteen steps of a small net as PyTorch takes them (test/fixtures/pytorch/optimizers.py), and as a compiled step does.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { OptimizerSpec, TrainingOptions, TrainingStep, UpdateOptions } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Tensor } from '../../src-main/onnx/types.ts';
import { expectClose } from './check-gradient.ts';
import { openModel, type Values } from './run-model.ts';
import { initialValues, nextValues } from './run-step.ts';

interface Numbers {
  shape: number[];
  data: number[];
}

interface Problem {
  rates: number[];
  parameters: Record<string, Numbers>;
  data: [Numbers, Numbers][];
}

export interface Trajectory {
  name: string;
  optimizer: OptimizerSpec;
  update?: UpdateOptions;
  rate: number;
  /** Those to train; the others stay. */
  parameters: string[];
  losses: number[];
  final: Record<string, number[]>;
  average?: Record<string, number[]>;
  metrics?: Record<'gradient_norm' | 'update_norm', number[]>;
}

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/pytorch/optimizers.json'), 'utf8')) as [
  Problem,
  ...Trajectory[],
];
const [problem, ...all] = fixture;
export const trajectories = all;
export const STEPS = problem.rates.length;

export function forwardOf(parameters: readonly string[], type: DataType = 'float'): ForwardModel {
  const g = new GraphBuilder('small net');
  const x = g.input('x', type, ['batch', problem.data[0][0].shape[1]]);
  for (const [name, { shape, data }] of Object.entries(problem.parameters))
    g.initializer(name, tensor(type, shape, data));
  const hidden = g.op('Tanh', [g.op('Gemm', [x, 'dense1.weight', 'dense1.bias'])]);
  g.output(g.op('Gemm', [g.mul(hidden, 'norm.scale'), 'output.weight', 'output.bias']));
  return { graph: g.finish(), parameters, input: x, output: g.outputs[0].name };
}

export interface Run {
  step: TrainingStep;
  /** By the outputs' roles, one number a step. */
  results: Record<string, number[]>;
  /** What is carried, by name. */
  values: Record<string, number[]>;
}

export async function runTrajectory(
  { optimizer, update, rate, parameters }: Pick<Trajectory, 'optimizer' | 'update' | 'rate' | 'parameters'>,
  options: Partial<TrainingOptions> = {},
  type: DataType = 'float',
): Promise<Run> {
  const full: TrainingOptions = {
    loss: { kind: 'mean-squared-error' },
    optimizer,
    update,
    device: 'cpu',
    stepsPerCall: 1,
    ...options,
  };
  const step = compileTrainingStep(forwardOf(parameters, type), full);
  const k = step.stepsPerCall;
  const model = await openModel(step.model, full.device);
  const carried = [...step.parameters, ...step.state];
  let values: Values = initialValues(step);
  const results: Record<string, number[]> = Object.fromEntries(step.outputs.map(({ role }) => [role, []]));
  const stacked = (given: DataType, from: number, of: (at: number) => Numbers): Tensor => {
    const each = Array.from({ length: k }, (_, i) => of(from + i));
    const shape = k === 1 ? each[0].shape : [k, ...each[0].shape];
    return tensor(
      given,
      shape,
      each.flatMap(({ data }) => data),
    );
  };
  for (let at = 0; at < STEPS; at += k) {
    const batch = (index: 0 | 1) => (t: number) => problem.data[t % problem.data.length][index];
    const outputs = await model.run({
      ...values,
      x: stacked(type, at, batch(0)),
      target: stacked(type, at, batch(1)),
      learning_rate: stacked('float', at, (t) => ({ shape: [], data: [rate * problem.rates[t]] })),
    });
    for (const { name, role } of step.outputs) results[role].push(...(outputs[name].data as Float32Array));
    values = nextValues(step, outputs);
  }
  const named = carried.map(({ name, input }) => [name, Array.from(values[input].data as Float32Array)] as const);
  return { step, results, values: Object.fromEntries(named) };
}

export async function expectTrajectory(wanted: Trajectory, options: Partial<TrainingOptions>): Promise<void> {
  const { results, values } = await runTrajectory(wanted, options);
  expectClose(results.loss, wanted.losses, 1e-5, 'loss');
  for (const name of wanted.parameters) expectClose(values[name], wanted.final[name], 1e-5, name);
  for (const name of wanted.average ? wanted.parameters : [])
    expectClose(values[`average/${name}`], wanted.average![name], 1e-5, `average of ${name}`);
  if (!wanted.metrics) return;
  // Only calls that update are comparable.
  const every = wanted.update?.accumulate ?? 1;
  const due = (numbers: number[]) => numbers.filter((_, step) => (step + 1) % every === 0);
  for (const [role, numbers] of Object.entries(wanted.metrics)) expectClose(due(results[role]), numbers, 1e-5, role);
  expect(results.update_norm.filter((_, step) => (step + 1) % every !== 0).every((norm) => norm === 0)).toBe(true);
}
