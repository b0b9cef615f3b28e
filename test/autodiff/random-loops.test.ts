import { describe, it } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { scalar } from '../../src-main/onnx/tensors.ts';
import type { Shape } from '../../src-main/onnx/types.ts';
import { Random } from '../../src-main/shared/random.ts';
import { checkGradient, type InputCase } from '../support/check-gradient.ts';
import { devices } from '../support/run-model.ts';

const [ROWS, COLUMNS] = [2, 3];

/** Values from around the loop: W [columns, columns], b [columns], V [rows, columns], and a condition. */
type Around = Readonly<Record<'W' | 'b' | 'V' | 'c', Value>>;

/** Smooth operators, branches and inner loops; only so, finite differences hold wherever the dice fall. */
class Dice {
  readonly random: Random;
  readonly around: Around;

  constructor(random: Random, around: Around) {
    this.random = random;
    this.around = around;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)];
  }

  times<T>(count: number, make: (i: number) => T): T[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }

  /** One more value of the pool's shape. */
  grow(g: GraphBuilder, pool: readonly Value[], depth: number): Value {
    const { W, b, V } = this.around;
    const [p, q] = [this.pick(pool), this.pick(pool)];
    const makers: (() => Value)[] = [
      () => g.add(p, q),
      () => g.mul(p, q),
      () => g.sub(p, V),
      () => g.add(p, b),
      () => g.op('Tanh', [p]),
      () => g.op('Sigmoid', [p]),
      () => g.mul(g.op('Softmax', [p], { axis: -1 }), q),
      () => g.op('Tanh', [g.matmul(p, W)]),
      () => g.op('Tanh', [g.matmul(p, g.transpose(W, [1, 0]))]),
      () => g.op('Gemm', [p, W, b], { transB: 1 }),
      () => g.add(p, g.reduceSum(g.mul(W, W), [0], false)),
      () => g.mul(p, g.exp(g.neg(g.mul(b, b)))),
      () => g.concat([g.slice(p, [0], [1], [1]), g.slice(q, [1], [3], [1])], 1),
    ];
    if (depth < 2)
      makers.push(
        () => this.choose(g, pool, depth),
        () => this.repeat(g, pool, depth),
      );
    return this.pick(makers)();
  }

  choose(g: GraphBuilder, pool: readonly Value[], depth: number): Value {
    const [then_branch, else_branch] = this.times(2, () => {
      const branch = new GraphBuilder('branch', { outer: g, repeated: false });
      branch.scope = g.unique('branch');
      branch.output(this.grow(branch, [...pool, this.grow(branch, pool, depth + 1)], depth + 1));
      return { kind: 'graph', value: branch.finish() } as const;
    });
    return g.node('If', [this.around.c], { then_branch, else_branch }, { outputs: ['chosen'] })[0];
  }

  repeat(g: GraphBuilder, pool: readonly Value[], depth: number): Value {
    const start = this.pick(pool);
    const body = new GraphBuilder('loop', { outer: g, repeated: true });
    body.scope = g.unique('loop');
    const run = body.input(body.unique('run'), 'int64', []);
    body.input(body.unique('goes'), 'bool', []);
    const state = body.input(body.unique('state'), 'float', g.shape(start));
    const values = [...pool, state, body.mul(state, body.cast(run, 'float'))];
    for (let i = 0; i < 2; i++) values.push(this.grow(body, values, depth + 1));
    body.output(body.constant(scalar('bool', 1)));
    body.output(body.op('Tanh', [values.at(-1)!]));
    body.output(this.pick(values));
    const trips = g.constant(scalar('int64', 1 + this.random.below(3)));
    const attributes = { body: { kind: 'graph', value: body.finish() } } as const;
    const [final, stack] = g.node('Loop', [trips, undefined, start], attributes, { outputs: ['final', 'stack'] });
    return g.add(final, g.reduceSum(stack, [0], false));
  }
}

describe('loops put together at random', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %d', (seed) => {
    const random = new Random(seed);
    const length = 1 + random.below(4);
    const named = random.below(3) === 0;
    const shape: Shape = named ? ['rows', COLUMNS] : [ROWS, COLUMNS];
    const half = (x: number): number => x / 2;
    const input = (axis?: number): InputCase => {
      const insert = (dims: Shape, size: number | string) =>
        axis === undefined ? dims : [...dims.slice(0, axis), size, ...dims.slice(axis)];
      const declared = named ? { declared: insert(shape, 'steps') } : {};
      return { shape: insert([ROWS, COLUMNS], length) as number[], ...declared, map: half };
    };
    const axes = Array.from({ length: 1 + random.below(3) }, () => random.below(3));
    const states = Array.from({ length: random.below(4) }, (_, i) => `S${i}`);
    const results = random.below(3) + (states.length === 0 ? 1 : 0);
    const inputs: Record<string, InputCase> = {
      W: { shape: [COLUMNS, COLUMNS], map: half },
      b: { shape: [COLUMNS], map: half },
      V: input(),
      c: { shape: [], type: 'bool', values: [random.below(2)] },
      ...Object.fromEntries(states.map((name) => [name, input()])),
      ...Object.fromEntries(axes.map((axis, i) => [`X${i}`, input(axis)])),
    };
    return checkGradient({
      inputs,
      seed,
      devices: [devices[seed % devices.length]],
      tolerance: 1e-4,
      build(g, values) {
        const dice = new Dice(new Random(seed + 1000), values as Around);
        const body = new GraphBuilder('body', { outer: g, repeated: true });
        body.scope = g.unique('body');
        const pool = [...states, ...axes].map(() => body.input(body.unique('in'), 'float', shape));
        for (let i = 0; i < 5; i++) pool.push(dice.grow(body, pool, 0));
        // Some states and results are inputs of the body, the same value, or from around it.
        for (const _ of states) {
          const free = dice.random.below(5) === 0;
          body.output(free ? dice.pick([...pool, values.V]) : body.op('Tanh', [dice.pick(pool.slice(-3))]));
        }
        dice.times(results, () => body.output(dice.pick([...pool, values.V])));
        const outputs = g.node(
          'Scan',
          [...states.map((name) => values[name]), ...axes.map((_, i) => values[`X${i}`])],
          {
            body: { kind: 'graph', value: body.finish() },
            num_scan_inputs: axes.length,
            scan_input_axes: axes,
            scan_input_directions: axes.map(() => dice.random.below(2)),
            scan_output_axes: results > 0 ? dice.times(results, () => dice.random.below(3)) : undefined,
            scan_output_directions: results > 0 ? dice.times(results, () => dice.random.below(2)) : undefined,
          },
          { outputs: [...states.map(() => 'final'), ...dice.times(results, () => 'stack')] },
        );
        const seen = outputs.filter(() => dice.random.below(4) > 0);
        // All inputs matter, whatever the dice say.
        const sums = Object.keys(inputs)
          .filter((name) => name !== 'c')
          .map((name) => g.scale(g.op('ReduceSum', [values[name]], { keepdims: 0 }), 0.1));
        const flat = [...seen, ...sums].map((value) => g.op('Reshape', [value, g.int64s([-1])]));
        return g.concat(flat, 0);
      },
    });
  });
});
