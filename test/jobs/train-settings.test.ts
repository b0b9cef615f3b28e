import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { estimateNet } from '../../src-main/jobs/estimate.ts';
import { completeSettings } from '../../src-main/jobs/train-settings.ts';
import type { TrainRequest } from '../../src-main/shared/contract.ts';
import type { Column, Manifest } from '../../src-main/shared/dataset.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import { defaultThreads } from '../../src-main/shared/training-defaults.ts';
import { tokenizerRef } from '../../src-main/shared/text.ts';
import { trainRequest } from '../support/fake-studio.ts';
import { sampleManifest } from '../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const request = trainRequest('dv_0' as VersionId, 'mlp');
const images = sampleManifest({
  kind: 'images',
  columns: [],
  target: null,
  image: { height: 28, width: 28, channels: 1 },
});

const spread = { min: 0, median: 0, mean: 0, p95: 1, max: 1, histogram: { from: 0, width: 0, counts: [] } };
const sounds = sampleManifest({
  kind: 'audio',
  columns: [],
  target: null,
  audio: {
    rate: 16_000,
    longest: 16_000,
    seconds: { ...spread, total: 10 },
    loudness: spread,
    peaks: spread,
    clipped: 0,
    silent: 0,
    rates: [],
    formats: [],
    multichannel: 0,
  },
});

/** A table whose features are of these types, and its target. */
function table(...types: ('number' | 'category' | 'text')[]): Manifest {
  const [target] = sampleManifest().columns.filter(({ role }) => role === 'target');
  const features = types.map((type, i): Column => {
    return { name: `f${i}`, type, role: 'feature', missing: i, distinct: 100 };
  });
  return sampleManifest({ columns: [target, ...features] });
}

describe('a request to train', () => {
  it('is completed with every default', () => {
    const settings = completeSettings(request, architectures, sampleManifest());
    const threads = defaultThreads(availableParallelism());
    expect(settings).toMatchObject({ architecture: 'mlp', schedule: 'cosine', weightDecay: 0, patience: 0, threads });
    // Those for sounds are of no effect on a table.
    const mlp = architectures.find((each) => each.id === 'mlp')!;
    const fields = mlp.fields.filter(({ only }) => only === undefined);
    expect(fields.length).toBeLessThan(mlp.fields.length);
    expect(Object.keys(settings.architectureSettings).sort()).toEqual(fields.map(({ key }) => key).sort());
  });

  it('measures norms only where that is asked for', () => {
    const of = (norms?: boolean) => completeSettings({ ...request, norms }, architectures, sampleManifest());
    expect(of(true).norms).toBe(true);
    for (const settings of [of(false), of()]) expect(settings).not.toHaveProperty('norms');
  });

  it('says how it learns only where that is not as usual', () => {
    const keys = Object.keys(completeSettings(request, architectures, images));
    const [{ name }] = images.classes;
    const learning = {
      loss: 'cross-entropy',
      labelSmoothing: 0.1,
      classWeights: { [name]: 2 },
      accumulate: 4,
    } as const;
    const asked = { ...request, ...learning, augment: { mixup: 0.2 } };
    const settings = completeSettings(asked, architectures, images);
    expect(
      Object.keys(settings)
        .filter((key) => !keys.includes(key))
        .sort(),
    ).toEqual(['accumulate', 'augment', 'classWeights', 'labelSmoothing']);
    expect(settings).toMatchObject({ classWeights: { [name]: 2 }, augment: { mixup: 0.2 } });
  });

  it('of sounds says how they become spectrograms, as the net is estimated', () => {
    const { architectureSettings } = completeSettings({ ...request, architecture: 'cnn' }, architectures, sounds);
    expect(architectureSettings).toMatchObject({ mels: 40, seconds: 0, melScale: 'htk' });
    const half = estimateNet(sounds, 'cnn', { ...architectureSettings, seconds: 0.5 });
    // 16 kHz: 47 frames of 40 bands, halved twice, 32 channels.
    expect(half.layers.find(({ name }) => name === 'dense 128')?.parameters).toBe(11 * 10 * 32 * 128 + 128);
    expect(() => completeSettings({ ...request, architectureSettings: { mels: 20 } }, architectures, images)).toThrow(
      code('invalid_settings'),
    );
    expect(() => estimateNet(sounds, 'cnn', { ...architectureSettings, fmax: 9000 })).toThrow(code('invalid_settings'));
  });

  it.each([
    ['an unknown architecture', { ...request, architecture: 'rnn' }, sampleManifest(), 'unknown_architecture'],
    ['an unknown setting', { ...request, architectureSettings: { depth: 3 } }, sampleManifest(), 'invalid_settings'],
    [
      'a value out of range',
      { ...request, architectureSettings: { hidden: '0' } },
      sampleManifest(),
      'invalid_settings',
    ],
    ['a net that does not fit the data', { ...request, architecture: 'cnn' }, sampleManifest(), 'unfit_architecture'],
    ['no target', request, sampleManifest({ target: null, task: null }), 'no_target'],
    ['a single class', request, sampleManifest({ classes: [{ name: 'a', count: 6 }] }), 'single_class'],
    ['no features', request, sampleManifest({ columns: sampleManifest().columns.slice(1) }), 'no_features'],
    ['nothing to train on', request, sampleManifest({ splits: { train: 0, validation: 3, test: 3 } }), 'no_samples'],
    ['a series that is none', { ...request, architecture: 'lstm' }, table('number', 'category'), 'unfit_architecture'],
    ['a pair that is none', { ...request, architecture: 'recommender' }, table('number'), 'unfit_architecture'],
    ['texts that are none', { ...request, architecture: 'textcnn' }, table('number', 'category'), 'unfit_architecture'],
    ['nothing but texts', request, table('text'), 'unfit_architecture'],
    [
      'a mixture of what has no classes',
      { ...request, architecture: 'autoencoder', augment: { mixup: 0.2 } },
      images,
      'invalid_settings',
    ],
    [
      'a mixture without cross-entropy',
      { ...request, loss: 'focal', augment: { cutmix: 1 } },
      images,
      'invalid_settings',
    ],
    ['a loss for numbers', { ...request, loss: 'huber' }, sampleManifest(), 'invalid_settings'],
    ['weights of unknown classes', { ...request, classWeights: { nobody: 2 } }, sampleManifest(), 'invalid_settings'],
    ['images for a table’s net', { ...request, architecture: 'recommender' }, images, 'unfit_architecture'],
  ] as [string, TrainRequest, Manifest, string][])('with %s is refused', (_, asked, manifest, wanted) => {
    expect(() => completeSettings(asked, architectures, manifest)).toThrow(code(wanted));
  });
});

