// Ten steps of every template as PyTorch takes them (test/fixtures/pytorch/architectures.py).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dcgan } from '../../src-main/architectures/dcgan.ts';
import { architectures, buildForward, type BuildOptions, type Settings } from '../../src-main/architectures/index.ts';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import type { Device, LossSpec, OptimizerSpec } from '../../src-main/autodiff/types.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { numbersOf, tensor } from '../../src-main/onnx/tensors.ts';
import type { DataType, Tensor } from '../../src-main/onnx/types.ts';
import { openModel, type Values } from '../support/run-model.ts';

interface Numbers {
  shape: number[];
  data: number[];
}

interface Entry {
  name: string;
  architecture: string;
  settings: Settings;
  spec: Pick<BuildOptions, 'input' | 'output'>;
  loss: LossSpec;
  parameters: Record<string, Numbers>;
  data: Numbers[];
  /** None: the loss needs none. */
  target: Numbers[];
  runs: { optimizer: OptimizerSpec; rate: number; losses: number[] }[];
}

const STEPS = 10;
const entries = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/pytorch/architectures.json'), 'utf8'),
) as Entry[];

function built({ architecture, settings, spec }: Entry): ForwardModel {
  const [id, player] = architecture.split('/');
  if (player === undefined) return buildForward(id, settings, { ...spec, seed: 0 });
  if (spec.input.kind !== 'image') throw new Error('a GAN makes pictures');
  return dcgan(settings, spec.input, { seed: 0 })[player as 'discriminator' | 'adversary'];
}

/** The template, started from PyTorch's numbers; those that are not trained are there as well. */
function forwardOf(entry: Entry): ForwardModel {
  const forward = built(entry);
  const given = Object.keys(entry.parameters);
  if (entry.loss.kind !== 'gan') expect([...forward.parameters].sort()).toEqual(given.sort());
  const initializers = new Map(forward.graph.initializers);
  for (const [name, { shape, data }] of Object.entries(entry.parameters)) {
    expect([name, initializers.get(name)?.shape]).toEqual([name, shape]);
    initializers.set(name, tensor('float', shape, data));
  }
  return { ...forward, graph: { ...forward.graph, initializers } };
}

async function losses(
  entry: Entry,
  { optimizer, rate }: Entry['runs'][number],
  device: Device,
  stepsPerCall: number,
): Promise<number[]> {
  const step = compileTrainingStep(forwardOf(entry), { loss: entry.loss, optimizer, device, stepsPerCall });
  const model = await openModel(step.model, device);
  const carried = [...step.parameters, ...step.state];
  let values: Values = Object.fromEntries(carried.map(({ input, initial }) => [input, initial]));
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
    values = Object.fromEntries(carried.map(({ input, output }) => [input, results[output]]));
  }
  return result;
}

describe.each(entries)('PyTorch: ten steps of $name', (entry) => {
  const optimizers = entry.runs.map((run) => run.optimizer.kind);
  it.each([
    ...optimizers.map((kind) => [kind, 'cpu', 1] as const),
    ['momentum', 'cpu', 5],
    ['adam', 'webgpu', 1],
  ] as const)('%s, %s, %d steps a call', async (kind, device, stepsPerCall) => {
    const run = entry.runs.find(({ optimizer }) => optimizer.kind === kind)!;
    const found = await losses(entry, run, device, stepsPerCall);
    expect(found).toHaveLength(STEPS);
    run.losses.forEach((wanted, i) => {
      expect(Math.abs(found[i] - wanted), `loss ${i}: ${found[i]}, ${wanted}`).toBeLessThan(1e-4 * Math.abs(wanted));
    });
  });
});

it('covers every template', () => {
  const covered = new Set(entries.map(({ architecture }) => architecture));
  expect(architectures.filter(({ id }) => !covered.has(id))).toEqual([]);
});
