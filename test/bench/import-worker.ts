// One piece of work of import.bench.ts, in a process of its own, which prints what it took: a `Done`.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { importDataset } from '../../src-main/datasets/import.ts';
import { profileVersion } from '../../src-main/datasets/profile/profile.ts';
import { loadTrainingData } from '../../src-main/datasets/training-data.ts';
import { batchBuffers, EpochOrder, Gatherer } from '../../src-main/runtime/batches.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';

export type Work = 'copy' | 'import' | 'profile' | 'feed';
export interface Done {
  /** Of the work, the start of the process left out. */
  seconds: number;
  /** The same on all cores together. */
  processor: number;
  peakMB: number;
  /** `feed`: how many were put into batches. */
  samples?: number;
}

const [what, from, to] = process.argv.slice(2) as [Work, string, string];
/** The manifest of what was last imported lies beside its blobs. */
const kept = (blobs: string): string => join(dirname(blobs), 'manifest.json');
const manifestOf = (blobs: string): Manifest => JSON.parse(readFileSync(kept(blobs), 'utf8')) as Manifest;

let started = performance.now();
let before = process.cpuUsage();
let samples: number | undefined;
switch (what) {
  case 'copy': {
    const duck = await DuckDBInstance.create(':memory:');
    const connection = await duck.connect();
    await connection.run(`COPY (SELECT * FROM read_csv('${from}')) TO '${to}' (FORMAT parquet)`);
    break;
  }
  case 'import': {
    const quiet = { progress: () => undefined, signal: new AbortController().signal };
    const { manifest } = await importDataset({ blobs: to, paths: [from], splitSeed: 1 }, quiet);
    writeFileSync(kept(to), JSON.stringify(manifest));
    break;
  }
  case 'profile':
    await profileVersion(from, manifestOf(from));
    break;
  case 'feed': {
    const { splits } = await loadTrainingData(from, manifestOf(from));
    const [batch, epochs] = [32, 20];
    const { train } = splits;
    const order = new EpochOrder(1, train.count);
    const gatherer = new Gatherer(train);
    const buffers = batchBuffers(train, batch);
    // From here on: what a run does again and again.
    started = performance.now();
    before = process.cpuUsage();
    for (let epoch = 0; epoch < epochs; epoch++) {
      order.begin(epoch);
      for (let at = 0; at < train.count; at += batch) {
        gatherer.gather(order.order, at, Math.min(batch, train.count - at), buffers);
      }
    }
    samples = train.count * epochs;
    break;
  }
}
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
const done: Done = {
  seconds,
  processor: (user + system) / 1e6,
  peakMB: process.resourceUsage().maxRSS / 1024,
  samples,
};
console.log(JSON.stringify(done));
