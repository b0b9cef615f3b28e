// The templates that take tokens.

import { describe, expect, it } from 'vitest';
import { gptDecoder } from '../../src-main/architectures/gpt.ts';
import {
  architectureOf,
  architectures,
  type BuildOptions,
  buildForward,
  completeSettings,
  parameterCount,
  type Settings,
  textOptionsOf,
} from '../../src-main/architectures/index.ts';
import { compileInference, compileTrainingStep, compileWhole } from '../../src-main/autodiff/compile.ts';
import type { LossSpec, TrainingOptions } from '../../src-main/autodiff/types.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { numbersOf, tensor, zeros } from '../../src-main/onnx/tensors.ts';
import { Random } from '../../src-main/shared/random.ts';
import { tokenizerRef } from '../../src-main/shared/text.ts';
import { openModel, runModel, type Values } from '../support/run-model.ts';
import { initialValues, nextValues } from '../support/run-step.ts';

const text = { kind: 'text', length: 6, vocabulary: 11 } as const;
const classes: BuildOptions = { input: text, output: { kind: 'classes', count: 2 }, seed: 1 };
const tokens: BuildOptions = { input: text, output: { kind: 'tokens' }, seed: 1 };

const small: Readonly<Record<string, Settings>> = {
  textcnn: { embedding: 8, kernels: '2,3', filters: 6, dropout: 0.1 },
  'text-lstm': { embedding: 8, units: 8 },
  'text-gru': { embedding: 8, units: 8, layers: 2, bidirectional: true, dropout: 0.1 },
  'text-transformer': { width: 16, layers: 1, heads: 2, dropout: 0 },
  bert: { width: 16, layers: 1, heads: 2, expansion: 2 },
  gpt: { width: 16, layers: 2, heads: 2, expansion: 2 },
};
const stack = (width: number, wide: number) =>
  4 * width + (3 * width * width + 3 * width) + (width * width + width) + (2 * width * wide + wide + width);

describe('what takes tokens', () => {
  it('is offered where a run can train it', () => {
    for (const id of Object.keys(small)) {
      const { inputs } = architectureOf(id);
      expect(inputs).toEqual(['text']);
      expect(architectures.some((each) => each.id === id)).toBe(true);
    }
  });

  it('says how texts are read', () => {
    const settings = completeSettings(architectureOf('textcnn'), { vocabulary: '500', lowercase: 'false' });
    const read = { tokenizer: 'word', vocabulary: 500, length: 0, lowercase: false };
    expect(textOptionsOf(architectureOf('textcnn'), settings)).toEqual(read);
    expect(textOptionsOf(architectureOf('mlp'), {})).toBeNull();
    const language = (id: string) => textOptionsOf(architectureOf(id), completeSettings(architectureOf(id), {}));
    expect(language('gpt')).toEqual({
      tokenizer: 'byte-pair',
      vocabulary: 4000,
      lowercase: false,
      length: 128,
      language: 'next',
    });
    expect(language('bert')?.language).toBe('masked');
    const own = tokenizerRef({ name: 'mine.json', vocabulary: 9, blob: 'b'.repeat(64) });
    for (const tokenizer of ['character', 'byte-pair', own]) {
      expect(completeSettings(architectureOf('textcnn'), { tokenizer })).toMatchObject({ tokenizer });
    }
    for (const tokenizer of ['sentence', 'mine.json', `${own}0`]) {
      expect(() => completeSettings(architectureOf('textcnn'), { tokenizer })).toThrow(
        expect.objectContaining({ code: 'invalid_settings' }),
      );
    }
  });

  const count = (id: string, options: BuildOptions, settings: Settings = small[id]) =>
    parameterCount(buildForward(id, settings, options));
  it.each([
    ['textcnn', classes, 11 * 8 + (2 * 8 * 6 + 6) + (3 * 8 * 6 + 6) + 12 * 2 + 2],
    ['text-lstm', classes, 11 * 8 + 4 * 8 * (8 + 8 + 2) + 8 * 2 + 2],
    ['text-gru', classes, 11 * 8 + 2 * 3 * 8 * (8 + 8 + 2) + 2 * 3 * 8 * (16 + 8 + 2) + 16 * 2 + 2],
    ['text-transformer', classes, (11 + 6) * 16 + stack(16, 32) + 32 + 34],
    ['bert', tokens, (11 + 6) * 16 + 32 + stack(16, 32) + (16 * 16 + 16) + 32 + 11],
    ['gpt', tokens, (11 + 6) * 16 + 2 * stack(16, 32) + 32],
  ] as const)('%s counts', (id, options, wanted) => expect(count(id, options)).toBe(wanted));
  it('gpt with a matrix of its own for the answers', () => {
    expect(count('gpt', tokens, { ...small.gpt, tied: false }) - count('gpt', tokens)).toBe(11 * 16);
  });

  it.each(Object.keys(small))('%s checks, whatever its settings', (id) => {
    const options = id === 'bert' || id === 'gpt' ? tokens : classes;
    for (const settings of [small[id], {}]) {
      const forward = buildForward(id, settings, options);
      checkGraph(forward.graph);
      const shape = options === tokens ? ['batch', 6, 11] : ['batch', 2];
      expect(forward.graph.values.get(forward.output)?.shape).toEqual(shape);
    }
  });

  it.each(['text-lstm', 'text-gru', 'text-transformer'])(
    '%s does not mind how much a text is filled up, nor with what',
    async (id) => {
      const answer = async (length: number, pad = 0) => {
        const options = { ...classes, input: { ...text, length, pad } };
        const forward = buildForward(id, { ...small[id], dropout: 0 }, options);
        // The same rows for the same places.
        const places = forward.graph.initializers.get('positions');
        const values = new Map(places ? [['positions', ramp(places.shape)]] : []);
        const row = Array.from({ length }, (_, i) => [3, 5, 1, 7][i] ?? pad);
        const model = compileInference(forward, values);
        return numbersOf(Object.values(await runModel(model, { tokens: tensor('int32', [1, length], row) }))[0]);
      };
      const [short, long, other] = [await answer(4), await answer(9), await answer(9, 10)];
      short.forEach((value, i) => {
        expect(long[i]).toBeCloseTo(value, 5);
        expect(other[i]).toBeCloseTo(value, 5);
      });
    },
  );
});

