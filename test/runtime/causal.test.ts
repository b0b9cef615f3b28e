import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Causal } from '../../src-main/runtime/causal.ts';
import { referenceLogits, tinyModel, tinyWeights } from '../support/tiny-llama.ts';

const options = { device: 'cpu', threads: 1 } as const;
const tokens = [1, 7, 3, 30, 12, 12, 5, 39];
const near = (found: ArrayLike<number>, wanted: readonly number[]): void =>
  wanted.forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value))));

describe('a Llama from its weights', () => {
  it.each([
    { tied: true, biased: false },
    { tied: false, biased: true },
  ])('says what the formulas say, all at once and token by token: %o', async (kind) => {
    const weights = tinyWeights(kind);
    const wanted = referenceLogits(weights, tokens);
    const model = await Causal.open(tinyModel(weights), options);
    expect(model.cached).toBe(true);
    (await model.feed([tokens], true)).forEach((logits, place) => near(logits, wanted[place]));
    model.reset();
    near((await model.feed([tokens.slice(0, 3)]))[0], wanted[2]);
    for (let place = 3; place < tokens.length; place++) near((await model.feed([[tokens[place]]]))[0], wanted[place]);
    expect(model.fed).toBe(tokens.length);
    await model.close();
  });
  it('writes rows side by side as it would each alone, however they are picked', async () => {
    const weights = tinyWeights();
    const model = await Causal.open(tinyModel(weights), options);
    await model.feed([[1, 4]]);
    model.keep([0, 0, 0]);
    await model.feed([[5], [6], [7]]);
    model.keep([2, 0]);
    const found = await model.feed([[8], [9]]);
    near(found[0], referenceLogits(weights, [1, 4, 7, 8])[3]);
    near(found[1], referenceLogits(weights, [1, 4, 5, 9])[3]);
    await model.close();
  });
});

/** Logits of the place are its token and all before it together: what a model without a cache has to see again. */
function cumulative(extra?: string): Uint8Array {
  const g = new GraphBuilder('cumulative');
  const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
  if (extra) g.output(g.input(extra, 'float', ['batch']));
  const sums = g.op('CumSum', [g.op('Cast', [ids], { to: 1 }), g.int64s([1])]);
  const places = g.unsqueeze(sums, [2]);
  g.output(g.node('Concat', [places, g.op('Neg', [places])], { axis: 2 }, { outputs: ['logits'] })[0]);
  return writeModel({ irVersion: 8, opsets: { '': 18 }, producer: 'test', graph: g.finish(), metadata: {} });
}

describe('a model without a cache', () => {
  it('sees all anew for each token', async () => {
    const model = await Causal.open(cumulative(), options);
    expect(model.cached).toBe(false);
    expect([...(await model.feed([[1, 2]]))[0]]).toEqual([3, -3]);
    model.keep([0, 0]);
    expect((await model.feed([[10], [20]])).map((row) => row[0])).toEqual([13, 23]);
    model.keep([1]);
    expect((await model.feed([[1, 1]], true)).map((row) => row[0])).toEqual([24, 25]);
    model.reset();
    expect((await model.feed([[5]]))[0][0]).toBe(5);
    await model.close();
  });
  it('of another kind is refused, with what it has or lacks', async () => {
    await expect(Causal.open(cumulative('pixel_values'), options)).rejects.toMatchObject({
      code: 'unsupported_language_model',
      message: expect.stringContaining('pixel_values') as string,
    });
  });
});
