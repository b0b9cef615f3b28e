// A Llama as PyTorch's exporter writes it, in each layout and number that a folder may have it in, held against what PyTorch itself makes of it:
// test/fixtures/language-model/make.py.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LlamaConfig } from '../../../src-main/architectures/llama.ts';
import { usualGeneration } from '../../../src-main/shared/generation.ts';
import { identityOf } from '../../../src-main/utility/work/generate/grid.ts';
import { likelihoodOf } from '../../../src-main/utility/work/generate/likelihood.ts';
import { openParts, partsOf, type OpenWriter } from '../../../src-main/utility/work/generate/open.ts';
import { write } from '../../../src-main/utility/work/generate/writing.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { llamaFolder } from '../../support/tiny-llama.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/language-model');
interface Case {
  prompt: number[];
  tokens: number[];
  logprobs: number[];
  logits: number[];
}
const golden = JSON.parse(readFileSync(join(fixtures, 'golden.json'), 'utf8')) as { config: LlamaConfig } & Record<
  'fp32' | 'fp16' | 'int8' | 'int8 cached' | 'q4',
  Case[]
>;

type Layout = Readonly<Record<string, string>>;
/** Where each of the fixtures lies in a folder. */
const layouts = {
  safetensors: { 'model.safetensors': 'model.safetensors' },
  'one file without past': { 'onnx/model.onnx': 'bare.onnx' },
  'one file with past': { 'onnx/model.onnx': 'cached.onnx' },
  merged: { 'onnx/decoder_model_merged.onnx': 'merged.onnx' },
  split: { 'onnx/decoder_model.onnx': 'first.onnx', 'onnx/decoder_with_past_model.onnx': 'later.onnx' },
  'the first of two alone': { 'decoder_model.onnx': 'first.onnx' },
  fp16: { 'onnx/model_fp16.onnx': 'fp16.onnx' },
  int8: { 'onnx/model_int8.onnx': 'int8.onnx' },
  q4: { 'onnx/model_q4.onnx': 'q4.onnx' },
} as const satisfies Record<string, Layout>;

function folderOf(layout: Layout): string {
  const path = llamaFolder(join(tempFolder(), 'llama'), golden.config);
  for (const [name, from] of Object.entries(layout)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    copyFileSync(join(fixtures, from), join(path, name));
  }
  return path;
}
async function opened(path: string, cache = true): Promise<OpenWriter> {
  const writer = await openParts(partsOf({ path }), 1, { cache });
  onTestFinished(() => writer.close());
  return writer;
}
const hooks = { told: () => undefined, pause: () => Promise.resolve(), stopRequested: () => false };
/** Greedy, never ended, and of each token all that could stand in its place. */
const greedy = (writer: OpenWriter, prompt: readonly number[], maxTokens: number) =>
  write(
    { ...writer, ends: new Set() },
    prompt,
    { ...usualGeneration, temperature: 0, maxTokens, logprobs: golden.config.vocabulary },
    null,
    hooks,
  );
const far = (found: ArrayLike<number>, wanted: ArrayLike<number>): number =>
  Math.max(...Array.from(wanted, (value, i) => Math.abs(found[i] - value)));

/** How far logits may be from float64: float32 rounds; 16 bits do in each step; what is quantised on the way may round to the other side. */
const cases: [layout: keyof typeof layouts, of: 'fp32' | 'fp16' | 'int8' | 'q4', cached: boolean, most: number][] = [
  ['safetensors', 'fp32', true, 1e-5],
  ['one file without past', 'fp32', false, 1e-5],
  ['one file with past', 'fp32', true, 1e-5],
  ['merged', 'fp32', true, 1e-5],
  ['split', 'fp32', true, 1e-5],
  ['the first of two alone', 'fp32', false, 1e-5],
  ['fp16', 'fp16', true, 0.03],
  ['int8', 'int8', true, 0.03],
  ['q4', 'q4', true, 1e-5],
];

describe.each(cases)('a model in the layout: %s (%s)', (layout, of, cached, most) => {
  it.each([true, false])('writes the tokens that PyTorch writes (cache: %s)', async (cache) => {
    const writer = await opened(folderOf(layouts[layout]), cache);
    expect(writer.model.cached).toBe(cache && cached);
    // A tensor that is quantised as it comes has one scale for all of its rows: a token by itself rounds otherwise than among others.
    for (const { prompt, tokens, logprobs, logits } of golden[of === 'int8' && cache ? 'int8 cached' : of]) {
      writer.model.reset();
      expect(far((await writer.model.feed([prompt]))[0], logits)).toBeLessThan(
        most * Math.max(1, ...logits.map(Math.abs)),
      );
      const { texts } = await greedy(writer, prompt, tokens.length);
      expect(texts[0].tokens).toEqual(tokens);
      const { choices } = texts[0];
      expect(
        far(
          choices!.map(({ logprob }) => logprob),
          logprobs,
        ),
      ).toBeLessThan(2 * most);
      for (const { likeliest } of choices!) {
        expect(likeliest.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 9);
      }
    }
  });
});

describe('a decoder in two files', () => {
  it('takes several tokens after others one by one, each row as it would alone', async () => {
    const [split, whole] = await Promise.all(
      [layouts.split, layouts['one file with past']].map((layout) => opened(folderOf(layout))),
    );
    const [{ prompt, tokens }] = golden.fp32;
    const fed = async ({ model }: OpenWriter) => {
      model.reset();
      const first = await model.feed([prompt]);
      model.keep([0, 0]);
      const every = await model.feed([tokens.slice(0, 3), tokens.slice(3, 6)], true);
      const last = await model.feed([tokens.slice(6, 9), tokens.slice(9, 12)]);
      return [...first, ...every, ...last];
    };
    const [found, wanted] = [await fed(split), await fed(whole)];
    expect(found.length).toBe(1 + 6 + 2);
    found.forEach((row, i) => expect(far(row, wanted[i])).toBeLessThan(1e-4));
    const text = 'once upon a time, there was';
    const [one, other] = [
      await likelihoodOf(split, text, 0, hooks.pause),
      await likelihoodOf(whole, text, 0, hooks.pause),
    ];
    expect(one.loss).toBeCloseTo(other.loss, 5);
  });
  it('is told apart by both, and refused where the second is none', async () => {
    const path = folderOf(layouts.split);
    const identity = identityOf({ path });
    writeFileSync(join(path, 'onnx/decoder_with_past_model.onnx'), readFileSync(join(fixtures, 'cached.onnx')));
    expect(identityOf({ path })).not.toBe(identity);
    writeFileSync(join(path, 'onnx/decoder_with_past_model.onnx'), readFileSync(join(fixtures, 'bare.onnx')));
    await expect(opened(path)).rejects.toMatchObject({
      code: 'unsupported_language_model',
      message: expect.stringContaining('the decoder with past has no inputs past_key_values') as string,
    });
    rmSync(join(path, 'onnx/decoder_with_past_model.onnx'));
    expect((await opened(path)).model.cached).toBe(false);
  });
});