/** By its place from the front alone, so that a longer one begins as a shorter one. */
function ramp(shape: readonly number[]) {
  const result = zeros('float', shape);
  for (let i = 0; i < result.data.length; i++) (result.data as Float32Array)[i] = Math.sin(i);
  return result;
}

type Draw = (random: Random) => { readonly x: readonly number[]; readonly y: readonly number[] };
/** Which of two words comes first. */
const order: Draw = (random) => {
  const y = random.below(2);
  const length = 4 + random.below(3);
  const x = Array.from({ length: 6 }, (_, i) => (i < length ? 3 + random.below(8) : 0));
  const at = random.below(2);
  x[at] = 1 + y;
  x[at + 2] = 2 - y;
  return { x, y: [y] };
};
/** Counting on, from anywhere: the next token is known once two have been seen. */
const counting: Draw = (random) => {
  const [first, by] = [random.below(10), 1 + random.below(2)];
  const all = Array.from({ length: 7 }, (_, i) => 1 + ((first + by * i) % 10));
  return { x: all.slice(0, 6), y: all.slice(1) };
};
/** One word over and over, hidden in one place, which is token 1; the other places do not count. */
const hiding: Draw = (random) => {
  const all = new Array<number>(6).fill(2 + random.below(8));
  const at = random.below(6);
  return { x: all.map((token, i) => (i === at ? 1 : token)), y: all.map((token, i) => (i === at ? token : -100)) };
};

async function train(
  forward: ForwardModel,
  options: Pick<TrainingOptions, 'loss'>,
  draw: Draw,
  calls: number,
): Promise<number[]> {
  const [steps, batch] = [10, 32];
  const compiled = compileTrainingStep(forward, {
    ...options,
    optimizer: { kind: 'adam' },
    device: 'cpu',
    stepsPerCall: steps,
    batchSize: batch,
  });
  const model = await openModel(compiled.model);
  let values: Values = initialValues(compiled);
  const losses: number[] = [];
  for (let call = 0; call < calls; call++) {
    const random = new Random(call);
    const samples = Array.from({ length: steps * batch }, () => draw(random));
    const feeds = compiled.inputs.map(({ name, role, type, shape }) => {
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
            samples.flatMap(({ y }) => y),
          ),
        ];
      if (role === 'learning_rate') return [name, tensor(type, dims, Array<number>(steps).fill(0.005))];
      const bytes = new Uint8Array(dims.reduce((a, b) => a * b, 1));
      new Random(call, 9).fillBytes(bytes);
      return [name, { type, shape: dims, data: bytes }];
    });
    const results = await model.run({ ...values, ...(Object.fromEntries(feeds) as Values) });
    values = nextValues(compiled, results);
    losses.push(numbersOf(results.loss).reduce((a, b) => a + b, 0) / steps);
  }
  return losses;
}

