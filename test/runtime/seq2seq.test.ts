import { describe, expect, it, onTestFinished } from 'vitest';
import { Seq2Seq } from '../../src-main/runtime/seq2seq.ts';
import { decoderFile, encoderFile, referenceLogits, seq2seqWeights, special } from '../support/tiny-seq2seq.ts';

const options = { device: 'cpu', threads: 1 } as const;
const weights = seq2seqWeights();
const source = [5, 9, 31, 4, 4, 17, special.end];
const written = [special.pad, 7, 22, 3, 39, 7];

const ways = {
  merged: { decoder: () => decoderFile(weights, 'merged'), withPast: null },
  apart: { decoder: () => decoderFile(weights, 'first'), withPast: () => decoderFile(weights, 'later') },
  'without past': { decoder: () => decoderFile(weights, 'bare'), withPast: null },
} as const;

async function opened(way: keyof typeof ways, cache = true): Promise<Seq2Seq> {
  const model = await Seq2Seq.open({ encoder: () => encoderFile(weights), ...ways[way] }, { ...options, cache });
  onTestFinished(() => model.close());
  return model;
}

const near = (found: ArrayLike<number>, wanted: readonly number[]): void =>
  wanted.forEach((value, i) => expect(Math.abs(found[i] - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value))));

describe.each(['merged', 'apart', 'without past'] as const)('a sequence-to-sequence model, %s', (way) => {
  it('says what the formulas say, all at once and token by token', async () => {
    const wanted = referenceLogits(weights, source, written);
    const model = await opened(way);
    expect(model.cached).toBe(way !== 'without past');
    await model.read(source);
    (await model.feed([written], true)).forEach((logits, place) => near(logits, wanted[place]));
    model.reset();
    near((await model.feed([written.slice(0, 2)]))[0], wanted[1]);
    for (let at = 2; at < written.length; at++) near((await model.feed([[written[at]]]))[0], wanted[at]);
  });
  it('writes rows side by side as it would each alone, however they are picked', async () => {
    const model = await opened(way);
    await model.read(source);
    await model.feed([[special.pad, 4]]);
    model.keep([0, 0, 0]);
    await model.feed([[5], [6], [7]]);
    model.keep([2, 0]);
    const found = await model.feed([[8], [9]]);
    near(found[0], referenceLogits(weights, source, [special.pad, 4, 7, 8])[3]);
    near(found[1], referenceLogits(weights, source, [special.pad, 4, 5, 9])[3]);
    // Another source leaves nothing of the one before.
    await model.read([30, special.end]);
    near((await model.feed([[special.pad]]))[0], referenceLogits(weights, [30, special.end], [special.pad])[0]);
  });
});

describe('files that are not of such a model', () => {
  const of = (encoder: Uint8Array, decoder: Uint8Array, withPast: Uint8Array | null = null) =>
    Seq2Seq.open({ encoder: () => encoder, decoder: () => decoder, withPast: withPast && (() => withPast) }, options);
  it.each([
    [
      'the decoder as encoder',
      () => of(decoderFile(weights, 'first'), decoderFile(weights, 'first')),
      /encoder has the inputs/,
    ],
    [
      'the encoder as decoder',
      () => of(encoderFile(weights), encoderFile(weights)),
      /decoder has the inputs attention_mask/,
    ],
    [
      'one that goes on alone',
      () => of(encoderFile(weights), decoderFile(weights, 'later')),
      /decoder has the inputs past_key_values/,
    ],
    [
      'one that keeps nothing before one that goes on',
      () => of(encoderFile(weights), decoderFile(weights, 'bare'), decoderFile(weights, 'later')),
      /decoder lacks present/,
    ],
  ])('are refused: %s', async (_, open, message) => {
    await expect(open()).rejects.toMatchObject({
      code: 'unsupported_language_model',
      message: expect.stringMatching(message) as string,
    });
  });
});
