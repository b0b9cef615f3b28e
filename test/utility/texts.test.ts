import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import '../support/runtime-first.ts';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../src-main/architectures/index.ts';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import { tokenizerFile } from '../../src-main/shared/run.ts';
import { tokenizerRef } from '../../src-main/shared/text.ts';
import { openWithLibrary } from '../../src-main/tokenizers/hugging-face.ts';
import { parseTokenizerFile } from '../../src-main/tokenizers/tokenizer-file.ts';
import type { TextInputEncoder } from '../../src-main/datasets/encode/encoder.ts';
import type { Prediction } from '../../src-main/shared/work/predict.ts';
import { openTeller } from '../../src-main/utility/work/encoders/open-teller.ts';
import { partsOf } from '../../src-main/utility/work/generate/open.ts';
import { readEncoder } from '../../src-main/utility/work/run-files.ts';
import { evaluateModel } from '../../src-main/utility/work/evaluate-model.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { predictFiles } from '../../src-main/utility/work/predict-files.ts';
import { failure } from '../support/data-import.ts';
import { quoted, reviewVersion } from '../support/data-texts.ts';
import { wordPieceFile } from '../support/tokenizer-files.ts';
import { reviews } from '../support/texts.ts';
import { hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

const small: Settings = { embedding: 16, kernels: '1,2', filters: 16, dropout: 0, vocabulary: 300 };

async function trainedOn(own: Settings, architecture = 'textcnn', epochs = 12): Promise<Trained & { out: string }> {
  const { folder, manifest } = await reviewVersion(240);
  const settings = trainSettings(architecture, { epochs, learningRate: 0.01, batchSize: 16 }, own);
  const trained = await trainHere(folder, manifest, settings);
  return { ...trained, out: join(folder.path, 'out', 'reviews.onnx') };
}

const exported = (trained: Trained & { out: string }) =>
  exportRun({ ...trained, metadata: { name: 'a run' } }, hereContext());
const evaluate = (trained: Trained, model: Parameters<typeof evaluateModel>[0]['model']) =>
  evaluateModel({ ...trained, model, split: 'all', threads: 1 }, hereContext());
const predict = async (
  trained: Trained,
  model: Parameters<typeof predictFiles>[0]['model'],
  paths: string[],
  texts?: string[],
) => (await predictFiles({ blobs: trained.blobs, model, paths, texts, threads: 1 }, hereContext())).predictions;

/** On the bench a run says what it predicts, and how much of a long text it saw. */
async function tellsAlike({ runFolder, settings }: Trained, texts: string[], predicted: Prediction[]): Promise<void> {
  const teller = await openTeller(partsOf({ runFolder, settings }), 1);
  for (const [i, text] of texts.entries()) {
    const { kind, scores, tokens, seen } = await teller.tell(text, () => Promise.resolve());
    expect([kind, scores[0].label, seen]).toEqual(['classes', predicted[i].label, tokens]);
    for (const { label, score } of scores) expect(score).toBeCloseTo(predicted[i].probabilities![label], 6);
  }
  const { length } = readEncoder(runFolder) as TextInputEncoder;
  const long = await teller.tell('good film '.repeat(length), () => Promise.resolve());
  expect(long).toMatchObject({ seen: length, windows: 1 });
  expect(long.tokens).toBeGreaterThan(length);
  await teller.close();
}

describe('texts, from training to the exported file', () => {
  it.each([
    ['words', { tokenizer: 'word' }, false],
    ['characters', { tokenizer: 'character', kernels: '6,7', length: 96 }, false],
    ['byte pairs', { tokenizer: 'byte-pair' }, true],
  ])('read as %s', async (_, own, takesTokens) => {
    const trained = await trainedOn({ ...small, ...own });
    expect(trained.result.metrics['test/accuracy']).toBeGreaterThan(0.85);
    expect(existsSync(join(trained.runFolder, 'tokenizer.json'))).toBe(true);

    const made = await exported(trained);
    expect(made.parity).toMatchObject({ passed: true, agreement: 1, split: 'test' });
    const files = readdirSync(join(trained.out, '..')).sort();
    expect(files).toEqual(takesTokens ? ['reviews.onnx', 'reviews.tokenizer.json'] : ['reviews.onnx']);
    expect(made.tokenizer).toBe(takesTokens ? tokenizerFile(trained.out) : null);

    // The run and the file say the same of all samples, and of texts in files.
    const [own_, file] = [await evaluate(trained, trained), await evaluate(trained, { onnx: trained.out })];
    expect(file.confusion).toEqual(own_.confusion);
    expect(own_.metrics['all/accuracy']).toBeGreaterThan(0.9);
    const csv = join(trained.out, '..', 'new.csv');
    const rows = [...reviews(30, 9).map(({ text }) => text), '', 'NA', '狗 😀 «été»', 'GOOD!!! [PAD]'];
    await writeFile(csv, `id,review\n${rows.map((text, i) => `${i},${quoted(text)}`).join('\n')}\n`);
    const byRun = await predict(trained, trained, [csv]);
    const byFile = await predict(trained, { onnx: trained.out }, [csv]);
    expect(byRun).toHaveLength(34);
    await tellsAlike(trained, rows.slice(0, 3), byRun);
    byRun.forEach(({ label, probabilities }, i) => {
      expect(byFile[i].label).toBe(label);
      expect(byFile[i].probabilities!.good).toBeCloseTo(probabilities!.good, 5);
    });
  });

  it('by a tokenizer that somebody brought', async () => {
    const { folder, manifest } = await reviewVersion(240);
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const words = 'good great lovely superb bad awful dreadful terrible the a film story with and was'.split(' ');
    const json = JSON.stringify(
      wordPieceFile([...words, ...letters, ...letters.map((each) => `##${each}`), '.', '!', '…']),
    );
    const blob = await writeBlob(folder.blobs, Buffer.from(json));
    const tokenizer = tokenizerRef({ name: 'tiny.json', vocabulary: 75, blob });
    const settings = trainSettings(
      'text-gru',
      { epochs: 2, learningRate: 0.01 },
      { tokenizer, units: 8, embedding: 8 },
    );
    const trained = { ...(await trainHere(folder, manifest, settings)), out: join(folder.path, 'reviews.onnx') };
    const made = await exported(trained);
    expect(made.parity).toMatchObject({ passed: true, agreement: 1 });
    // What lies beside it is the file that was brought.
    expect(JSON.parse(readFileSync(made.tokenizer!, 'utf8'))).toEqual(JSON.parse(json));
  });
});

describe('an exported file', () => {
  it('takes raw texts in any ONNX Runtime', async () => {
    const trained = await trainedOn({ ...small, tokenizer: 'word' });
    await exported(trained);
    const session = await ort.InferenceSession.create(trained.out, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(['review']);
    const texts = ['A superb story', 'it was BORING.', ''];
    const { label, probabilities } = await session.run({ review: new ort.Tensor('string', texts, [3, 1]) });
    expect([...(label.data as unknown as string[])].slice(0, 2)).toEqual(['good', 'bad']);
    expect(probabilities.dims).toEqual([3, 2]);
    const said = await predict(trained, { onnx: trained.out }, [], texts);
    expect(said.map((each) => each.label)).toEqual([...(label.data as unknown as string[])]);
  });

  it('takes the tokens of the tokenizer.json beside it', async () => {
    const trained = await trainedOn({ ...small, tokenizer: 'byte-pair' });
    const { tokenizer } = await exported(trained);
    const session = await ort.InferenceSession.create(trained.out, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(['input_ids']);
    const library = openWithLibrary(parseTokenizerFile(readFileSync(tokenizer!, 'utf8'), 'tokenizer.json'));
    const ids = library.encode('A superb story');
    const input = new ort.Tensor('int64', BigInt64Array.from([...ids], BigInt), [1, ids.length]);
    const { label } = await session.run({ input_ids: input });
    expect((label.data as unknown as string[])[0]).toBe('good');
  });

  it('says so where its tokenizer.json is missing or another', async () => {
    const trained = await trainedOn({ ...small, tokenizer: 'byte-pair' }, 'textcnn', 1);
    const { tokenizer } = await exported(trained);
    const ask = () => failure(predict(trained, { onnx: trained.out }, [], ['good']));
    renameSync(tokenizer!, `${tokenizer}.away`);
    expect(await ask()).toMatchObject({ code: 'tokenizer_missing' });
    writeFileSync(tokenizer!, '{}');
    expect(await ask()).toMatchObject({ code: 'tokenizer_differs' });
    rmSync(tokenizer!);
    renameSync(`${tokenizer}.away`, tokenizer!);
    expect(await predict(trained, { onnx: trained.out }, [], ['good'])).toHaveLength(1);
  });

  it('is not kept, nor its tokenizer, where something goes wrong', async () => {
    const trained = await trainedOn({ ...small, tokenizer: 'byte-pair' }, 'textcnn', 1);
    const stopped = new Error('stopped by the test');
    const context = hereContext({ pause: () => Promise.reject(stopped) });
    expect(await failure(exportRun({ ...trained, metadata: {} }, context))).toBe(stopped);
    expect(readdirSync(join(trained.out, '..'))).toEqual([]);
  });
});

describe('texts without a file', () => {
  it('are predicted where the model reads one column, and text files whole', async () => {
    const trained = await trainedOn({ ...small });
    const path = join(trained.runFolder, 'letter.txt');
    writeFileSync(path, 'We saw a superb film\r\nand it was lovely.\n');
    const said = await predict(trained, trained, [path], ['dreadful', 'great!']);
    expect(said.map(({ input, label }) => [input, label])).toEqual([
      ['dreadful', 'bad'],
      ['great!', 'good'],
      ['letter.txt', 'good'],
    ]);
  });
});