describe('learning from tokens', () => {
  const crossEntropy: LossSpec = { kind: 'cross-entropy' };
  it.each([
    ['textcnn', classes, order, crossEntropy, 0.3, 15],
    ['text-lstm', classes, order, crossEntropy, 0.3, 15],
    ['text-gru', classes, order, crossEntropy, 0.3, 15],
    ['text-transformer', classes, order, crossEntropy, 0.3, 25],
    ['bert', tokens, hiding, { ...crossEntropy, ignoreIndex: -100 }, 0.6, 25],
    // What comes after the first token cannot be known: ln 2 of one place in six.
    ['gpt', tokens, counting, crossEntropy, 0.3, 25],
  ] as const)('%s', async (id, options, draw, loss, wanted, calls) => {
    const losses = await train(buildForward(id, small[id], options), { loss }, draw, calls);
    expect(losses[0]).toBeGreaterThan(2 * wanted);
    expect(losses.at(-1)).toBeLessThan(wanted);
  });
});

describe('gpt, token by token', () => {
  it.each([true, false])('says what it says of the whole text; tied: %s', async (tied) => {
    const settings = completeSettings(architectureOf('gpt'), { ...small.gpt, tied });
    const whole = buildForward('gpt', settings, tokens);
    const decoder = gptDecoder(settings, tokens);
    checkGraph(decoder.graph);
    expect([...decoder.parameters].sort()).toEqual([...whole.parameters].sort());
    const random = new Random(3);
    const values = new Map(
      whole.parameters.map((name) => {
        const { shape } = whole.graph.initializers.get(name)!;
        return [
          name,
          tensor(
            'float',
            shape,
            Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() / 2),
          ),
        ];
      }),
    );
    const rows = [
      [3, 1, 4, 1, 5, 9],
      [2, 7, 1, 8, 2, 8],
    ];
    const all = await runModel(compileInference(whole, values), { tokens: tensor('int32', [2, 6], rows.flat()) });
    const wanted = numbersOf(Object.values(all)[0]);

    const model = await openModel(compileWhole(decoder, values));
    const whatever = (count: number, value: (i: number) => number) =>
      tensor(
        'int64',
        [2, count],
        Array.from({ length: 2 * count }, (_, i) => value(i % count)),
      );
    let memory: Values = Object.fromEntries(
      decoder.graph.inputs
        .filter(({ name }) => name.startsWith('past'))
        .map(({ name }) => [name, tensor('float', [2, 2, 0, 8], [])]),
    );
    let at = 0;
    // Three at once, then one by one.
    for (const count of [3, 1, 1, 1]) {
      const fresh = tensor(
        'int64',
        [2, count],
        rows.flatMap((row) => row.slice(at, at + count)),
      );
      const { logits, ...present } = await model.run({
        input_ids: fresh,
        attention_mask: whatever(at + count, () => 1),
        position_ids: whatever(count, (i) => at + i),
        ...memory,
      });
      expect(logits.shape).toEqual([2, count, 11]);
      numbersOf(logits).forEach((value, i) => {
        const [row, place] = [Math.floor(i / (11 * count)), at + Math.floor((i % (11 * count)) / 11)];
        expect(value).toBeCloseTo(wanted[(row * 6 + place) * 11 + (i % 11)], 4);
      });
      memory = Object.fromEntries(
        Object.entries(present).map(([name, value]) => [name.replace('present', 'past_key_values'), value]),
      );
      at += count;
    }
    expect(Object.values(memory)[0].shape).toEqual([2, 2, 6, 8]);

    // Filling on the left, which nobody sees: the second row is shorter by two.
    const empty = Object.fromEntries(Object.keys(memory).map((name) => [name, tensor('float', [2, 2, 0, 8], [])]));
    const { logits } = await model.run({
      input_ids: tensor('int64', [2, 4], [3, 1, 4, 1, 0, 0, 2, 7]),
      attention_mask: tensor('int64', [2, 4], [1, 1, 1, 1, 0, 0, 1, 1]),
      position_ids: tensor('int64', [2, 4], [0, 1, 2, 3, 0, 0, 0, 1]),
      ...empty,
    });
    const last = numbersOf(logits).slice(7 * 11);
    last.forEach((value, i) => expect(value).toBeCloseTo(wanted[7 * 11 + i], 4));
  });
});
