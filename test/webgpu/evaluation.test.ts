// Every template's evaluation on WebGPU itself: there, nets that are recurrent have kernels of their own.

import { describe, expect, it } from 'vitest';
import { compileEvaluation } from '../../src-main/autodiff/compile.ts';
import type { Device } from '../../src-main/autodiff/types.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { architectureCases, forwardOf } from '../support/architecture-cases.ts';
import { expectClose } from '../support/check-gradient.ts';
import { runModel, type Values } from '../support/run-model.ts';

describe.each(architectureCases)('WebGPU: $name', (each) => {
  const evaluated = async (device: Device): Promise<Values> => {
    const forward = forwardOf(each);
    const { model, inputs, parameters } = compileEvaluation(forward, { loss: each.loss, device });
    const fed = inputs.map(({ name, role, type }) => {
      const [{ shape, data }] = role === 'data' ? each.data : each.target;
      return [name, tensor(type, shape, data)] as const;
    });
    const held = parameters.map(({ name }) => [name, forward.graph.initializers.get(name)!] as const);
    return runModel(model, Object.fromEntries([...fed, ...held]), device);
  };

  it('is the processor’s', async () => {
    const [cpu, gpu] = [await evaluated('cpu'), await evaluated('webgpu')];
    for (const [name, { shape, data: wanted }] of Object.entries(cpu)) {
      expect([...gpu[name].shape]).toEqual([...shape]);
      expectClose(gpu[name].data as Float32Array, wanted as Float32Array, 1e-4, name);
    }
  });
});
