import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonSchema } from '../../../src-main/generation/grammar/json-schema.ts';
import { usualGeneration, type GenerationSettings, type WrittenPart } from '../../../src-main/shared/generation.ts';
import { searchBeams } from '../../../src-main/utility/work/generate/beams.ts';
import { openParts, partsOf, type OpenWriter } from '../../../src-main/utility/work/generate/open.ts';
import { write } from '../../../src-main/utility/work/generate/writing.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { referenceLogits, tinyConfig, tinyFolder, tinyWeights } from '../../support/tiny-llama.ts';

const weights = tinyWeights();
const folder = mkdtempSync(join(tmpdir(), 'atelier-test-'));
let writer: OpenWriter;
beforeAll(async () => {
  writer = await openParts(partsOf({ path: tinyFolder(folder, weights) }), 1);
});
afterAll(async () => {
  await writer.close();
  rmSync(folder, { recursive: true });
});

function hooks(stopAfter = Infinity) {
  const parts: WrittenPart[] = [];
  return {
    parts,
    told: (part: WrittenPart) => void parts.push(part),
    pause: () => Promise.resolve(),
    stopRequested: () => parts.length >= stopAfter,
  };
}
const asked = (more: Partial<GenerationSettings>): GenerationSettings => ({
  ...usualGeneration,
  maxTokens: 10,
  ...more,
});
const prompt = () => writer.encode('abc');

const logSoftmax = (scores: readonly number[]): number[] => {
  const most = Math.max(...scores);
  const sum = Math.log(scores.reduce((all, score) => all + Math.exp(score - most), 0)) + most;
  return scores.map((score) => score - sum);
};

describe('writing', () => {
  it('at temperature 0 takes the likeliest token each time, and tells its text in parts', async () => {
    const told = hooks();
    const { texts } = await write(writer, prompt(), asked({ temperature: 0, logprobs: 3 }), null, told);
    const all = prompt();
    for (const [i, token] of texts[0].tokens.entries()) {
      const scores = logSoftmax(referenceLogits(weights, all).at(-1)!);
      expect(token).toBe(scores.indexOf(Math.max(...scores)));
      const { logprob, likeliest } = texts[0].choices![i];
      expect(logprob).toBeCloseTo(scores[token], 4);
      expect(likeliest.map((one) => one.logprob)).toEqual(
        [...likeliest.map((one) => one.logprob)].sort((a, b) => b - a),
      );
      all.push(token);
    }
    expect(told.parts.map(({ text }) => text).join('')).toBe(texts[0].text);
  });
  it('repeats with its seed, each text by chance of its own', async () => {
    const drawn = async (seed: number) => {
      const { texts } = await write(writer, prompt(), asked({ n: 3, seed, temperature: 2 }), null, hooks());
      return texts.map(({ tokens }) => tokens.join(' '));
    };
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first).size).toBe(3);
    // Fewer side by side are the same ones.
    const alone = await write(writer, prompt(), asked({ n: 1, seed: 1, temperature: 2 }), null, hooks());
    expect(alone.texts[0].tokens.join(' ')).toBe(first[0]);
  });
  it('ends before a stop text, and never tells the beginning of one', async () => {
    const plain = await write(writer, prompt(), asked({ seed: 3, temperature: 1.5 }), null, hooks());
    const { text } = plain.texts[0];
    const stop = text.slice(3, 5);
    const told = hooks();
    const { texts } = await write(
      writer,
      prompt(),
      asked({ seed: 3, temperature: 1.5, stop: [stop, 'none'] }),
      null,
      told,
    );
    expect(texts[0]).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish: 'stop' });
    expect(told.parts.map((part) => part.text).join('')).toBe(texts[0].text);
  });
  it('ends with what the model sees, at an end token, at the most tokens, or when it is asked to, and says so', async () => {
    const settings = asked({ maxTokens: 1000, temperature: 1.2 });
    const unending = { ...writer, ends: new Set<number>() };
    const whole = await write(unending, prompt(), settings, null, hooks());
    expect(whole.texts[0].tokens).toHaveLength(tinyConfig.context - prompt().length);
    expect(whole.texts[0].finish).toBe('context');
    const [, , third] = whole.texts[0].tokens;
    const ended = await write({ ...writer, ends: new Set([third]) }, prompt(), settings, null, hooks());
    expect(ended.texts[0].finish).toBe('end');
    expect(ended.texts[0].tokens).toEqual(whole.texts[0].tokens.slice(0, whole.texts[0].tokens.indexOf(third)));
    expect((await write(unending, prompt(), asked({ maxTokens: 2 }), null, hooks())).texts[0].finish).toBe('tokens');
    const stopped = await write(unending, prompt(), settings, null, hooks(3));
    expect(stopped.texts[0].finish).toBe('stopped');
    expect(stopped.texts[0].tokens.length).toBeLessThan(6);
  });
  it('is held to a form, with weights by chance, as often as it is tried', async () => {
    const schema = {
      type: 'object',
      properties: { a: { enum: [1, 22, 'bc'] } },
      required: ['a'],
      additionalProperties: false,
    };
    const form = writer.form(jsonSchema(schema));
    for (let seed = 0; seed < 10; seed++) {
      const { texts } = await write(
        writer,
        writer.encode('a'),
        asked({ maxTokens: 20, n: 10, seed, temperature: 3 }),
        form,
        hooks(),
      );
      for (const { text } of texts) expect([1, 22, 'bc']).toContain((JSON.parse(text) as { a: unknown }).a);
    }
  });
  it('refuses a prompt that fills all that the model sees', async () => {
    const long = writer.encode('a'.repeat(tinyConfig.context));
    await expect(write(writer, long, asked({}), null, hooks())).rejects.toMatchObject({ code: 'prompt_too_long' });
  });
  it('begins a text where the prompt is empty', async () => {
    expect(writer.encode('')).toHaveLength(1);
    expect((await write(writer, writer.encode(''), asked({}), null, hooks())).texts).toHaveLength(1);
  });
});

