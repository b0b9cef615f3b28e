import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usualGeneration, type GenerationSettings } from '../../../src-main/shared/generation.ts';
import { Bench } from '../../../src-main/utility/work/generate/bench.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import {
  encoderWeights,
  piece,
  referenceClasses,
  special,
  tinyEncoder,
  type TinyEncoder,
} from '../../support/tiny-encoder.ts';

const weights = encoderWeights();
const id2label = { 0: 'bad', 1: 'so so', 2: 'good' };

function opened(options: Partial<TinyEncoder> = {}) {
  const head = options.head ?? 'classifies';
  const config = { ...(head === 'classifies' && { id2label }), ...options.config };
  const path = tinyEncoder(join(tempFolder(), 'encoder'), { weights, ...options, head, config });
  const bench = new Bench();
  onTestFinished(() => bench.close());
  const told: string[] = [];
  const hooks = {
    given: () => {},
    told: ({ text }: { text: string }) => void told.push(text),
    pause: () => Promise.resolve(),
    stopRequested: () => false,
  };
  const ask = async (prompt: string, settings: Partial<GenerationSettings> = {}, begun: number[] = []) => {
    const asked = { ...usualGeneration, ...settings };
    return bench.write(
      { id: 1, type: 'write', model: { path }, prompt, settings: asked, threads: 1, begun },
      { ...hooks, ...(settings.n === 64 && { stopRequested: () => true }) },
    );
  };
  return { path, bench, told, ask };
}

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
};
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
const around = (...names: string[]) => [special.cls, ...names.map(piece), special.sep];
const zeros = (tokens: readonly number[]) => tokens.map(() => 0);
const logitsOf = (tokens: readonly number[], segments = zeros(tokens)) => referenceClasses(weights, tokens, segments);
/** The highest first, with their labels. */
function expectScores(found: readonly { label: string; score: number }[], expected: readonly number[]): void {
  const order = [...expected.keys()].sort((a, b) => expected[b] - expected[a]);
  expect(found.map(({ label }) => label)).toEqual(order.map((id) => id2label[id as 0]));
  found.forEach(({ score }, i) => expect(score).toBeCloseTo(expected[order[i]], 5));
}

describe('a classifier says of a text', () => {
  it('how probable each class is, by its own names', async () => {
    const { ask, told, bench, path } = opened();
    const { texts, facts } = await ask('The cat sat');
    const { verdict, text } = texts[0];
    expect(verdict).toMatchObject({ kind: 'classes', tokens: 5, seen: 5, windows: 1 });
    expectScores(verdict!.scores, softmax(logitsOf(around('the', 'cat', 'sat'))));
    expect([text, told]).toEqual([verdict!.scores[0].label, [text]]);
    expect(facts).toMatchObject({ kind: 'classifies', promptTokens: 5, context: 12 });
    expect(bench.render({ path }, 'The cat sat')).toMatchObject({ kind: 'classifies', tokens: 5, context: 12 });
  });
  it('which labels it has, each on its own', async () => {
    const { ask } = opened({ config: { problem_type: 'multi_label_classification' } });
    const { verdict, text } = (await ask('dog ran')).texts[0];
    const expected = logitsOf(around('dog', 'ran')).map(sigmoid);
    expectScores(verdict!.scores, expected);
    const holds = [0, 1, 2].filter((id) => expected[id] >= 0.5);
    expect(new Set(text.split(', '))).toEqual(new Set(holds.length ? holds.map((id) => id2label[id as 0]) : ['∅']));
  });
  it('a number, or the probability of the only label', async () => {
    const one = encoderWeights({ classes: 1 });
    const logit = referenceClasses(one, around('good'), [0, 0, 0])[0];
    const of = { weights: one, config: { id2label: { 0: 'stars' } } };
    const alone = (await opened(of).ask('good')).texts[0].verdict!;
    expect(alone.kind).toBe('labels');
    expect(alone.scores[0].score).toBeCloseTo(sigmoid(logit), 5);
    const value = { ...of, config: { ...of.config, problem_type: 'regression' } };
    const [{ verdict, text }] = (await opened(value).ask('good')).texts;
    expect(verdict!.scores[0].score).toBeCloseTo(logit, 5);
    expect(Number(text)).toBeCloseTo(logit, 5);
  });
  it('of two texts as of two, and of a long one in parts', async () => {
    const { ask } = opened();
    const pair = [...around('the', 'cat'), piece('dog'), special.sep];
    const [two] = (await ask('the cat [SEP] dog')).texts;
    expectScores(two.verdict!.scores, softmax(logitsOf(pair, [0, 0, 0, 0, 1, 1])));
    // It sees ten tokens of a text at a time.
    const words = ['the', 'cat', 'sat', 'not', 'well', '.', 'the', 'dog', 'ran', 'good', 'bad'];
    const [long] = (await ask(words.join(' '))).texts;
    const parts = [words.slice(0, 6), words.slice(6)].map((some) => softmax(logitsOf(around(...some))));
    expect(long.verdict).toMatchObject({ tokens: 13, seen: 13, windows: 2 });
    expectScores(
      long.verdict!.scores,
      parts[0].map((value, i) => (6 * value + 5 * parts[1][i]) / 11),
    );
  });
  it('nothing that it cannot say', async () => {
    const { ask } = opened();
    const form = { kind: 'regex', pattern: 'a' } as const;
    await expect(ask('the', { form })).rejects.toMatchObject({ code: 'bad_arguments' });
    await expect(ask('the', { beams: 2 })).rejects.toMatchObject({ code: 'bad_arguments' });
    await expect(ask('the', {}, [7])).rejects.toMatchObject({ code: 'bad_arguments' });
    await expect(ask('the', { n: 64 })).rejects.toMatchObject({ code: 'stopped' });
    const other = opened({ config: { id2label: { 0: 'a', 1: 'b' } } });
    await expect(other.ask('the')).rejects.toMatchObject({
      code: 'broken_model',
      message: expect.stringContaining('names 2 classes') as string,
    });
    const bare = opened({
      head: 'embeds',
      output: 'logits',
      config: { architectures: ['BertForSequenceClassification'] },
    });
    await expect(bare.ask('the')).rejects.toMatchObject({ code: 'broken_model' });
  });
});

describe('an encoder without a head', () => {
  it('says how alike the first line and the others are', async () => {
    const { ask } = opened({ head: 'embeds' });
    const { texts, facts } = await ask('The cat sat\n\ndog ran\n the cat sat \n');
    const { kind, scores } = texts[0].verdict!;
    expect([kind, scores.map(({ label }) => label)]).toEqual(['similarity', ['the cat sat', 'dog ran']]);
    expect(scores[0].score).toBeCloseTo(1, 6);
    expect(Math.abs(scores[1].score)).toBeLessThan(1);
    expect([texts[0].text, facts.kind]).toEqual(['the cat sat', 'embeds']);
  });
  it('and has nothing to say of one line', async () => {
    const { ask } = opened({ head: 'embeds' });
    await expect(ask('The cat sat')).rejects.toMatchObject({ code: 'nothing_to_compare' });
  });
});
