import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usualGeneration, type GenerationSettings, type WrittenPart } from '../../../src-main/shared/generation.ts';
import type { WriterPrompt } from '../../../src-main/shared/prompt/writer.ts';
import { Bench } from '../../../src-main/utility/work/generate/bench.ts';
import { identityOf } from '../../../src-main/utility/work/generate/grid.ts';
import { openParts, partsOf } from '../../../src-main/utility/work/generate/open.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import {
  families,
  places,
  referenceLogits,
  seq2seqFolder,
  seq2seqWeights,
  special,
  tokenOf,
  type TinySeq2Seq,
} from '../../support/tiny-seq2seq.ts';

const weights = seq2seqWeights();
const folderOf = (kind: TinySeq2Seq = {}): string => seq2seqFolder(join(tempFolder(), 'tiny'), { weights, ...kind });

function opened(kind: TinySeq2Seq = {}, file?: string) {
  const path = folderOf(kind);
  const bench = new Bench();
  onTestFinished(() => bench.close());
  const parts: WrittenPart[] = [];
  const write = (
    prompt: WriterPrompt,
    {
      stopAfter = Infinity,
      begun = [],
      ...more
    }: Partial<GenerationSettings> & { stopAfter?: number; begun?: number[] } = {},
  ) =>
    bench.write(
      {
        ...{ id: 1, type: 'write', model: { path, file }, prompt, threads: 1, begun },
        settings: { ...usualGeneration, temperature: 0, maxTokens: 10, ...more },
      },
      {
        given: () => undefined,
        told: (part) => void parts.push(part),
        pause: () => Promise.resolve(),
        stopRequested: () => parts.length >= stopAfter,
      },
    );
  return { path, bench, parts, write };
}

const source = 'a cat {1}';
const read = [...[...source].map(tokenOf), special.end];

/** The likeliest token again and again, by the formulas. */
function plainly(start: readonly number[], most: number, never: readonly number[] = []): number[] {
  const written: number[] = [...start];
  while (written.length - start.length < most) {
    const logits = referenceLogits(weights, read, written).at(-1)!;
    for (const token of never) logits[token] = -Infinity;
    const token = logits.indexOf(Math.max(...logits));
    if (token === special.end) break;
    written.push(token);
  }
  return written.slice(start.length);
}

const ways = [['merged'], ['first', 'later'], ['bare']] as const;

