import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { likelihoodOf } from '../../../src-main/utility/work/generate/likelihood.ts';
import { openParts, partsOf } from '../../../src-main/utility/work/generate/open.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { referenceLogits, tinyConfig, tinyFolder, tinyWeights } from '../../support/tiny-llama.ts';

const weights = tinyWeights();
const opened = async (cache = true) => {
  const path = tinyFolder(join(tempFolder(), 'tiny'), weights);
  const writer = await openParts(partsOf({ path }), 1, { cache });
  onTestFinished(() => writer.close());
  return writer;
};
const pause = () => Promise.resolve();
/** By the formulas, in float64, of the tokens of a window and the one after it. */
const surprises = (tokens: readonly number[], from: number): ((place: number) => number) => {
  const all = referenceLogits(weights, tokens.slice(from, from + tinyConfig.context));
  return (place) => surprise(all[place - from - 1], tokens[place]);
};
const surprise = (scores: readonly number[], token: number): number => {
  const most = Math.max(...scores);
  return Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0)) + most - scores[token];
};

it('a text is as likely as a direct pass through the formulas says', async () => {
  const writer = await opened();
  const text = 'abc de, fgh';
  const tokens = writer.encode(text);
  const foretold = surprises(tokens, 0);
  const each = tokens.slice(1).map((_, i) => foretold(i + 1));
  const sum = each.reduce((a, b) => a + b, 0);
  const found = await likelihoodOf(writer, text, 2, pause);
  expect(found).toMatchObject({ tokens: 10, characters: 10 });
  expect(found.loss).toBeCloseTo(sum / 10, 5);
  expect(found.perplexity).toBeCloseTo(Math.exp(sum / 10), 3);
  expect(found.bitsPerCharacter).toBeCloseTo(sum / 10 / Math.LN2, 5);
  expect(found.choices!.map(({ token }) => token)).toEqual(tokens.slice(1));
  found.choices!.forEach(({ logprob, likeliest }, i) => {
    expect(logprob).toBeCloseTo(-each[i], 4);
    expect(likeliest).toHaveLength(2);
  });
});

it.each([true, false])(
  'longer than the model sees, it is seen in windows that overlap by half (cache: %s)',
  async (cache) => {
    const writer = await opened(cache);
    const { context } = tinyConfig;
    const text = 'abcdefghij'.repeat(4);
    const tokens = writer.encode(text);
    // By the window in which it is foretold first.
    const windows = [0, 1, 2].map((window) => surprises(tokens, window * (context / 2)));
    const each = tokens
      .slice(1)
      .map((_, i) => windows[Math.max(0, Math.ceil((i + 1 - context) / (context / 2)))](i + 1));
    const found = await likelihoodOf(writer, text, 0, pause);
    expect(found).toMatchObject({ tokens: 39, choices: null });
    expect(found.loss).toBeCloseTo(each.reduce((a, b) => a + b, 0) / 39, 5);
  },
);

it('of a single token nothing can be said', async () => {
  const writer = await opened();
  for (const text of ['', 'a'])
    await expect(likelihoodOf(writer, text, 0, pause)).rejects.toMatchObject({ code: 'text_too_short' });
});

it('a text goes on from what it is to begin with', async () => {
  const writer = await opened();
  expect(writer.begun('abc', 'de')).toEqual([...writer.encode('de')]);
  expect(writer.begun('abc', '')).toEqual([]);
});
