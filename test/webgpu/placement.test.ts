// What a training step or an evaluation of each template has brought from the device to the processor before it is done, as ONNX Runtime places its
// nodes: nothing but what goes into the loops of what is recurrent (WebGPU's provider has no Scan; the steps inside run on the
// device). Each such trip stops the device until it is there.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import '../support/runtime-first.ts';
import { describe, expect, it } from 'vitest';
import { buildForward } from '../../src-main/architectures/index.ts';
import { compileEvaluation, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { architectureCases } from '../support/architecture-cases.ts';

/** The operators that read what was brought to the processor. */
async function takingBack(model: Model): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-placed-'));
  const file = join(folder, 'placed.onnx');
  try {
    const session = await ort.InferenceSession.create(writeModel(model), {
      executionProviders: ['webgpu', 'cpu'],
      logSeverityLevel: 3,
      optimizedModelFilePath: file,
    });
    await session.release();
    const { nodes } = readModel(readFileSync(file)).graph;
    const brought = new Set(nodes.filter(({ op }) => op === 'MemcpyToHost').map(({ outputs }) => outputs[0]));
    const readers = nodes.filter(({ inputs }) => inputs.some((input) => brought.has(input)));
    return [...new Set(readers.map(({ op }) => op))].sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const loops = /rnn|lstm|gru/;

describe.each(architectureCases)('WebGPU: $name', ({ name, architecture, settings, spec, loss }) => {
  it.each([
    ['any batch', undefined],
    ['a batch of 2', 2],
  ])('%s', async (_, batchSize) => {
    const forward = buildForward(architecture, settings, { ...spec, seed: 0 });
    const optimizer = { kind: 'adam' } as const;
    const step = compileTrainingStep(forward, { loss, optimizer, device: 'webgpu', stepsPerCall: 1, batchSize });
    const readers = await takingBack(step.model);
    // Where texts have lengths, each is compared with the place in 64 bits.
    expect(readers.filter((op) => op !== 'Less' || !name.includes('text'))).toEqual(loops.test(name) ? ['Scan'] : []);
  });

  it('an evaluation', async () => {
    const forward = buildForward(architecture, settings, { ...spec, seed: 0 });
    expect(await takingBack(compileEvaluation(forward, { loss, device: 'webgpu' }).model)).toEqual([]);
  });
});
