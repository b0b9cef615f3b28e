import { expect, it } from 'vitest';
import { readBlob, writeBlob } from '../../src-main/datasets/blobs.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { QualityParams } from '../../src-main/shared/work/judge.ts';
import { judgeQuality } from '../../src-main/utility/work/judge-quality.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { barsVersion, hereContext, trainHere, trainSettings, type Trained } from '../support/train-here.ts';

type Part = QualityParams['runs'][number];
const part = ({ runFolder, settings, manifest }: Trained, splits: Part['splits']): Part => ({
  runFolder,
  settings,
  manifest,
  splits,
});
const judge = (blobs: string, runs: Part[], basis: QualityParams['basis'] = 'held') =>
  judgeQuality({ blobs, basis, folds: null, runs, threads: 1 }, hereContext());

/** Bars of which each 13th has the other label: as many of either. */
async function mislabelled(blobs: string): Promise<{ manifest: Manifest; planted: Set<number> }> {
  const manifest = await barsVersion(blobs, 600);
  const labels = new Int32Array((await readBlob(blobs, manifest.blobs.labels!)).slice().buffer);
  const planted = new Set<number>();
  for (let i = 5; i < 600; i += 13) {
    labels[i] = 1 - labels[i];
    planted.add(i);
  }
  const classes = manifest.classes.map(({ name }, k) => ({
    name,
    count: labels.filter((label) => label === k).length,
  }));
  const stored = await writeBlob(blobs, new Uint8Array(labels.buffer));
  return { manifest: { ...manifest, classes, blobs: { ...manifest.blobs, labels: stored } }, planted };
}

/** Milliseconds that trainings may take where a machine does much else. */
const trainingTime = 180_000;
const settings = trainSettings('cnn', { epochs: 8, batchSize: 16, learningRate: 0.003 });

it(
  'a run names the wrong labels among the samples held out from it, and where they are',
  async () => {
    const folder = await dataFolder();
    const { manifest, planted } = await mislabelled(folder.blobs);
    const trained = await trainHere(folder, manifest, settings);
    const report = await judge(folder.blobs, [part(trained, ['validation', 'test'])]);
    expect(report).toMatchObject({ basis: 'held', samples: 240, inSample: 0 });
    const split = await readBlob(folder.blobs, manifest.blobs.split);
    const held = [...planted].filter((sample) => split[sample] > 0);
    const found = report.labelErrors.samples.map(({ sample }) => sample);
    const right = found.filter((sample) => held.includes(sample));
    // How many are wrong is an estimate, of 240 samples with 18 errors.
    expect(right.length / held.length).toBeGreaterThanOrEqual(0.75);
    expect(right.length / found.length).toBeGreaterThanOrEqual(0.9);
    for (const { sample, label, predicted, split: name, inSample } of report.labelErrors.samples) {
      expect([label, predicted].toSorted()).toEqual(['column', 'row']);
      expect(name).toBe(split[sample] === 1 ? 'validation' : 'test');
      expect(inSample).toBe(false);
    }
    expect(report.accuracy).toBeCloseTo(1 - held.length / 240, 1);
    const all = await judge(folder.blobs, [part(trained, ['train', 'validation', 'test'])], 'all');
    expect(all).toMatchObject({ samples: 600, inSample: 360 });
    for (const { split: name, inSample } of all.hard.samples) expect(inSample).toBe(name === 'train');
  },
  trainingTime,
);

it(
  'runs of all folds judge every sample once, none of them one that it learnt from',
  async () => {
    const folder = await dataFolder();
    const { manifest, planted } = await mislabelled(folder.blobs);
    const parts: Part[] = [];
    let version = manifest;
    for (const fold of [0, 1, 2]) {
      const split = { how: 'folds', folds: 3, fold, seed: 1, validation: 0.1, test: 0.1 } as const;
      version = (await reviseDataset({ blobs: folder.blobs, manifest: version, split })).manifest;
      parts.push(part(await trainHere(folder, version, settings, `fold ${fold}`), ['test']));
    }
    const report = await judge(folder.blobs, parts, 'folds');
    expect(report).toMatchObject({ basis: 'folds', samples: 600, inSample: 0 });
    const found = report.labelErrors.samples.map(({ sample }) => sample);
    expect(new Set(found).size).toBe(found.length);
    const right = found.filter((sample) => planted.has(sample));
    expect(right.length / planted.size).toBeGreaterThanOrEqual(0.9);
    expect(right.length / found.length).toBeGreaterThanOrEqual(0.9);
  },
  trainingTime,
);

it('only a classifier can judge', async () => {
  const folder = await dataFolder();
  const rows = Array.from({ length: 60 }, (_, i) => `${i * 0.37},${(i * 7) % 13},${i * 1.11 + 0.5}`);
  await writeFiles(folder.path, { 'data.csv': `a,b,y\n${rows.join('\n')}\n` });
  const { manifest } = await importFrom(folder, ['data.csv'], { target: 'y' });
  const trained = await trainHere(folder, manifest, trainSettings('mlp', { epochs: 1, batchSize: 16 }));
  expect((await failure(judge(folder.blobs, [part(trained, ['test'])]))).code).toBe('not_a_classifier');
});

it(
  'ends where it is cancelled, while samples are read or at any piece of the work',
  async () => {
    const folder = await dataFolder();
    const manifest = await barsVersion(folder.blobs, 120);
    const trained = await trainHere(folder, manifest, trainSettings('cnn', { epochs: 1 }));
    const params = { blobs: folder.blobs, basis: 'held' as const, folds: null, threads: 1 };
    const runs = [part(trained, ['validation', 'test'])];
    const cancelled = new Error('cancelled');
    const after = (pauses: number) => {
      let heard = 0;
      const pause = () => (heard++ < pauses ? Promise.resolve() : Promise.reject(cancelled));
      return { work: judgeQuality({ ...params, runs }, hereContext({ pause })), heard: () => heard };
    };
    const whole = after(Infinity);
    const { samples } = await whole.work;
    expect(samples).toBe(48);
    for (const share of [0, 0.3, 0.6, 0.9, 1]) {
      const pauses = Math.floor(share * (whole.heard() - 1));
      await expect(after(pauses).work, `${pauses} of ${whole.heard()}`).rejects.toBe(cancelled);
    }
    // Nothing pauses while DuckDB and the disk are waited for.
    const abort = new AbortController();
    const progress = ({ stage }: { stage: string }): void => void (stage === 'reading' && abort.abort(cancelled));
    const reading = judgeQuality({ ...params, runs }, hereContext({ signal: abort.signal, progress }));
    await expect(reading).rejects.toBe(cancelled);
  },
  trainingTime,
);
