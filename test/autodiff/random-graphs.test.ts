import { describe, it } from 'vitest';
import type { GraphBuilder, Value } from '../../src-main/onnx/builder.ts';
import { Random } from '../../src-main/shared/random.ts';
import { checkGradient } from '../support/check-gradient.ts';
import { devices } from '../support/run-model.ts';

/** Smooth operators only, so that finite differences hold wherever the dice fall. */
function grow(g: GraphBuilder, random: Random, values: Value[]): Value {
  const pick = (): Value => values[random.below(values.length)];
  const unary = [
    ...[
      'Tanh',
      'Sigmoid',
      'Neg',
      'Softmax',
      'LogSoftmax',
      'Identity',
      'Sin',
      'Cos',
      'Atan',
      'Asinh',
      'Erf',
      'Softplus',
    ],
    'Mish',
  ];
  for (let i = 0; i < 8; i++) {
    const [a, b] = [pick(), pick()];
    const makers: (() => Value)[] = [
      () => g.op(unary[random.below(unary.length)], [a]),
      () => g.add(a, b),
      () => g.sub(a, b),
      () => g.mul(g.op('Tanh', [a]), b),
      () => g.div(a, g.add(g.exp(g.op('Tanh', [b])), g.scalar(1, b))),
      () => g.reduceMean(a, [random.below(2)]),
      () => g.reduceSum(g.op('Sigmoid', [a]), [random.below(2)]),
      () => g.matmul(a, g.transpose(a, [1, 0])),
      () => g.transpose(a, [1, 0]),
      () => g.op('Gemm', [a, a], { transA: 1 }),
      () => g.concat([a, a], random.below(2)),
      () => g.slice(a, [0], [1], [random.below(2)]),
      () => g.op('Reshape', [a, g.int64s([1, -1])]),
      () => g.op('Sum', [a, b, a]),
      () => g.op('Mean', [a, b]),
      () => g.op('ReduceLogSumExp', [a, g.int64s([random.below(2)])]),
      () => g.op('ReduceSumSquare', [g.op('Tanh', [a]), g.int64s([random.below(2)])]),
      () => g.op('CumSum', [g.op('Tanh', [a]), g.int64s([random.below(2)])], { reverse: random.below(2) }),
      () => g.op('Trilu', [a], { upper: random.below(2) }),
      () => g.op('Pad', [a, g.int64s([0, 1, 1, 0])], { mode: ['constant', 'edge'][random.below(2)] }),
      () => g.op('Tile', [g.slice(a, [0], [1], [0]), g.int64s([2, 1])]),
      () => g.concat(g.node('Split', [a], { num_outputs: 1 }, { outputs: ['part'] }), 0),
    ];
    const made = makers[random.below(makers.length)];
    try {
      values.push(made());
    } catch (error) {
      // Shapes that do not go together are refused; try another pair.
      if ((error as { code?: string }).code !== 'shape_mismatch') throw error;
    }
  }
  return g.op('Tanh', [
    values
      .slice(-3)
      .map((value) => g.reduceMean(value, [0, 1]))
      .reduce((sum, value) => g.add(sum, value)),
  ]);
}

describe('graphs put together at random', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %d', (seed) =>
    checkGradient({
      inputs: { A: { shape: [3, 4] }, B: { shape: [3, 1] }, C: { shape: [4, 4] } },
      seed,
      devices: [devices[seed % devices.length]],
      build: (g, { A, B, C }) => {
        // All three matter, whatever the dice say.
        const start = g.add(g.matmul(A, C), B);
        return g.add(grow(g, new Random(seed), [A, B, C, start]), g.reduceMean(start, [0, 1]));
      },
    }),
  );
});
