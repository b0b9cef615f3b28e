import { describe, expect, it } from 'vitest';
import { buildForward } from '../../src-main/architectures/index.ts';
import type { InputSpec, Settings } from '../../src-main/architectures/index.ts';
import { compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { Random } from '../../src-main/shared/random.ts';
import { openModel, type Values } from '../support/run-model.ts';
import { initialValues, nextValues } from '../support/run-step.ts';

describe('learning', () => {
  /** Fed to a step or not, by chance from `call` alone. */
  type Sample = { readonly x: readonly number[]; readonly y: number };
  const draw = (call: number, count: number, one: (random: Random) => Sample): Sample[] => {
    const random = new Random(call);
    return Array.from({ length: count }, () => one(random));
  };

  /** An 8×8 image of one of two classes: a bright stripe across or down, somewhere. */
  const stripe = (random: Random): Sample => {
    const [y, at] = [random.below(2), random.below(8)];
    const lit = (i: number) => (y ? i % 8 : i >> 3) === at;
    return { y, x: Array.from({ length: 64 }, (_, i) => (lit(i) ? 200 + random.below(56) : random.below(60))) };
  };
  /** A series of one of two classes: which of two bumps comes first. */
  const bumps = (random: Random): Sample => {
    const [y, first] = [random.below(2), random.below(3)];
    const x = Array.from({ length: 8 }, () => 0.1 * random.normal());
    x[first] += y ? 2 : -2;
    x[first + 3] += y ? -2 : 2;
    return { y, x };
  };
  /** Who likes what: those of a kind do. */
  const liking = (random: Random): Sample => {
    const x = [1 + random.below(6), 1 + random.below(6)];
    return { y: x[0] % 2 === x[1] % 2 ? 1 : 0, x };
  };
  /** Which side of a line. */
  const side = (random: Random): Sample => {
    const x = [random.normal(), random.normal(), random.normal()];
    return { y: x[0] + 2 * x[1] - x[2] > 0 ? 1 : 0, x };
  };

  const image: InputSpec = { kind: 'image', height: 8, width: 8, channels: 1 };
  const series: InputSpec = { kind: 'series', length: 8, gaps: [] };
  const batch = 32;
  const steps = 10;

  async function accuracy(
    id: string,
    settings: Settings,
    input: InputSpec,
    one: (random: Random) => Sample,
    calls: number,
  ): Promise<number> {
    const forward = buildForward(id, settings, { input, output: { kind: 'classes', count: 2 }, seed: 1 });
    const step = compileTrainingStep(forward, {
      loss: { kind: 'cross-entropy' },
      optimizer: { kind: 'adam' },
      device: 'cpu',
      stepsPerCall: steps,
      batchSize: batch,
    });
    const model = await openModel(step.model);
    let values: Values = initialValues(step);
    let correct = 0;
    for (let call = 0; call < calls; call++) {
      const samples = draw(call, steps * batch, one);
      const feeds = Object.fromEntries(
        step.inputs.map(({ name, role, type, shape }) => {
          const dims = shape as readonly number[];
          if (role === 'data')
            return [
              name,
              tensor(
                type,
                dims,
                samples.flatMap(({ x }) => x),
              ),
            ];
          if (role === 'target')
            return [
              name,
              tensor(
                type,
                dims,
                samples.map(({ y }) => y),
              ),
            ];
          if (role === 'learning_rate') return [name, tensor(type, dims, Array<number>(steps).fill(0.005))];
          const bytes = new Uint8Array(dims.reduce((a, b) => a * b, 1));
          new Random(call, 9).fillBytes(bytes);
          return [name, { type, shape: dims, data: bytes }];
        }),
      );
      const results = await model.run({ ...values, ...feeds });
      values = nextValues(step, results);
      if (call >= calls - 4) correct += (results.correct.data as Int32Array).reduce((a, b) => a + b, 0);
    }
    return correct / (4 * steps * batch);
  }

  it.each([
    ['mlp', {}],
    ['mlp', { dropout: 0.2, hidden: '64,32' }],
    ['cnn', { channels: '8' }],
    ['cnn', { channels: '8', batchNorm: true, dropout: 0.2 }],
    ['vgg', { channels: '8,8', hidden: '16' }],
    ['resnet', { firstChannels: 4 }],
    ['resnet', { firstChannels: 4, zeroInit: true, dropout: 0.1 }],
    ['mobilenet', { channels: '8,12', perStage: 1, expansion: 2 }],
    ['vit', { patch: 2, width: 16, layers: 1 }],
    ['vit', { patch: 3, width: 16, layers: 1, pool: 'class-token' }],
  ] as const)('%s %j learns which way a stripe runs', async (id, settings) => {
    expect(await accuracy(id, settings, image, stripe, id === 'mlp' ? 20 : 14)).toBeGreaterThan(0.9);
  });

  it.each([
    ['cnn1d', { channels: '8,8', hidden: '16' }],
    ['lstm', { units: 12 }],
    ['lstm', { units: 8, layers: 2, bidirectional: true, dropout: 0.1 }],
    ['gru', { units: 12 }],
    ['gru', { units: 8, layers: 2, bidirectional: true, dropout: 0.1 }],
    ['transformer', { width: 16, layers: 1 }],
  ] as const)('%s %j learns what comes first', async (id, settings) => {
    expect(await accuracy(id, settings, series, bumps, 20)).toBeGreaterThan(0.9);
  });

  it.each<Settings>([{}, { hidden: '16' }, { dropout: 0.1 }])(
    'recommender %j learns who likes what',
    async (settings) => {
      expect(await accuracy('recommender', settings, { kind: 'pair', sizes: [7, 7] }, liking, 30)).toBeGreaterThan(0.9);
    },
  );

  it('linear learns which side of a line', async () => {
    expect(await accuracy('linear', {}, { kind: 'table', features: 3 }, side, 12)).toBeGreaterThan(0.9);
  });
});
