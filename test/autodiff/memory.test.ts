import { describe, expect, it } from 'vitest';
import { buildForward, type InputSpec } from '../../src-main/architectures/index.ts';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { stepMemory } from '../../src-main/autodiff/memory.ts';
import type { TrainingOptions } from '../../src-main/autodiff/types.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { zeros } from '../../src-main/onnx/tensors.ts';

const picture: InputSpec = { kind: 'image', height: 12, width: 12, channels: 1 };

function step(architecture: string, own: Record<string, string | number>, change: Partial<TrainingOptions> = {}) {
  const forward = buildForward(architecture, own, { input: picture, output: { kind: 'classes', count: 4 }, seed: 1 });
  const options = {
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'adam' },
    stepsPerCall: 1,
    device: 'cpu',
  } as const;
  return compileTrainingStep(forward, { ...options, ...change });
}

describe('a step’s memory', () => {
  /** Bytes a sample. */
  function byHand(build: (g: GraphBuilder) => string): number {
    const g = new GraphBuilder('by-hand');
    g.input('x', 'float', ['batch', 100]);
    g.initializer('w', zeros('float', [100, 10]));
    g.output(build(g));
    const model = { irVersion: 8, opsets: { '': 17 }, producer: '', metadata: {}, graph: g.finish() };
    const inputs = [{ name: 'x', role: 'data', type: 'float', shape: ['batch', 100] }] as const;
    return stepMemory({ model, inputs, parameters: [], state: [] }, 7).activations / 7;
  }

  it('is what is alive at once, counted by hand', () => {
    // Negated in its own place, then the same under another name: 100 numbers, and the 10 of the product.
    expect(byHand((g) => g.op('MatMul', [g.op('Flatten', [g.op('Neg', [g.op('Exp', ['x'])])]), 'w']))).toBe(440);
    // Read again later: kept beside its negative, and then both give way to nothing but their sum.
    const again = (g: GraphBuilder): string => {
      const exp = g.op('Exp', ['x']);
      return g.op('Add', [g.op('Neg', [exp]), exp]);
    };
    expect(byHand(again)).toBe(800);
    // What goes in is not its own.
    expect(byHand((g) => g.op('MatMul', ['x', 'w']))).toBe(40);
  });

  it('holds parameters and two moments of each for Adam, none for plain descent', () => {
    const { parameters, state } = stepMemory(step('mlp', { hidden: '16' }), 8);
    expect(parameters).toBe(4 * (144 * 16 + 16 + 16 * 4 + 4));
    expect(state).toBeGreaterThanOrEqual(2 * parameters);
    expect(state).toBeLessThan(2 * parameters + 100);
    expect(stepMemory(step('mlp', { hidden: '16' }, { optimizer: { kind: 'sgd' } }), 8).state).toBe(0);
  });

  it('grows with the batch, and with what is kept for the way back', () => {
    const cnn = step('cnn', { channels: '8,16', hidden: '16' });
    const [small, large] = [64, 128].map((batch) => stepMemory(cnn, batch).activations);
    expect(large / small).toBeGreaterThan(1.8);
    expect(large / small).toBeLessThan(2.05);
    const wide = step('cnn', { channels: '16,32', hidden: '16' });
    expect(stepMemory(wide, 64).activations / small).toBeGreaterThan(1.7);
  });

  it('of several steps in one call is that of one, and what goes in and out', () => {
    const one = stepMemory(step('cnn', { channels: '8,16' }, { batchSize: 32 }), 32);
    const four = stepMemory(step('cnn', { channels: '8,16' }, { batchSize: 32, stepsPerCall: 4 }), 32);
    expect(four.activations).toBeGreaterThanOrEqual(one.activations);
    expect(four.activations).toBeLessThan(1.2 * one.activations + 2 * (one.parameters + one.state));
  });

  it('is less by far where values are computed a second time', () => {
    const forward = buildForward(
      'vit',
      { layers: 6 },
      { input: picture, output: { kind: 'classes', count: 4 }, seed: 1 },
    );
    const options = {
      loss: { kind: 'cross-entropy' },
      optimizer: { kind: 'adam' },
      stepsPerCall: 1,
      device: 'cpu',
    } as const;
    const [kept, again] = [false, true].map(
      (recompute) => stepMemory(compileTrainingStep(forward, { ...options, recompute }), 32).activations,
    );
    expect(again).toBeLessThan(0.6 * kept);
  });
});
