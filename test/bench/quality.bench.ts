// How many wrong labels are found, and how many of those found are wrong: a share of them is given another class by lot, and counted against what was
// planted alone: the sets have wrong labels of their own, which count as false.
//   npm run bench -- quality            BENCH_IMAGES=<folder of IDX files>  BENCH_TEXTS=<TSV: label, text>  BENCH_TABLE=<CSV, its target last>
//                                       BENCH_WRONG=0.02,0.05,0.1 (shares)  BENCH_SEEDS=1,2  BENCH_THREADS=1
//                                       BENCH_SETS=images,texts (those whose names begin so; else all)
//                                       BENCH_FOLDS=5: every sample judged by the run of its fold, too; else by the other samples alone, as with --train
// Where nothing is said: Fashion-MNIST of Debian's package dataset-fashion-mnist where it is installed, and two generated sets.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectureOf } from '../../src-main/architectures/index.ts';
import { readBlob, writeBlob } from '../../src-main/datasets/blobs.ts';
import { importDataset } from '../../src-main/datasets/import.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import { splitNames, type Manifest } from '../../src-main/shared/dataset.ts';
import type { QualityParams } from '../../src-main/shared/work/judge.ts';
import { Random } from '../../src-main/shared/random.ts';
import { trainingDefaults } from '../../src-main/shared/training-defaults.ts';
import { judgeQuality } from '../../src-main/utility/work/judge-quality.ts';
import { barsVersion, hereContext, trainHere, trainSettings } from '../support/train-here.ts';

const images = process.env.BENCH_IMAGES ?? '/usr/share/datasets/fashion-mnist';
const texts = process.env.BENCH_TEXTS ?? '';
const table = process.env.BENCH_TABLE ?? '';
const folds = Number(process.env.BENCH_FOLDS ?? 1);
const wanted = (process.env.BENCH_SETS ?? '').toLowerCase().split(',');
const threads = Number(process.env.BENCH_THREADS ?? 1);
const numbers = (list: string): number[] => list.split(',').map(Number);
const shares = numbers(process.env.BENCH_WRONG ?? '0.02,0.05,0.1');
const seeds = numbers(process.env.BENCH_SEEDS ?? '1,2');

interface Planted {
  manifest: Manifest;
  wrong: Set<number>;
}
const quiet = { progress: () => undefined, signal: new AbortController().signal };

interface Planting {
  share: number;
  seed: number;
}
type Plant = (blobs: string, folder: string, planting: Planting) => Promise<Planted>;

/** Numbers of classes, of which a share is made another one, each as likely. */
function plant(labels: Int32Array, classes: number, { share, seed }: Planting): Set<number> {
  const random = new Random(seed);
  const wrong = new Set<number>();
  labels.forEach((label, i) => {
    if (random.uniform() >= share) return;
    labels[i] = (label + 1 + random.below(classes - 1)) % classes;
    wrong.add(i);
  });
  return wrong;
}

async function relabelled(blobs: string, manifest: Manifest, planting: Planting): Promise<Planted> {
  const labels = new Int32Array((await readBlob(blobs, manifest.blobs.labels!)).slice().buffer);
  const wrong = plant(labels, manifest.classes.length, planting);
  const classes = manifest.classes.map(({ name }, k) => ({
    name,
    count: labels.filter((label) => label === k).length,
  }));
  const stored = await writeBlob(blobs, new Uint8Array(labels.buffer));
  return { manifest: { ...manifest, classes, blobs: { ...manifest.blobs, labels: stored } }, wrong };
}

const plantedImages: Plant = async (blobs, _folder, planting) => {
  const names = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];
  const paths = names.map((name) => join(images, `${name}-ubyte.gz`));
  const { manifest } = await importDataset({ blobs, paths, splitSeed: 1 }, quiet);
  return relabelled(blobs, manifest, planting);
};

/** Bright bars that lie or stand, in noise. */
const plantedBars: Plant = async (blobs, _folder, planting) =>
  relabelled(blobs, await barsVersion(blobs, 2000, 12), planting);

/** Of lines of which one part is the class. */
async function plantedLines(
  lines: string[],
  cut: (line: string) => [rest: string, label: string],
  write: (rows: [rest: string, label: string][]) => string,
  planting: Planting,
  { blobs, path, target }: { blobs: string; path: string; target: string },
): Promise<Planted> {
  const rows = lines.map(cut);
  const names = [...new Set(rows.map(([, label]) => label))];
  const labels = Int32Array.from(rows, ([, label]) => names.indexOf(label));
  const wrong = plant(labels, names.length, planting);
  writeFileSync(path, write(rows.map(([rest], i) => [rest, names[labels[i]]])));
  const { manifest } = await importDataset({ blobs, paths: [path], splitSeed: 1, target }, quiet);
  // A row that could not be read would move those behind it.
  if (manifest.samples !== lines.length) throw new Error(`${manifest.rejectedCount} lines were not read.`);
  return { manifest, wrong };
}

