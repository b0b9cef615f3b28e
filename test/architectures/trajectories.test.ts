// Ten steps of every template as PyTorch takes them.

import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { Device, Precision } from '../../src-main/autodiff/types.ts';
import { numbersOf, scalar, tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Tensor } from '../../src-main/onnx/types.ts';
import { type ArchitectureCase, architectureCases, forwardOf, type Numbers } from '../support/architecture-cases.ts';
import { onDevices, onWebGpu, openModel, type Values } from '../support/run-model.ts';
import { nextValues } from '../support/run-step.ts';

const STEPS = 10;

async function losses(
  entry: ArchitectureCase,
  { optimizer, rate }: ArchitectureCase['runs'][number],
  device: Device,
  stepsPerCall: number,
  precision?: Precision,
): Promise<number[]> {
  const step = compileTrainingStep(forwardOf(entry), { loss: entry.loss, optimizer, device, stepsPerCall, precision });
  const model = await openModel(step.model, device);
  const carried = [...step.parameters, ...step.state];
  let values: Values = Object.fromEntries(
    // As large as the scale begins, steps of some of these nets are skipped until it fits: PyTorch's data would be others'.
    carried.map(({ name, input, initial }) => [input, name === 'loss_scale' ? scalar('float', 256) : initial]),
  );
  const stacked = (type: DataType, all: readonly Numbers[], from: number): Tensor => {
    const batches = Array.from({ length: stepsPerCall }, (_, k) => all[(from + k) % all.length]);
    const shape = stepsPerCall === 1 ? batches[0].shape : [stepsPerCall, ...batches[0].shape];
    return tensor(
      type,
      shape,
      batches.flatMap(({ data }) => data),
    );
  };
  const result: number[] = [];
  for (let at = 0; at < STEPS; at += stepsPerCall) {
    const feeds = step.inputs.map(({ name, role, type }): [string, Tensor] => {
      if (role === 'data') return [name, stacked(type, entry.data, at)];
      if (role === 'target') return [name, stacked(type, entry.target, at)];
      return [name, stacked(type, [{ shape: [], data: [rate] }], at)];
    });
    const results = await model.run({ ...values, ...Object.fromEntries(feeds) });
    result.push(...numbersOf(results.loss));
    values = nextValues(step, results);
  }
  return result;
}

describe.each(architectureCases)('PyTorch: ten steps of $name', (entry) => {
  const optimizers = entry.runs.map((run) => run.optimizer.kind);
  const runs = onDevices([
    ...optimizers.map((kind) => ['cpu', kind, 1] as const),
    ['cpu', 'momentum', 5],
    ['webgpu', 'adam', 1],
  ] as const);
  it.each(runs)('%s, %s, %d steps a call', async (device, kind, stepsPerCall) => {
    const run = entry.runs.find(({ optimizer }) => optimizer.kind === kind)!;
    const found = await losses(entry, run, device, stepsPerCall);
    expect(found).toHaveLength(STEPS);
    run.losses.forEach((wanted, i) => {
      expect(Math.abs(found[i] - wanted), `loss ${i}: ${found[i]}, ${wanted}`).toBeLessThan(1e-4 * Math.abs(wanted));
    });
  });
});

// A number of 16 bits has 11 significant ones: PyTorch's losses, which are of 32 bits, to a hundredth. The drivers of the stage
// `webgpu` draw in software and have no such numbers.
describe.skipIf(onWebGpu).each(architectureCases)('PyTorch, in mixed precision: ten steps of $name', (entry) => {
  it.each(
    onDevices([
      ['cpu', 1],
      ['cpu', 5],
      ['webgpu', 1],
    ] as const),
  )('%s, %d steps a call', async (device, stepsPerCall) => {
    const run = entry.runs.find(({ optimizer }) => optimizer.kind === 'momentum')!;
    const found = await losses(entry, run, device, stepsPerCall, 'mixed');
    run.losses.forEach((wanted, i) => {
      expect(Math.abs(found[i] - wanted), `loss ${i}: ${found[i]}, ${wanted}`).toBeLessThan(1e-2 * Math.abs(wanted));
    });
  });
});

it('covers every template', () => {
  // Two nets in turn are checked in test/runtime/players.test.ts.
  const covered = new Set(['dcgan', ...architectureCases.map(({ architecture }) => architecture)]);
  expect(architectures.filter(({ id }) => !covered.has(id))).toEqual([]);
});
