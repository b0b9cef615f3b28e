// Language models from their texts to the folder that others open.

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import { readEpochFile } from '../../src-main/shared/epoch-file.ts';
import { epochTextOf } from '../../src-main/shared/epoch-text.ts';
import type { ExportParams } from '../../src-main/shared/work/export.ts';
import type { PredictParams } from '../../src-main/shared/work/predict.ts';
import { checkpointPath, readCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import { usualGeneration } from '../../src-main/shared/generation.ts';
import { generate } from '../../src-main/utility/work/generate/generate.ts';
import { evaluateModel } from '../../src-main/utility/work/evaluate-model.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { predictFiles } from '../../src-main/utility/work/predict-files.ts';
import { trainRun } from '../../src-main/utility/work/train-run.ts';
import { failure } from '../support/data-import.ts';
import { refrain, shortTexts } from '../support/data-language.ts';
import { hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

const own = { tokenizer: 'word', context: 16, width: 24, layers: 2, heads: 2, dropout: 0.1 } as const;
const common = { epochs: 25, batchSize: 8, learningRate: 0.01 } as const;
/** It normalises after each part, and learns in smaller steps. */
const patient = { epochs: 30, batchSize: 8, learningRate: 0.003 } as const;

let data: { folder: { path: string; blobs: string }; manifest: Manifest };
const runs: Partial<Record<'gpt' | 'bert', Trained>> = {};

beforeAll(async () => {
  const path = mkdtempSync(join(tmpdir(), 'atelier-language-'));
  const folder = { path, blobs: join(path, 'blobs') };
  data = await shortTexts(120, folder);
  runs.gpt = await trainHere(folder, data.manifest, trainSettings('gpt', common, own), 'gpt');
  const { manifest } = await shortTexts(120, folder, refrain);
  runs.bert = await trainHere(folder, manifest, trainSettings('bert', patient, { ...own, dropout: 0 }), 'bert');
}, 60_000);

const exported = async (name: 'gpt' | 'bert') => {
  const run = runs[name]!;
  const out = join(data.folder.path, `${name}-export`, 'onnx', 'model.onnx');
  if (!existsSync(out)) await exportRun({ ...run, out, metadata: {} } satisfies ExportParams, hereContext());
  return out;
};
const predict = async (model: PredictParams['model'], text: string, sampling?: PredictParams['sampling']) => {
  const params = { blobs: data.folder.blobs, model, paths: [], texts: [text], sampling, threads: 1 };
  return (await predictFiles(params, hereContext())).predictions[0];
};

afterAll(() => rmSync(data.folder.path, { recursive: true, force: true }));

describe('gpt', () => {
  it('learns lines of which all but the first word can be known', () => {
    const { metrics } = runs.gpt!.result;
    // Of five tokens a line (the end token is one of seventeen) one is drawn from four: ln 4 of a fifth of the places.
    expect(metrics['validation/loss']).toBeLessThan(0.55);
    expect(metrics['validation/perplexity']).toBeCloseTo(Math.exp(metrics['validation/loss']), 6);
    expect(metrics['test/accuracy']).toBeGreaterThan(0.7);
    // Words are not all of a text.
    expect(Object.keys(metrics).some((key) => key.includes('bits_per'))).toBe(false);
  });

  it('leaves a text after each epoch, with the same beginning', () => {
    const folder = join(runs.gpt!.runFolder, 'texts');
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(common.epochs);
    const texts = files.map((file) => readEpochFile(readFileSync(join(folder, file), 'utf8'), epochTextOf)!);
    const prompts = new Set(texts.map((text) => text.kind === 'continuation' && text.prompt));
    expect(prompts.size).toBe(1);
    expect([...prompts][0]).not.toBe('');
    const last = texts.at(-1)!;
    if (last.kind !== 'continuation') throw new Error('a continuation was wanted');
    expect(last.texts.map(({ temperature }) => temperature)).toEqual([0, 0.8]);
    expect(last.texts[0].text).toMatch(/sun was red|cat sat down|dog ran off|bird sang high/);
  });

  it('is gone on with bit for bit', async () => {
    const settings = trainSettings('gpt', { ...common, epochs: 4 }, own);
    const whole = await trainHere(data.folder, data.manifest, settings, 'gpt-whole');
    const runFolder = join(data.folder.path, 'runs', 'gpt-cut');
    const params = { ...whole, runFolder, run: 'run_test' as never };
    await trainRun({ ...params, settings }, hereContext({ stopRequested: () => true }));
    const { position } = readCheckpoint(checkpointPath(runFolder, 'last'))!;
    expect(position.step).toBeLessThan(readCheckpoint(checkpointPath(whole.runFolder, 'last'))!.position.step);
    const result = await trainRun({ ...params, settings, resume: true }, hereContext());
    expect(result.metrics).toEqual(whole.result.metrics);
    const model = (folder: string) => readCheckpoint(checkpointPath(folder, 'last'))!.model;
    expect(model(runFolder)).toEqual(model(whole.runFolder));
  });

  it('becomes a folder that says what the run says, with the cache and without', async () => {
    const run = runs.gpt!;
    const out = join(data.folder.path, 'checked', 'onnx', 'model.onnx');
    const { parity, tokenizer } = await exportRun({ ...run, out, metadata: {} }, hereContext());
    expect(parity).toMatchObject({ passed: true, agreement: 1, split: 'test' });
    const folder = join(data.folder.path, 'checked');
    expect(tokenizer).toBe(join(folder, 'tokenizer.json'));
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'generation_config.json',
      'onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(readdirSync(join(folder, 'onnx'))).toEqual(['model.onnx']);
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(config).toMatchObject({ model_type: 'gpt2', n_layer: 2, n_head: 2, n_embd: 24, n_positions: 16 });
  });

  it('writes with its cache and without the same text, token for token, and as likely as a direct pass says', async () => {
    const { runFolder, settings } = runs.gpt!;
    const asked = { ...usualGeneration, maxTokens: 14, temperature: 0, logprobs: 1 };
    const params = { model: { runFolder, settings }, prompt: 'the', settings: asked, threads: 1 };
    const kept = await generate(params, hereContext());
    const anew = await generate({ ...params, cache: false }, hereContext());
    expect([kept.cached, anew.cached]).toEqual([true, false]);
    const [{ tokens, text, choices }] = kept.texts;
    expect(tokens.length).toBeGreaterThan(2);
    expect(anew.texts[0]).toMatchObject({ tokens, text });
    choices!.forEach(({ logprob }, i) => expect(anew.texts[0].choices![i].logprob).toBeCloseTo(logprob, 4));
    const drawn = { ...params, settings: { ...asked, n: 8, temperature: 1.5 } };
    const [several, again] = [
      await generate(drawn, hereContext()),
      await generate({ ...drawn, cache: false }, hereContext()),
    ];
    expect(again.texts.map((one) => one.tokens)).toEqual(several.texts.map((one) => one.tokens));
    expect(new Set(several.texts.map((one) => one.text)).size).toBeGreaterThan(1);
    // What it wrote, held against what it says of the same text as a prompt.
    const said = { ...params, prompt: `the${text}`, score: true };
    const [one, other] = [
      await generate(said, hereContext()),
      await generate({ ...said, cache: false }, hereContext()),
    ];
    const sum = choices!.slice(0, tokens.length).reduce((all, { logprob }) => all - logprob, 0);
    expect(one.promptTokens).toEqual([...kept.promptTokens, ...tokens]);
    expect(one.likelihood!.loss).toBeCloseTo(sum / tokens.length, 4);
    expect(other.likelihood!.loss).toBeCloseTo(one.likelihood!.loss, 4);
    expect(one.likelihood!.perplexity).toBeCloseTo(Math.exp(one.likelihood!.loss), 8);
    // Texts that begin alike go on alike.
    const begun = await generate({ ...params, begin: text.slice(0, 8) }, hereContext());
    expect(begun.texts[0].text).toBe(text);
  });

  it('that is gone, or half gone, is told as what it is', async () => {
    const { runFolder, settings } = runs.gpt!;
    const copy = join(data.folder.path, 'gone');
    cpSync(runFolder, copy, { recursive: true });
    const asked = { prompt: 'the', settings: usualGeneration, threads: 1, model: { runFolder: copy, settings } };
    rmSync(join(copy, 'checkpoints'), { recursive: true });
    expect((await failure(generate(asked, hereContext()))).code).toBe('no_checkpoint');
    rmSync(copy, { recursive: true });
    expect((await failure(generate(asked, hereContext()))).code).toBe('run_incomplete');
  });

  it('goes on with a text, the same from the run and from the folder', async () => {
    const out = await exported('gpt');
    // Past its sixteen places too.
    const sampling = { tokens: 40, temperature: 0, seed: 1 };
    const mine = await predict(runs.gpt!, 'the sun', sampling);
    expect(mine.continuation).toMatchObject({ text: expect.stringMatching(/^ was red/) as string });
    expect((await predict({ onnx: out }, 'the sun', sampling)).continuation).toEqual(mine.continuation);
    const drawn = (seed: number) => predict(runs.gpt!, '', { tokens: 12, temperature: 1.5, seed });
    expect(await drawn(1)).toEqual(await drawn(1));
    expect((await drawn(1)).continuation).not.toEqual((await drawn(2)).continuation);
  });

  it('is evaluated on any split, and from its folder', async () => {
    const { blobs } = data.folder;
    const params = { blobs, manifest: data.manifest, split: 'test', threads: 1 } as const;
    const mine = await evaluateModel({ ...params, model: runs.gpt! }, hereContext());
    expect(mine.metrics['test/loss']).toBeCloseTo(runs.gpt!.result.metrics['test/loss'], 6);
    const file = await evaluateModel({ ...params, model: { onnx: await exported('gpt') } }, hereContext());
    expect(file.samples).toBe(mine.samples);
    expect(Object.keys(file.metrics).sort()).toEqual(Object.keys(mine.metrics).sort());
    for (const [key, value] of Object.entries(mine.metrics)) expect(file.metrics[key], key).toBeCloseTo(value, 4);
    const all = await evaluateModel({ ...params, split: 'all', model: runs.gpt! }, hereContext());
    expect(all.metrics['all/loss']).toBeLessThan(0.55);
  });

  it('refuses what is no text, and a tokenizer that is another', async () => {
    const out = await exported('gpt');
    const params = { blobs: data.folder.blobs, paths: [join(data.folder.path, 'verses.csv')], threads: 1 };
    expect((await failure(predictFiles({ ...params, model: { onnx: out } }, hereContext()))).code).toBe('takes_texts');
    const copy = join(data.folder.path, 'copy');
    cpSync(join(out, '..', '..'), copy, { recursive: true });
    writeFileSync(join(copy, 'tokenizer.json'), '{}');
    const model = { onnx: join(copy, 'onnx', 'model.onnx') };
    expect((await failure(predict(model, 'the sun'))).code).toBe('tokenizer_differs');
  });
});

describe('bert', () => {
  it('learns which word is hidden', () => {
    const { metrics } = runs.bert!.result;
    expect(metrics['validation/accuracy']).toBeGreaterThan(0.6);
    const folder = join(runs.bert!.runFolder, 'texts');
    const text = readEpochFile(readFileSync(join(folder, readdirSync(folder).sort().at(-1)!), 'utf8'), epochTextOf);
    if (text?.kind !== 'guesses') throw new Error('guesses were wanted');
    expect(text.texts.length).toBeGreaterThan(0);
    for (const { guesses } of text.texts) {
      expect(guesses).toHaveLength(5);
      expect(guesses.map(({ probability }) => probability)).toEqual(
        guesses.map(({ probability }) => probability).sort((a, b) => b - a),
      );
    }
  });

  it('fills in what is masked, the same from the run and from its folder', async () => {
    const out = await exported('bert');
    const text = 'cat [MASK] cat cat [MASK] cat cat cat';
    const mine = await predict(runs.bert!, text);
    expect(mine.guesses?.map(([first]) => first.text)).toEqual(['cat', 'cat']);
    const { guesses } = await predict({ onnx: out }, text);
    guesses!.flat().forEach(({ text: word, probability }, i) => {
      expect(word).toBe(mine.guesses!.flat()[i].text);
      expect(probability).toBeCloseTo(mine.guesses!.flat()[i].probability, 5);
    });
    expect((await failure(predict(runs.bert!, 'cat cat'))).code).toBe('nothing_masked');
    expect((await failure(predict(runs.bert!, 'cat [MASK] '.repeat(9)))).code).toBe('text_too_long');
    const files = readdirSync(join(out, '..', '..'));
    expect(files.sort()).toEqual(['config.json', 'onnx', 'tokenizer.json', 'tokenizer_config.json']);
  });
});