describe('a model that writes one text of another', () => {
  it.each(ways)('writes what the formulas write, token for token: %s %s', async (...decoders) => {
    const { write } = opened({ decoders: decoders.flatMap((one) => one ?? []) });
    const { texts, facts } = await write(source);
    expect(texts[0].tokens).toEqual(plainly([special.pad], 10));
    expect(facts).toMatchObject({
      kind: 'rewrites',
      promptTokens: read.length,
      context: places,
      cached: decoders[0] !== 'bare',
    });
  });
  it('draws and searches alike with a cache, without one and from one file', async () => {
    const settings = [
      { temperature: 1, seed: 3, n: 3, topK: 8, logprobs: 2 },
      { beams: 4, n: 2 },
      { temperature: 1.5, seed: 1, repetitionPenalty: 1.3, form: { kind: 'regex', pattern: '[a-c]{3}[0-3]' } as const },
    ];
    const all = await Promise.all(ways.map((decoders) => Promise.all([opened({ decoders })])));
    for (const asked of settings) {
      const [merged, apart, bare] = await Promise.all(all.map(([{ write }]) => write(source, asked)));
      const told = ({ texts }: typeof merged) => texts.map(({ text, tokens, finish }) => ({ text, tokens, finish }));
      expect(told(apart)).toEqual(told(merged));
      expect(told(bare)).toEqual(told(merged));
      if ('form' in asked) expect(merged.texts[0].text).toMatch(/^[a-c]{3}[0-3]$/);
    }
  });
  it('begins as its family does', async () => {
    const marian = await opened({ family: 'marian' }).write(source, { temperature: 2, n: 8, maxTokens: 20 });
    expect(marian.texts.flatMap(({ tokens }) => tokens)).not.toContain(special.pad);
    const bart = await opened({ family: 'bart' }).write(source);
    expect(bart.texts[0].tokens).toEqual(plainly([special.pad, families.bart.forced_bos_token_id], 10));
  });
  it('takes turns as one source, and what the answer says already as its beginning', async () => {
    const { bench, path, write } = opened();
    const turns: WriterPrompt = [
      { role: 'system', text: 'a' },
      { role: 'user', text: 'bc' },
      { role: 'assistant', text: 'xy' },
    ];
    expect(bench.render({ path }, turns)).toMatchObject({ text: 'a\n\nbc', template: false, kind: 'rewrites' });
    const { texts } = await write(turns);
    expect(texts[0].text.startsWith('xy')).toBe(true);
    // Another answer's tokens begin so already.
    const branch = await write(turns, { begun: texts[0].tokens.slice(0, 4) });
    expect(branch.texts[0].tokens).toEqual(texts[0].tokens);
  });
  it('ends where it is stopped, and where its decoder sees no more', async () => {
    const stopped = await opened().write(source, { stopAfter: 3, maxTokens: 20 });
    expect(stopped).toMatchObject({ stopped: true, texts: [{ finish: 'stopped' }] });
    expect(stopped.texts[0].tokens.length).toBeLessThan(6);
    const form = { kind: 'regex', pattern: '[a-z]{100}' } as const;
    const { texts } = await opened().write(source, { maxTokens: 1000, form });
    expect(texts[0].tokens.length).toBeLessThan(places);
  });
  it('says what it cannot read or be asked', async () => {
    const { write } = opened();
    await expect(write('a'.repeat(places))).rejects.toMatchObject({
      code: 'prompt_too_long',
      message: expect.stringContaining(`${places + 1} tokens long, and the model reads ${places}`) as string,
    });
    expect((await write('')).facts.promptTokens).toBe(1);
  });
  it('is taken in the numbers that are asked for, else the finest', () => {
    const path = folderOf({ decoders: ['merged'], suffix: '_q4' });
    seq2seqFolder(path, { weights, decoders: ['first', 'later'] });
    const opens = (file?: string) => {
      return partsOf({ path, file }).withPast ? 'apart' : 'merged';
    };
    expect(opens()).toBe('apart');
    expect(opens('onnx/decoder_model_merged_q4.onnx')).toBe('merged');
    expect(opens('onnx/encoder_model_q4.onnx')).toBe('merged');
    expect(partsOf({ path: join(path, 'onnx/decoder_model_merged_q4.onnx') }).withPast).toBe(null);
  });
  it('is told apart by all of its files', () => {
    const other = seq2seqWeights(2);
    const [one, same, another] = [folderOf(), folderOf(), folderOf({ weights: other })];
    expect(identityOf({ path: one })).toBe(identityOf({ path: same }));
    expect(identityOf({ path: one })).not.toBe(identityOf({ path: another }));
    expect(identityOf({ path: one })).not.toBe(identityOf({ path: folderOf({ family: 'marian' }) }));
  });
  it('lacks what it lacks', async () => {
    const path = folderOf();
    rmSync(join(path, 'onnx/encoder_model.onnx'));
    expect(() => partsOf({ path })).toThrow(/there is no encoder_model[.]onnx/);
    const aimless = folderOf({ config: { decoder_start_token_id: undefined } });
    expect(() => partsOf({ path: aimless })).toThrow(
      expect.objectContaining({
        code: 'broken_model',
        message: expect.stringContaining('decoder_start_token_id') as string,
      }),
    );
    const parts = partsOf({ path: folderOf() });
    const foreign = { ...parts, model: () => parts.rewriting!.encoder() };
    await expect(openParts(foreign, 1)).rejects.toMatchObject({ code: 'unsupported_language_model' });
  });
});