describe('the estimate', () => {
  it('counts the parameters of a net on images and on a table', () => {
    const mlp = estimateNet({ ...images }, 'mlp', { hidden: '128' });
    expect(mlp.parameters).toBe(784 * 128 + 128 + 128 * 2 + 2);
    expect(mlp.layers).toEqual([
      { name: 'dense 128', shape: [128], parameters: 784 * 128 + 128 },
      { name: 'dense 2', shape: [2], parameters: 128 * 2 + 2 },
    ]);
    expect(estimateNet(sampleManifest(), 'mlp', { hidden: '8' }).parameters).toBe(8 + 8 + 8 * 2 + 2);
    const cnn = estimateNet(images, 'cnn', {});
    expect(cnn.layers.map((layer) => layer.name)).toEqual([
      'conv 3×3 · 16',
      'max pool 2×2',
      'conv 3×3 · 32',
      'max pool 2×2',
      'dense 128',
      'dense 2',
    ]);
    expect(cnn.layers[0].shape).toEqual([16, 28, 28]);
  });

  it('takes a table as the architecture does', () => {
    const counts = (architecture: string, manifest: Manifest) => estimateNet(manifest, architecture, {}).parameters;
    const numbers = table('number', 'number', 'number');
    // The second and third column have gaps, so there is a channel that says where.
    expect(counts('linear', numbers)).toBe((3 + 2) * 2 + 2);
    expect(counts('gru', numbers)).toBe(3 * 64 * (2 + 64 + 2) + 64 * 2 + 2);
    const pair = table('category', 'category');
    // More values than one-hot keeps; and each side has a row for what training never saw.
    expect(counts('linear', pair)).toBe((65 + 65) * 2 + 2);
    expect(counts('recommender', pair)).toBe((101 + 102) * (16 + 2) + 16 * 2 + 2);
    expect(estimateNet(pair, 'recommender', {}).layers.map(({ name }) => name)).toEqual([
      'embedding 16',
      'embedding 16',
      'embedding 2',
      'embedding 2',
      'dense 2',
    ]);
  });

  it('takes texts as long as most are, and words that occur more than once', () => {
    const lengths = (p95: number) => ({ mean: p95 / 2, median: p95 / 2, p95, max: 9 * p95 });
    const facts = { sampled: 6, histogram: { from: 0, width: 1, counts: [] }, vocabulary: 900, repeated: 300 };
    const texts = table('text');
    texts.columns[1].text = { ...facts, characters: lengths(180), words: lengths(30) };
    const parameters = (settings: Record<string, string | number>) =>
      estimateNet(texts, 'textcnn', { embedding: 8, kernels: '2', filters: 4, ...settings }).parameters;
    const rest = 2 * 8 * 4 + 4 + 4 * 2 + 2;
    expect(parameters({})).toBe((300 + 4) * 8 + rest);
    expect(parameters({ vocabulary: 260 })).toBe(260 * 8 + rest);
    expect(parameters({ tokenizer: 'character' })).toBe(104 * 8 + rest);
    const own = tokenizerRef({ name: 'mine.json', vocabulary: 1234, blob: 'b'.repeat(64) });
    expect(parameters({ tokenizer: own })).toBe(1234 * 8 + rest);
    const length = (settings: Record<string, string | number>) =>
      estimateNet(texts, 'text-transformer', { width: 4, heads: 1, ...settings }).layers[1].shape[0];
    expect([length({}), length({ length: 17 }), length({ tokenizer: 'character' })]).toEqual([32, 17, 184]);
    expect(() => estimateNet(table('number'), 'textcnn', {})).toThrow(code('no_texts'));
  });

  it('names the layers of deeper nets', () => {
    const names = (architecture: string, manifest: Manifest) =>
      new Set(estimateNet(manifest, architecture, {}).layers.map(({ name }) => name.replace(/ \d.*/, '')));
    expect([...names('mobilenet', images)]).toEqual(['conv', 'batch norm', 'depthwise', 'global pool', 'dense']);
    expect([...names('vit', images)]).toEqual(['conv', 'positions', 'dropout', 'layer norm', 'dense', 'attention']);
    expect([...names('lstm', table('number', 'number'))]).toEqual(['LSTM', 'dense']);
  });

  it('is at hand at once, however large the net', () => {
    const begun = performance.now();
    expect(estimateNet(images, 'mlp', { hidden: '8192,8192' }).parameters).toBeGreaterThan(70e6);
    expect(performance.now() - begun).toBeLessThan(200);
  });
});
