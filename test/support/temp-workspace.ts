import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { insertDataset, insertVersion } from '../../src-main/db/datasets.ts';
import { openStore, type ReadStore, type WriteStore } from '../../src-main/db/open.ts';
import { insertRun } from '../../src-main/db/runs.ts';
import type { DatasetVersion, Manifest } from '../../src-main/shared/dataset.ts';
import { newId, type RunId } from '../../src-main/shared/ids.ts';
import type { TrainSettings } from '../../src-main/shared/run.ts';

export const repository = resolve(import.meta.dirname, '../..');
export const migrationsFolder = join(repository, 'migrations');

/** A folder of its own for one test, gone after it. */
export function tempFolder(name = 'atelier-test'): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openWriter(folder: string, migrations = migrationsFolder): WriteStore {
  return openStore(folder, { mode: 'write', owner: 'a test', migrations, appVersion: '0.0.0-test' });
}

export function openReader(folder: string): ReadStore {
  return openStore(folder, { mode: 'read', migrations: migrationsFolder, appVersion: '0.0.0-test' });
}

/** A small table's manifest; blobs are names only. */
export function sampleManifest(change: Partial<Manifest> = {}): Manifest {
  return {
    kind: 'table',
    samples: 6,
    columns: [
      { name: 'width', type: 'number', role: 'feature', missing: 0, distinct: 6, min: 0, max: 5, mean: 2.5 },
      { name: 'species', type: 'category', role: 'target', missing: 0, distinct: 2, top: [{ value: 'a', count: 3 }] },
    ],
    target: 'species',
    task: 'classification',
    classes: [
      { name: 'a', count: 3 },
      { name: 'b', count: 3 },
    ],
    image: null,
    splits: { train: 4, validation: 1, test: 1 },
    splitSource: 'stratified',
    splitSeed: 0,
    blobs: { table: 'a'.repeat(64), split: 'b'.repeat(64) },
    sources: [{ name: 'small.csv', bytes: 60, sha256: 'c'.repeat(64) }],
    rejectedCount: 0,
    rejected: [],
    notes: [],
    ...change,
  };
}

export const sampleSettings: TrainSettings = {
  architecture: 'mlp',
  architectureSettings: { hidden: '64' },
  epochs: 3,
  batchSize: 32,
  optimizer: 'adam',
  learningRate: 0.001,
  schedule: 'cosine',
  weightDecay: 0,
  seed: 1,
  device: 'cpu',
  threads: 1,
  patience: 0,
};

/** Rows without files or processes: for tests of the store alone. */
export function addDataset(store: WriteStore, name = 'small', manifest = sampleManifest()): DatasetVersion {
  const dataset = newId('dataset');
  const version: DatasetVersion = {
    id: newId('version'),
    dataset,
    number: 1,
    createdAt: Date.now(),
    change: 'imported from small.csv',
    manifest,
  };
  store.transaction(() => {
    insertDataset(store, { id: dataset, name, createdAt: version.createdAt });
    insertVersion(store, version);
  });
  return version;
}

export function addRun(store: WriteStore, version: DatasetVersion, name = 'small · mlp'): RunId {
  const id = newId('run');
  insertRun(store, {
    id,
    name,
    version: version.id,
    task: 'classification',
    settings: sampleSettings,
    createdAt: Date.now(),
  });
  return id;
}
