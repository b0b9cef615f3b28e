import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usualGeneration, type GenerationSettings, type WrittenPart } from '../../../src-main/shared/generation.ts';
import type { WriterPrompt } from '../../../src-main/shared/prompt/writer.ts';
import { Bench } from '../../../src-main/utility/work/generate/bench.ts';
import { readModelFolder } from '../../../src-main/utility/work/generate/model-folder.ts';
import { requireMemory } from '../../../src-main/utility/work/generate/onnx-weights.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { tinyFolder, tinyTokenizer } from '../../support/tiny-llama.ts';

function opened(tokenizer: object = tinyTokenizer) {
  const path = tinyFolder(join(tempFolder(), 'tiny'), undefined, undefined, tokenizer);
  const bench = new Bench();
  onTestFinished(() => bench.close());
  const parts: WrittenPart[] = [];
  const write = (
    prompt: WriterPrompt,
    begun: number[] = [],
    stopAfter = Infinity,
    settings: Partial<GenerationSettings> = {},
  ) =>
    bench.write(
      {
        id: 1,
        type: 'write',
        model: { path },
        prompt,
        settings: { ...usualGeneration, temperature: 0, maxTokens: 8, logprobs: 3, ...settings },
        threads: 1,
        begun,
      },
      {
        given: () => undefined,
        told: (part) => void parts.push(part),
        pause: () => Promise.resolve(),
        stopRequested: () => parts.length >= stopAfter,
      },
    );
  const ask = (settings: Partial<GenerationSettings>) => write('abc', [], Infinity, settings);
  return { path, bench, parts, write, ask };
}

describe('a model on the bench', () => {
  it('stays open, and goes on from tokens as it would by itself', async () => {
    const { write } = opened();
    const first = await write('abc');
    const { tokens, choices } = first.texts[0];
    expect(first.facts).toMatchObject({ promptTokens: 3, context: 24, cached: true });
    // The likeliest ones are what it takes anyway: so nothing changes.
    const again = await write('abc', tokens.slice(0, 4));
    expect(again.texts).toEqual(first.texts);
    expect(again.facts).toMatchObject({ loadMs: 0, weights: first.facts.weights });
    const other = choices![2].likeliest[1].token;
    const branch = (await write('abc', [...tokens.slice(0, 2), other])).texts[0];
    expect(branch.tokens.slice(0, 3)).toEqual([...tokens.slice(0, 2), other]);
    expect(branch.choices![2]).toMatchObject({ token: other, likeliest: choices![2].likeliest });
  });
  it('ends where it is stopped, with what it has', async () => {
    const { write } = opened();
    const { texts, stopped } = await write('abc', [], 3);
    expect(stopped).toBe(true);
    expect(texts[0]).toMatchObject({ finish: 'stopped' });
    expect(texts[0].tokens).toHaveLength(3);
  });
  it('lays turns out by its template where it has one, and counts tokens without its weights', () => {
    const { path, bench } = opened();
    rmSync(join(path, 'model.safetensors'));
    writeFileSync(join(path, 'model.onnx'), 'none');
    const turns = [{ role: 'user' as const, text: 'ab' }];
    expect(bench.render({ path }, 'abc')).toMatchObject({ text: 'abc', tokens: 3, context: 24, template: null });
    expect(bench.render({ path }, turns)).toMatchObject({ text: 'user:\nab\n\nassistant:\n', template: false });
    const template = '{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}';
    const config = { bos_token: { content: '<s>' }, chat_template: [{ name: 'default', template }] };
    writeFileSync(join(path, 'tokenizer_config.json'), JSON.stringify(config));
    expect(new Bench().render({ path }, turns)).toMatchObject({ text: '<s>ab', template: true });
  });
  it('takes what just fits, refuses a token more, and tells of a megabyte how long it is at the least without counting', async () => {
    const model = { type: 'BPE', unk_token: '<unk>', fuse_unk: true, vocab: tinyTokenizer.model.vocab, merges: [] };
    const { path, bench, write } = opened({ ...tinyTokenizer, pre_tokenizer: null, model });
    // What is unknown is one token, however long.
    const long = '☃'.repeat(2 ** 15);
    for (const text of ['a'.repeat(23), long + 'a'.repeat(22)]) {
      expect(bench.render({ path }, text).tokens).toBe(23);
      expect((await write(text, [], 1)).texts).toHaveLength(1);
      expect(bench.render({ path }, `${text}a`).tokens).toBe(24);
      await expect(write(`${text}a`)).rejects.toThrow('is 24 tokens long');
    }
    const words = 'ab '.repeat(350_000);
    const { text, ...told } = bench.render({ path }, words);
    expect(text === words).toBe(true);
    // Words, which are two tokens each here.
    expect(told).toMatchObject({ tokens: 350_000, atLeast: true, context: 24 });
    await expect(write(words)).rejects.toThrow('at least 350000 tokens long, and the model sees 24');
  });
  it('offers what its makers write with, and writes with nothing of that unasked', async () => {
    const { path, write } = opened();
    const before = await write('abc');
    writeFileSync(
      join(path, 'generation_config.json'),
      JSON.stringify({ do_sample: true, temperature: 0.6, top_k: 3 }),
    );
    const bench = new Bench();
    expect(bench.render({ path }, 'abc').own).toEqual({ settings: { temperature: 0.6, topK: 3 }, leftOut: [] });
    expect((await write('abc')).texts).toEqual(before.texts);
  });
  it('refuses more answers than a search has beams, before its weights are read', async () => {
    const { path, ask } = opened();
    rmSync(join(path, 'model.safetensors'));
    writeFileSync(join(path, 'model.onnx'), 'none');
    await expect(ask({ n: 3, beams: 2 })).rejects.toMatchObject({ code: 'too_few_beams' });
    await expect(ask({ n: 2, beams: 2 })).rejects.not.toMatchObject({ code: 'too_few_beams' });
  });
  it('is refused by what it lacks', async () => {
    const { path, write } = opened();
    await expect(write('a'.repeat(24))).rejects.toMatchObject({ code: 'prompt_too_long' });
    const { bytes } = readModelFolder(path);
    expect(() => requireMemory(path, bytes, 2 * bytes - 1)).toThrow(
      expect.objectContaining({ code: 'not_enough_memory' }),
    );
    requireMemory(path, bytes, 2 * bytes);
    rmSync(join(path, 'tokenizer.json'));
    expect(() => new Bench().render({ path }, 'a')).toThrow(expect.objectContaining({ code: 'tokenizer_missing' }));
  });
});