describe('a beam search', () => {
  it('as wide as there are texts finds the likeliest of all', async () => {
    const unending = { ...writer, ends: new Set<number>() };
    const { texts } = await searchBeams(unending, prompt(), asked({ beams: 40, n: 2, maxTokens: 2 }), hooks());
    const scored: { tokens: number[]; score: number }[] = [];
    const first = logSoftmax(referenceLogits(weights, prompt()).at(-1)!);
    first.forEach((one, a) => {
      const second = logSoftmax(referenceLogits(weights, [...prompt(), a]).at(-1)!);
      second.forEach((two, b) => scored.push({ tokens: [a, b], score: one + two }));
    });
    scored.sort((x, y) => y.score - x.score);
    expect(texts.map(({ tokens }) => tokens)).toEqual(scored.slice(0, 2).map(({ tokens }) => tokens));
    expect(texts[0].finish).toBe('tokens');
  });
  it('of one beam is the likeliest token each time', async () => {
    const greedy = await write(writer, prompt(), asked({ temperature: 0, maxTokens: 8 }), null, hooks());
    const { texts } = await searchBeams(writer, prompt(), asked({ beams: 1, maxTokens: 8 }), hooks());
    expect(texts[0].tokens).toEqual(greedy.texts[0].tokens);
  });
});

describe('a folder that is no whole model is refused, with what it lacks', () => {
  const folderWithout = async (change: (folder: string) => void): Promise<OpenWriter> => {
    const folder = tinyFolder(join(tempFolder(), 'tiny'));
    change(folder);
    return openParts(partsOf({ path: folder }), 1);
  };
  const config = (folder: string, change: object): void => {
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
  };
  it.each([
    ['tokenizer_missing', (folder: string) => rmSync(join(folder, 'tokenizer.json'))],
    ['no_such_file', (folder: string) => rmSync(join(folder, 'model.safetensors'))],
    ['not_a_tokenizer', (folder: string) => writeFileSync(join(folder, 'tokenizer.json'), '{}')],
    ['broken_model', (folder: string) => writeFileSync(join(folder, 'config.json'), '[')],
    ['broken_model', (folder: string) => config(folder, { hidden_size: 14 })],
    ['broken_model', (folder: string) => config(folder, { num_hidden_layers: 3 })],
    ['broken_checkpoint', (folder: string) => writeFileSync(join(folder, 'model.safetensors'), 'no')],
    ['no_such_file', (folder: string) => config(folder, { model_type: 'other' })],
  ])('%s', async (code, change) => {
    await expect(folderWithout(change)).rejects.toMatchObject({ code });
  });
});
