// How many wrong labels are found, and how many of those found are wrong: a share of them is given another class by lot, runs of all folds judge
// every sample, at default settings. Counted against what was planted alone: the sets have wrong labels of their own, which count as false.
//   npm run bench -- quality            BENCH_IMAGES=<folder of IDX files>  BENCH_TEXTS=<TSV: label, text>  BENCH_FOLDS=5  BENCH_THREADS=1
//                                       BENCH_WRONG=0.05 (the share)  BENCH_SEED=7
// Images are Fashion-MNIST of Debian's package dataset-fashion-mnist where nothing is said. What is not there is left out.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectureOf } from '../../src-main/architectures/index.ts';
import { readBlob, writeBlob } from '../../src-main/datasets/blobs.ts';
import { importDataset } from '../../src-main/datasets/import.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { QualityParams } from '../../src-main/shared/work/judge.ts';
import { Random } from '../../src-main/shared/random.ts';
import { trainingDefaults } from '../../src-main/shared/training-defaults.ts';
import { judgeQuality } from '../../src-main/utility/work/judge-quality.ts';
import { hereContext, trainHere, trainSettings } from '../support/train-here.ts';

const images = process.env.BENCH_IMAGES ?? '/usr/share/datasets/fashion-mnist';
const texts = process.env.BENCH_TEXTS ?? '';
const folds = Number(process.env.BENCH_FOLDS ?? 5);
const threads = Number(process.env.BENCH_THREADS ?? 1);
const planting = Number(process.env.BENCH_WRONG ?? 0.05);
const seed = Number(process.env.BENCH_SEED ?? 7);

interface Planted {
  manifest: Manifest;
  wrong: Set<number>;
}
const quiet = { progress: () => undefined, signal: new AbortController().signal };

async function plantedImages(blobs: string): Promise<Planted> {
  const names = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];
  const paths = names.map((name) => join(images, `${name}-ubyte.gz`));
  const { manifest } = await importDataset({ blobs, paths, splitSeed: 1 }, quiet);
  const labels = new Int32Array((await readBlob(blobs, manifest.blobs.labels!)).slice().buffer);
  const random = new Random(seed);
  const wrong = new Set<number>();
  const count = manifest.classes.length;
  labels.forEach((label, i) => {
    if (random.uniform() >= planting) return;
    labels[i] = (label + 1 + random.below(count - 1)) % count;
    wrong.add(i);
  });
  const classes = manifest.classes.map(({ name }, k) => ({
    name,
    count: labels.filter((label) => label === k).length,
  }));
  const stored = await writeBlob(blobs, new Uint8Array(labels.buffer));
  return { manifest: { ...manifest, classes, blobs: { ...manifest.blobs, labels: stored } }, wrong };
}

async function plantedTexts(blobs: string, folder: string): Promise<Planted> {
  const lines = readFileSync(texts, 'utf8').split(/\r?\n/).filter(Boolean);
  const names = [...new Set(lines.map((line) => line.slice(0, line.indexOf('\t'))))];
  const random = new Random(seed);
  const wrong = new Set<number>();
  const rows = lines.map((line, i) => {
    const cut = line.indexOf('\t');
    if (random.uniform() >= planting) return line;
    wrong.add(i);
    const place = names.indexOf(line.slice(0, cut)) + 1 + random.below(names.length - 1);
    return `${names[place % names.length]}${line.slice(cut)}`;
  });
  const path = join(folder, 'texts.tsv');
  writeFileSync(path, `label\ttext\n${rows.join('\n')}\n`);
  const { manifest } = await importDataset({ blobs, paths: [path], splitSeed: 1, target: 'label' }, quiet);
  // A row that could not be read would move those behind it.
  if (manifest.samples !== lines.length) throw new Error(`${manifest.rejectedCount} lines of ${texts} were not read.`);
  return { manifest, wrong };
}

async function judge(name: string, architecture: string, plant: (blobs: string, folder: string) => Promise<Planted>) {
  const path = mkdtempSync(join(tmpdir(), 'atelier-quality-'));
  try {
    const blobs = join(path, 'blobs');
    const { manifest, wrong } = await plant(blobs, path);
    const runs: QualityParams['runs'] = [];
    let version = manifest;
    for (let fold = 0; fold < folds; fold++) {
      const split = { how: 'folds', folds, fold, seed: 1, validation: 0.1, test: 0.1 } as const;
      version = (await reviseDataset({ blobs, manifest: version, split })).manifest;
      const defaults = trainingDefaults(architectureOf(architecture), version.splits.train);
      const settings = trainSettings(architecture, { ...defaults, threads });
      const { runFolder } = await trainHere({ path, blobs }, version, settings, `fold ${fold}`);
      runs.push({ runFolder, settings, manifest: version, splits: ['test'] });
    }
    const started = performance.now();
    const params: QualityParams = { blobs, basis: 'folds', folds: { covered: folds, of: folds }, runs, threads };
    const { labelErrors, samples, accuracy, noise } = await judgeQuality(params, hereContext());
    const right = labelErrors.samples.filter(({ sample }) => wrong.has(sample)).length;
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    console.log(
      `${name}, ${architecture}, ${samples.toLocaleString('en')} samples, ${wrong.size} labels wrong: ` +
        `${labelErrors.count} named, recall ${percent(right / wrong.size)}, precision ${percent(right / labelErrors.samples.length)}, ` +
        `noise estimated ${percent(noise)}; the runs agree with ${percent(accuracy)} of the labels; judged in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    if (labelErrors.count > labelErrors.samples.length)
      console.log(`  counted of the first ${labelErrors.samples.length} only, which is all that the report lists`);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

if (existsSync(texts)) await judge('Texts', 'textcnn', plantedTexts);
else console.log('Texts: not here, left out');
if (existsSync(join(images, 'train-images-idx3-ubyte.gz'))) await judge('Images', 'cnn', plantedImages);
else console.log('Images: not here, left out');