const plantedTextLines =
  (lines: string[]): Plant =>
  (blobs, folder, planting) =>
    plantedLines(
      lines,
      (line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t'))],
      (rows) => `label\ttext\n${rows.map(([text, label]) => `${label}\t${text}`).join('\n')}\n`,
      planting,
      { blobs, path: join(folder, 'texts.tsv'), target: 'label' },
    );

const plantedTable: Plant = (blobs, folder, planting) => {
  const [head, ...lines] = readFileSync(table, 'utf8').split(/\r?\n/).filter(Boolean);
  return plantedLines(
    lines,
    (line) => [line.slice(0, line.lastIndexOf(',')), line.slice(line.lastIndexOf(',') + 1)],
    // So that numbers are classes.
    (rows) => `${head}\n${rows.map(([rest, label]) => `${rest},class ${label}`).join('\n')}\n`,
    planting,
    { blobs, path: join(folder, 'table.csv'), target: head.slice(head.lastIndexOf(',') + 1).replaceAll('"', '') },
  );
};

/** Sentences of two subjects, with words of either in both now and then. */
function sentences(): string[] {
  const random = new Random(3);
  const words = Array.from({ length: 300 }, (_, i) => `w${i.toString(36)}`);
  return Array.from({ length: 2000 }, (_, i) => {
    const own = i % 2;
    const text = Array.from({ length: 8 + random.below(12) }, () => {
      const kind = random.uniform();
      return words[kind < 0.6 ? random.below(100) : 100 + 100 * (kind < 0.95 ? own : 1 - own) + random.below(100)];
    });
    return `${own === 0 ? 'one' : 'other'}\t${text.join(' ')}`;
  });
}

async function judge(name: string, architecture: string, planted: Plant, planting: Planting): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'atelier-quality-'));
  try {
    const blobs = join(path, 'blobs');
    const { manifest, wrong } = await planted(blobs, path, planting);
    const runs: QualityParams['runs'] = [];
    let version = manifest;
    for (let fold = 0; fold < folds; fold++) {
      if (folds > 1) {
        const split = { how: 'folds', folds, fold, seed: 1, validation: 0.1, test: 0.1 } as const;
        version = (await reviseDataset({ blobs, manifest: version, split })).manifest;
      }
      const defaults = trainingDefaults(architectureOf(architecture), version.splits.train);
      // A run that has learnt from the samples has no say in their labels, so it need not learn long.
      const settings = trainSettings(architecture, { ...defaults, threads, ...(folds > 1 ? {} : { epochs: 1 }) });
      const { runFolder } = await trainHere({ path, blobs }, version, settings, `fold ${fold}`);
      runs.push({ runFolder, settings, manifest: version, splits: folds > 1 ? ['test'] : [...splitNames] });
    }
    const basis = folds > 1 ? ('folds' as const) : ('all' as const);
    const cpu = process.cpuUsage();
    const params: QualityParams = { blobs, basis, folds: { covered: folds, of: folds }, runs, threads };
    const { labelErrors, samples, noise } = await judgeQuality(params, hereContext());
    const { user, system } = process.cpuUsage(cpu);
    const right = labelErrors.samples.filter(({ sample }) => wrong.has(sample)).length;
    const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
    console.log(
      `${name}, ${samples.toLocaleString('en')} samples, seed ${planting.seed}, ${wrong.size} labels wrong (${percent(wrong.size / samples)}): ` +
        `${labelErrors.count} named, recall ${percent(right / wrong.size)}, precision ${percent(right / labelErrors.samples.length)}, ` +
        `noise estimated ${percent(noise)}; ${((user + system) / 1e6).toFixed(0)} s of processor time`,
    );
    if (labelErrors.count > labelErrors.samples.length)
      console.log(`  counted of the first ${labelErrors.samples.length} only, which is all that the report lists`);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

const fashion = existsSync(join(images, 'train-images-idx3-ubyte.gz'));
const sets: [name: string, architecture: string, planted: Plant | null][] = [
  ['Bars (generated)', 'cnn', plantedBars],
  ['Sentences (generated)', 'textcnn', plantedTextLines(sentences())],
  ['Texts', 'textcnn', texts ? plantedTextLines(readFileSync(texts, 'utf8').split(/\r?\n/).filter(Boolean)) : null],
  ['Table', 'mlp', table ? plantedTable : null],
  ['Images', 'cnn', fashion ? plantedImages : null],
];
for (const [name, architecture, planted] of sets) {
  if (!wanted.some((begin) => name.toLowerCase().startsWith(begin))) continue;
  if (!planted) console.log(`${name}: not given, left out`);
  else for (const share of shares) for (const seed of seeds) await judge(name, architecture, planted, { share, seed });
}
