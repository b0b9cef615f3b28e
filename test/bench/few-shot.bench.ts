// How right the suggestions are that follow from few labels, by how many there are and in which order samples were labelled: by lot, or what tells most
// of the others first, as the window does. A person is played by the labels that the data have; every ten labels it is worked out anew. Right is
// counted over samples of the test split, none of which is ever labelled. At the end the time from the hundredth label to its suggestions.
//   npm run bench -- few-shot
//   BENCH_IMAGES=<folder of IDX files>  BENCH_LABELS=100  BENCH_STARTS=6  BENCH_SEEDS=6  BENCH_THREADS=2  BENCH_ENCODER=<.onnx>
// Images are the glyphs of the bundled sample, and Fashion-MNIST of Debian's package dataset-fashion-mnist, where nothing is said. Of what tells most
// first it is tried as often as BENCH_STARTS says: first with all that may be labelled, then each time without another tenth of it, drawn by lot.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBlob } from '../../src-main/datasets/blobs.ts';
import { importDataset } from '../../src-main/datasets/import.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { FewShotParams } from '../../src-main/shared/few-shot.ts';
import { Random } from '../../src-main/shared/random.ts';
import { learnFew } from '../../src-main/utility/work/few-shot/learn.ts';
import { hereContext } from '../support/train-here.ts';

const folders = process.env.BENCH_IMAGES
  ? [process.env.BENCH_IMAGES]
  : ['resources/samples/glyphs', '/usr/share/datasets/fashion-mnist'];
const most = Number(process.env.BENCH_LABELS ?? 100);
const starts = Number(process.env.BENCH_STARTS ?? 6);
const seeds = Number(process.env.BENCH_SEEDS ?? 6);
const threads = Number(process.env.BENCH_THREADS ?? 2);
const encoder = process.env.BENCH_ENCODER ?? null;
const perTurn = 10;
const quiet = { progress: () => undefined, signal: new AbortController().signal };
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

interface Known {
  blobs: string;
  manifest: Manifest;
  labels: Int32Array;
  /** 0, 1 or 2: train, validation, test. */
  splits: Uint8Array;
}

interface Tried {
  /** Of the test split, by turns. */
  right: number[];
  /** From the last label to its suggestions, the embedding being there. */
  seconds: number;
  foretold: string;
}

/** `own`: in the order that tells most first; else by lot. */
async function loop(known: Known, own: boolean, seed: number): Promise<Tried> {
  const { blobs, manifest, labels, splits } = known;
  const random = new Random(seed);
  const lot = Int32Array.from(labels.keys()).filter((i) => splits[i] !== 2);
  random.shuffle(lot);
  const free = own && seed > 1 ? lot.subarray(lot.length / 10).toSorted() : lot.toSorted();
  const labelled: number[] = [];
  const right: number[] = [];
  let [seconds, foretold] = [0, ''];
  const learn = async (): Promise<Awaited<ReturnType<typeof learnFew>>> => {
    const samples = Int32Array.from(labelled).sort();
    const done = new Set(labelled);
    const open = free.filter((sample) => !done.has(sample));
    const params: FewShotParams = {
      ...{ blobs, manifest, samples, open, encoder, threads, way: 'telling' },
      classes: samples.map((sample) => labels[sample]),
      count: manifest.classes.length,
    };
    const began = performance.now();
    const found = await learnFew(params, hereContext());
    seconds = (performance.now() - began) / 1000;
    return found;
  };
  let found = await learn();
  while (labelled.length < most) {
    const next = own ? found.next : lot.subarray(labelled.length);
    labelled.push(...next.subarray(0, Math.min(perTurn, most - labelled.length)));
    found = await learn();
    let [of, hits] = [0, 0];
    found.samples.forEach((sample, i) => {
      if (splits[sample] !== 2) return;
      of++;
      if (found.best[i] === labels[sample]) hits++;
    });
    right.push(of === 0 ? 0 : hits / of);
    foretold = `${found.right.right}/${found.right.of}`;
  }
  return { right, seconds, foretold };
}

for (const folder of folders) {
  if (!existsSync(folder)) {
    console.log(`${folder}: not there, left out`);
    continue;
  }
  const path = mkdtempSync(join(tmpdir(), 'atelier-few-shot-'));
  try {
    const blobs = join(path, 'blobs');
    const paths = readdirSync(folder).map((name) => join(folder, name));
    const { manifest } = await importDataset({ blobs, paths, splitSeed: 1 }, quiet);
    const labels = new Int32Array((await readBlob(blobs, manifest.blobs.labels!)).slice().buffer);
    const splits = await readBlob(blobs, manifest.blobs.split!);
    const known = { blobs, manifest, labels, splits };
    const began = performance.now();
    const owns = [await loop(known, true, 1)];
    console.log(`${folder}: ${manifest.samples} samples, ${((performance.now() - began) / 1000).toFixed(0)} s in all`);
    for (let seed = 2; seed <= starts; seed++) owns.push(await loop(known, true, seed));
    const lots: Tried[] = [];
    for (let seed = 1; seed <= seeds; seed++) lots.push(await loop(known, false, seed));
    console.log('labels   telling first: mean, median (range)      by lot: mean, median (range)');
    owns[0].right.forEach((_, turn) => {
      const columns = [owns, lots].map((tries) => {
        const by = tries.map(({ right }) => right[turn]);
        if (by.length === 0) return '';
        const range = `${percent(Math.min(...by))}–${percent(Math.max(...by))}`;
        return `${percent(mean(by))}, ${percent(median(by))} (${range})`.padEnd(40);
      });
      console.log(`${String((turn + 1) * perTurn).padStart(6)}   ${columns.join('  ')}`);
    });
    const seconds = owns.map((one) => one.seconds);
    const longest = `${median(seconds).toFixed(1)} s (${Math.max(...seconds).toFixed(1)} s at most)`;
    console.log(`of its own labels foretold: ${owns[0].foretold}; from the last label to suggestions: ${longest}`);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
