// Test accuracy, speed and memory at default settings, on the data that the acceptance of issue 2 names.
//   npm run bench -- accuracy            BENCH_DATA=<folder with adult.csv, …>  BENCH_THREADS=1
// Fashion-MNIST comes from Debian's package dataset-fashion-mnist; what is not there is left out.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { architectureOf } from '../../src-main/architectures/index.ts';
import { importDataset } from '../../src-main/datasets/import.ts';
import { trainingDefaults } from '../../src-main/shared/training-defaults.ts';
import { trainHere, trainSettings } from '../support/train-here.ts';

const data = process.env.BENCH_DATA ?? 'resources/samples';
const threads = Number(process.env.BENCH_THREADS ?? 1);
const fashion = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map(
  (name) => `/usr/share/datasets/fashion-mnist/${name}-ubyte.gz`,
);
const tasks = [
  { name: 'iris', paths: [join(data, 'iris.csv')], architecture: 'mlp', wanted: 0.93 },
  { name: 'adult', paths: [join(data, 'adult_train.csv')], architecture: 'mlp', wanted: 0.84 },
  { name: 'Fashion-MNIST', paths: fashion, architecture: 'mlp', wanted: 0.87 },
  { name: 'Fashion-MNIST', paths: fashion, architecture: 'cnn', wanted: 0.9 },
];

for (const { name, paths, architecture, wanted } of tasks) {
  if (!paths.every((path) => existsSync(path))) {
    console.log(`${name}: not here, left out`);
    continue;
  }
  const path = mkdtempSync(join(tmpdir(), 'atelier-accuracy-'));
  try {
    const blobs = join(path, 'blobs');
    const quiet = { progress: () => undefined, signal: new AbortController().signal };
    const { manifest } = await importDataset({ blobs, paths: paths.map((each) => resolve(each)), splitSeed: 1 }, quiet);
    const defaults = trainingDefaults(architectureOf(architecture), manifest.splits.train);
    const started = performance.now();
    const { result } = await trainHere(
      { path, blobs },
      manifest,
      trainSettings(architecture, { ...defaults, threads }),
    );
    const accuracy = result.metrics['test/accuracy'];
    console.log(
      `${name}, ${architecture}: test accuracy ${(accuracy * 100).toFixed(2)} % (wanted ${wanted * 100} %${accuracy < wanted ? ', MISSED' : ''}), ` +
        `${defaults.epochs} epochs in ${((performance.now() - started) / 1000).toFixed(1)} s, ` +
        `${Math.round(result.samplesPerSecond)} samples/s, peak ${Math.round(result.peakMemoryBytes / 2 ** 20)} MB`,
    );
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
