import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { estimateNet } from '../../src-main/jobs/estimate.ts';
import { completeSettings } from '../../src-main/jobs/train-settings.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import { defaultThreads } from '../../src-main/shared/training-defaults.ts';
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

describe('a request to train', () => {
  it('is completed with every default', () => {
    const settings = completeSettings(request, architectures, sampleManifest());
    const threads = defaultThreads(availableParallelism());
    expect(settings).toMatchObject({ architecture: 'mlp', schedule: 'cosine', weightDecay: 0, patience: 0, threads });
    expect(Object.keys(settings.architectureSettings).sort()).toEqual(
      architectures
        .find((each) => each.id === 'mlp')!
        .fields.map((field) => field.key)
        .sort(),
    );
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
  ])('with %s is refused', (_, asked, manifest, wanted) => {
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

  it('is at hand at once, however large the net', () => {
    const begun = performance.now();
    expect(estimateNet(images, 'mlp', { hidden: '8192,8192' }).parameters).toBeGreaterThan(70e6);
    expect(performance.now() - begun).toBeLessThan(200);
  });
});
