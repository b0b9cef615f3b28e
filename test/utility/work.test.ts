import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import '../support/runtime-first.ts';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { architectures, type Settings } from '../../src-main/architectures/index.ts';
import { readModel } from '../../src-main/onnx/read.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { runLogPath, type RunLogLine } from '../../src-main/runtime/run-log.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { EvaluateParams } from '../../src-main/shared/work/evaluate.ts';
import type { Prediction } from '../../src-main/shared/work/predict.ts';
import { inputKinds } from '../../src-main/shared/input-kinds.ts';
import { Random } from '../../src-main/shared/random.ts';
import { evaluateModel } from '../../src-main/utility/work/evaluate-model.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { predictFiles } from '../../src-main/utility/work/predict-files.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { toneFolders } from '../support/data-sounds.ts';
import { csvText, mixedTable } from '../support/data-table.ts';
import { quoted } from '../support/data-texts.ts';
import { reviews } from '../support/texts.ts';
import { barsVersion, hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

const exportTo = (trained: Trained, out: string) =>
  exportRun({ ...trained, out, metadata: { name: 'a run', tool: 'Atelier' } }, hereContext());
const evaluate = (trained: Trained, model: EvaluateParams['model'], split: EvaluateParams['split'] = 'test') =>
  evaluateModel({ ...trained, model, split, threads: 1 }, hereContext());
const predict = async (model: Parameters<typeof predictFiles>[0]['model'], blobs: string, paths: string[]) =>
  (await predictFiles({ blobs, model, paths, threads: 1 }, hereContext())).predictions;
const logOf = (trained: { runFolder: string }): RunLogLine[] =>
  readFileSync(runLogPath(trained.runFolder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunLogLine);

async function mixedVersion(target: string, rows = 400) {
  const folder = await dataFolder();
  await writeFiles(folder.path, { 'mixed.csv': csvText(mixedTable(rows)) });
  const { manifest } = await importFrom(folder, ['mixed.csv'], { target });
  return { folder, manifest };
}

describe('a table, from training to the exported file', () => {
  it.each(['label', 'amount'])('predicting "%s"', async (target) => {
    const { folder, manifest } = await mixedVersion(target);
    const settings = trainSettings('mlp', { epochs: 3, measureExport: true }, { hidden: '16' });
    const trained = await trainHere(folder, manifest, settings);
    const out = join(folder.path, 'out', 'model.onnx');
    const { parity, bytes } = await exportTo(trained, out);
    // What was measured at the end of the training is this file, but for what is noted in it.
    const measured = trained.result.metrics;
    expect(Math.abs(measured['export/size_bytes'] - bytes)).toBeLessThan(2000);
    expect(measured['export/latency_ms']).toBeGreaterThan(0);
    expect(measured['export/latency_ms']).toBeLessThan(1000);
    expect(parity).toMatchObject({ passed: true, split: 'test', agreement: 1, samples: manifest.splits.test });
    expect(readFileSync(out).length).toBe(bytes);
    expect(readdirSync(join(folder.path, 'out'))).toEqual(['model.onnx']);

    // The run, the file, and the run's own result say the same of the test split.
    const own = await evaluate(trained, trained);
    const file = await evaluate(trained, { onnx: out });
    for (const [key, value] of Object.entries(file.metrics)) {
      expect(value / own.metrics[key]).toBeCloseTo(1, 5);
      expect(own.metrics[key] / trained.result.metrics[key]).toBeCloseTo(1, 5);
    }
    expect(file.samples).toBe(own.samples);
    expect(file.confusion).toEqual(own.confusion);
    expect((await evaluate(trained, trained, 'all')).samples).toBeGreaterThan(own.samples);

    // And of the rows of a CSV file, gaps and quotes and unknown values among them.
    const csv = join(folder.path, 'mixed.csv');
    const byRun = await predict(trained, folder.blobs, [csv]);
    const byFile = await predict({ onnx: out }, folder.blobs, [csv]);
    expect(byRun).toHaveLength(400);
    byRun.forEach((prediction, i) => expectSame(prediction, byFile[i]));
  });

  it('keeps a log from which the run can be rebuilt', async () => {
    const { folder, manifest } = await mixedVersion('label', 200);
    const settings = trainSettings('mlp', { epochs: 2 }, { hidden: '8' });
    const trained = await trainHere(folder, manifest, settings);
    const lines = logOf(trained);
    expect(lines[0]).toMatchObject({
      type: 'start',
      run: 'run_test',
      step: 0,
      settings,
      parameterCount: trained.result.parameterCount,
    });
    expect(lines.at(-1)).toMatchObject({ type: 'finished', result: trained.result });
    const metrics = lines.filter((line) => line.type === 'metrics');
    expect(metrics.flatMap((line) => line.key)).toContain('validation/accuracy');
    for (const line of metrics) expect(line.value).toHaveLength(line.key.length);
  });

  it('repeats bit by bit with the same seed', async () => {
    const { folder, manifest } = await mixedVersion('label', 200);
    const settings = trainSettings('mlp', { epochs: 2 }, { hidden: '8', dropout: 0.1 });
    const model = async (name: string): Promise<Buffer> => {
      const trained = await trainHere(folder, manifest, settings, name);
      return readFileSync(join(trained.runFolder, 'checkpoints', 'best.safetensors')).subarray(2_000);
    };
    const params = (name: string) => join(folder.path, 'runs', name, 'checkpoints', 'best.safetensors');
    expect((await model('one')).equals(await model('two'))).toBe(true);
    expect(existsSync(params('one'))).toBe(true);
  });
});

describe('images, from training to the exported file', () => {
  it('as uint8 arrays and as files', async () => {
    const folder = await dataFolder();
    const manifest = await barsVersion(folder.blobs);
    const trained = await trainHere(
      folder,
      manifest,
      trainSettings('cnn', { epochs: 16 }, { channels: '4', hidden: '16', batchNorm: true }),
    );
    expect(trained.result.metrics['test/accuracy']).toBeGreaterThan(0.9);
    const out = join(folder.path, 'bars.onnx');
    expect((await exportTo(trained, out)).parity.passed).toBe(true);
    expect((await evaluate(trained, { onnx: out })).metrics['test/accuracy']).toBe(
      trained.result.metrics['test/accuracy'],
    );

    const pixels = Uint8Array.from({ length: 64 }, (_, i) => ((i & 7) === 3 ? 230 : 20));
    const png = join(folder.path, 'column.png');
    await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
      .png()
      .toFile(png);
    const [byRun] = await predict(trained, folder.blobs, [png]);
    const [byFile] = await predict({ onnx: out }, folder.blobs, [png]);
    expect(byRun).toMatchObject({ input: 'column.png', label: 'column' });
    expectSame(byRun, byFile);

    // In a session that knows nothing of Atelier.
    const model = readModel(readFileSync(out));
    expect(model.metadata).toMatchObject({ name: 'a run', 'atelier.classes': '["row","column"]' });
    const plain = await ort.InferenceSession.create(out);
    const answer = await plain.run({ image: new ort.Tensor('uint8', pixels, [1, 8, 8, 1]) });
    expect(answer.label.data).toEqual(['column']);
    expect((answer.probabilities.data as Float32Array)[1]).toBeCloseTo(byRun.probabilities!.column, 6);
  });
});

describe('models from elsewhere', () => {
  const relu: Model['graph']['nodes'][number] = {
    name: 'relu',
    op: 'Relu',
    domain: '',
    inputs: ['x'],
    outputs: ['y'],
    attributes: {},
  };
  const model = (change: Partial<Model['graph']>, metadata: Record<string, string> = {}): Uint8Array =>
    writeModel({
      irVersion: 8,
      opsets: { '': 17 },
      producer: 'someone',
      metadata,
      graph: {
        name: 'g',
        inputs: [{ name: 'x', type: 'float', shape: ['n', 4] }],
        outputs: [{ name: 'y', type: 'float', shape: ['n', 4] }],
        initializers: new Map(),
        nodes: [relu],
        values: new Map(),
        ...change,
      },
    });
  const opening = async (bytes: Uint8Array) => {
    const folder = await dataFolder();
    await mkdir(folder.path, { recursive: true });
    const onnx = join(folder.path, 'model.onnx');
    await writeFile(onnx, bytes);
    return failure(predict({ onnx }, folder.blobs, [join(folder.path, 'x.png')]));
  };

  it('of another kind are refused in words', async () => {
    expect(await opening(model({}))).toMatchObject({
      code: 'foreign_model',
      message: expect.stringContaining('Export the model from a run') as string,
    });
  });
  it.each([
    ['nothing', new Uint8Array(0)],
    ['noise', Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 251)],
    ['half a model', model({}).subarray(0, 60)],
  ])('that hold %s end in a coded error', async (_, bytes) => {
    expect((await opening(bytes)).code).toMatch(/^(invalid_model|session_failed|foreign_model)$/);
  });
  it.each([
    ['not JSON', '{'],
    ['of no known shape', '{"kind":"images","image":{"height":1e9,"width":8,"channels":1},"classes":[]}'],
    ['of another model', '{"kind":"images","image":{"height":8,"width":8,"channels":1},"classes":["a","b"]}'],
  ])('whose metadata are %s are refused', async (_, encoder) => {
    const metadata = { 'atelier.format': '1', 'atelier.encoder': encoder };
    expect((await opening(model({}, metadata))).code).toMatch(/^(foreign_model|broken_model)$/);
  });
  it('that are plain image classifiers are used, with classes by number', async () => {
    const folder = await dataFolder();
    const bytes = model({
      inputs: [{ name: 'x', type: 'float', shape: [1, 1, 2, 2] }],
      outputs: [{ name: 'y', type: 'float', shape: [1, 4] }],
      nodes: [{ ...relu, op: 'Flatten' }],
    });
    await writeFiles(folder.path, { 'model.onnx': bytes });
    const png = join(folder.path, 'a.png');
    await sharp(Uint8Array.of(0, 0, 255, 0), { raw: { width: 2, height: 2, channels: 1 } })
      .png()
      .toFile(png);
    const [prediction] = await predict({ onnx: join(folder.path, 'model.onnx') }, folder.blobs, [png, png]);
    expect(prediction.label).toBe('2');
    expect(prediction.probabilities!['2']).toBeCloseTo(1, 5);
  });
});

describe('every architecture, from training to the exported file', () => {
  /** Quick ones. */
  const own: Readonly<Record<string, Settings>> = {
    gpt: { context: 16, width: 16, layers: 2, heads: 2, vocabulary: 300 },
    bert: { context: 16, width: 16, layers: 2, heads: 2, vocabulary: 300 },
    mlp: { hidden: '8' },
    cnn: { channels: '4', hidden: '8' },
    vgg: { channels: '4,4', hidden: '8' },
    resnet: { firstChannels: 4, zeroInit: true },
    mobilenet: { channels: '4,6', perStage: 1, expansion: 2 },
    vit: { width: 8, layers: 1, heads: 2 },
    cnn1d: { channels: '4,4', hidden: '8' },
    lstm: { units: 6, bidirectional: true },
    gru: { units: 6, layers: 2 },
    transformer: { width: 8, layers: 1, heads: 2 },
    recommender: { embedding: 4, hidden: '4' },
    autoencoder: { hidden: '8', channels: '4,4', latent: 3 },
    dcgan: { latent: 5, channels: '4,6' },
    textcnn: { embedding: 4, kernels: '2,3', filters: 4, vocabulary: 260 },
    'text-lstm': { embedding: 4, units: 5, bidirectional: true, tokenizer: 'byte-pair', vocabulary: 280 },
    'text-gru': { embedding: 4, units: 5, tokenizer: 'character', length: 24 },
    'text-transformer': { width: 8, layers: 1, heads: 2, lowercase: false },
  };
  const random = new Random(8);
  const numbers = (count: number) => Array.from({ length: count }, () => random.normal().toFixed(3));
  const rows = (count: number, row: (i: number) => string[]) =>
    Array.from({ length: count }, (_, i) => row(i).join(',')).join('\n');
  /** Five values, the third of which may be missing. */
  const series = `a,b,c,d,e,kind\n${rows(200, (i) => [...numbers(2), i % 9 ? numbers(1)[0] : '', ...numbers(2), i % 2 ? 'x' : 'y'])}\n`;
  const pairs = `user,film,rating\n${rows(300, (i) => [`u${i % 30}`, `f${(i * 7) % 12}`, ...numbers(1)])}\n`;

  /** Texts beside numbers, which a net for texts leaves out. */
  const texts = `size,review,feeling\n${reviews(200)
    .map(({ text, feeling }, i) => `${i % 7},${quoted(text)},${feeling}`)
    .join('\n')}\n`;

  it.each(architectures.flatMap(({ id, inputs }) => inputs.map((kind) => [id, kind] as const)))(
    '%s, %s',
    async (id, kind) => {
      const folder = await dataFolder();
      const csv = join(folder.path, 'data.csv');
      const text = kind === 'pair' ? pairs : kind === 'text' ? texts : series;
      const imported = async (files: Record<string, string | Uint8Array>, name: string): Promise<Manifest> => {
        await writeFiles(folder.path, files);
        return (await importFrom(folder, [name])).manifest;
      };
      const manifest =
        kind === 'image'
          ? await barsVersion(folder.blobs, 100)
          : kind === 'audio'
            ? await imported(toneFolders('tones', [300, 900], 12), 'tones')
            : await imported({ 'data.csv': text }, 'data.csv');
      expect(inputKinds(manifest)).toContain(kind);
      const settings = kind === 'audio' ? { ...own[id], mels: 12 } : own[id];
      const trained = await trainHere(folder, manifest, trainSettings(id, { epochs: 2 }, settings));
      const out = join(folder.path, 'exported', 'onnx', 'model.onnx');
      expect((await exportTo(trained, out)).parity).toMatchObject({ passed: true, agreement: 1 });
      if (id === 'dcgan') return;
      const [mine, files] = [await evaluate(trained, trained), await evaluate(trained, { onnx: out })];
      expect(Object.keys(files.metrics)).not.toEqual([]);
      for (const [key, value] of Object.entries(files.metrics)) {
        // A perplexity is as large as the vocabulary: as a share of itself.
        const scale = Math.max(1, Math.abs(mine.metrics[key]));
        expect(value / scale).toBeCloseTo(mine.metrics[key] / scale, 4);
      }
      // Those that write or guess take texts alone: test/utility/language.test.ts.
      if (kind === 'image' || id === 'gpt' || id === 'bert') return;
      const given = kind === 'audio' ? join(folder.path, 'tones') : csv;
      const byRun = await predict(trained, folder.blobs, [given]);
      const byFile = await predict({ onnx: out }, folder.blobs, [given]);
      expect(byRun).toHaveLength({ pair: 300, audio: 24 }[kind as string] ?? 200);
      byRun.forEach((prediction, i) => expectSame(prediction, byFile[i]));
    },
  );
});

describe('rows to predict', () => {
  it.each([
    ['no header', '1,2\n3,4\n5,6\n', /header/],
    ['missing columns', 'age,other\n1,2\n', /lacks/],
    ['a ragged row', 'age,amount\n1,2\n3\n', /line 3/],
    ['nothing', '', /empty/],
  ])('with %s', async (_, text, message) => {
    const { folder, manifest } = await mixedVersion('label', 60);
    const trained = await trainHere(folder, manifest, trainSettings('mlp', { epochs: 1 }, { hidden: '4' }));
    await writeFiles(folder.path, { 'rows.csv': text });
    const error = await failure(predict(trained, folder.blobs, [join(folder.path, 'rows.csv')]));
    expect(error.message).toMatch(message);
  });
});

function expectSame(a: Prediction, b: Prediction): void {
  expect(b).toMatchObject({ input: a.input, label: a.label });
  if (a.value !== null) expect(Math.abs(a.value - b.value!)).toBeLessThan(Math.abs(a.value) * 1e-5 + 0.1);
  for (const [name, probability] of Object.entries(a.probabilities ?? {})) {
    expect(Math.abs(probability - b.probabilities![name])).toBeLessThan(1e-5);
  }
  const [mine, theirs] = [a.reconstruction, b.reconstruction];
  if (!mine) return expect(theirs).toBeNull();
  expect(theirs!.error).toBeCloseTo(mine.error, 4);
  mine.code.forEach((value, i) => expect(theirs!.code[i]).toBeCloseTo(value, 4));
  expect(Object.keys(theirs!.columns!)).toEqual(Object.keys(mine.columns!));
  for (const [name, value] of Object.entries(mine.columns!)) {
    if (typeof value === 'number') expect(theirs!.columns![name]).toBeCloseTo(value, 4);
    else expect(theirs!.columns![name]).toBe(value);
  }
}
