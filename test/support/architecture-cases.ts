// Every template small, with PyTorch's numbers to start from and ten steps as it takes them (test/fixtures/pytorch/architectures.py).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { buildForward, type BuildOptions, type Settings } from '../../src-main/architectures/index.ts';
import type { LossSpec, OptimizerSpec } from '../../src-main/autodiff/types.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';

export interface Numbers {
  shape: number[];
  data: number[];
}

export interface ArchitectureCase {
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

export const architectureCases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/pytorch/architectures.json'), 'utf8'),
) as ArchitectureCase[];

/** The template, started from PyTorch's numbers. */
export function forwardOf({ architecture, settings, spec, parameters }: ArchitectureCase): ForwardModel {
  const forward = buildForward(architecture, settings, { ...spec, seed: 0 });
  expect([...forward.parameters].sort()).toEqual(Object.keys(parameters).sort());
  const initializers = new Map(forward.graph.initializers);
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    expect([name, initializers.get(name)?.shape]).toEqual([name, shape]);
    initializers.set(name, tensor('float', shape, data));
  }
  return { ...forward, graph: { ...forward.graph, initializers } };
}
