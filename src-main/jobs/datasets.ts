import { basename } from 'node:path';
import * as datasets from '../db/datasets.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { DatasetVersion } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { newId, type DatasetId, type VersionId } from '../shared/ids.ts';
import type { ImportKind, ReviseParams } from '../shared/job.ts';
import { isSplitAs, type SplitWish } from '../shared/split.ts';
import { datasetChanged, type Context } from './context.ts';
import { unheard, type Started } from './work.ts';

export interface ImportRequest {
  /** Absolute. */
  paths: string[];
  name?: string;
  /** Which of the things that the files hold, where there are several: see `ImportOffer`. */
  kind?: ImportKind;
  file?: string;
  sheet?: string;
  /** A table's target column; guessed when absent, none when null. */
  target?: string | null;
  /** Sounds: samples a second; the most common of theirs when absent. */
  sampleRate?: number;
  splitSeed?: number;
}

export interface Imported {
  dataset: DatasetId;
  version: VersionId;
  name: string;
  /** The same data was here already, read the same way: that dataset is the result. */
  reused: boolean;
}

/** Reads files into a new dataset. */
export function importData(context: Context, request: ImportRequest): Started<Imported> {
  const { store } = context;
  const name = request.name?.trim();
  if (name && datasets.freeDatasetName(store, name) !== name) throw datasets.nameTaken(name);
  let imported: Imported | undefined;
  let made: DatasetVersion | undefined;
  const { job, result } = context.queue.submit({
    kind: 'import',
    title: name ?? titleOf(request.paths),
    params: {
      blobs: workspaceFiles.blobs(store.folder),
      paths: request.paths,
      kind: request.kind,
      file: request.file,
      sheet: request.sheet,
      target: request.target,
      sampleRate: request.sampleRate,
      splitSeed: request.splitSeed ?? 0,
    },
    finished({ manifest, suggestedName }, now) {
      const same = datasets.findSameVersion(store, manifest);
      if (same && (!name || name === same.name)) {
        imported = { ...same, reused: true };
        return { dataset: same.dataset };
      }
      const dataset = newId('dataset', now);
      const free = datasets.freeDatasetName(store, name ?? (suggestedName || 'dataset'));
      made = {
        id: newId('version', now),
        dataset,
        number: 1,
        createdAt: now,
        change: `imported from ${titleOf(request.paths)}`,
        manifest,
      };
      datasets.insertDataset(store, { id: dataset, name: free, createdAt: now });
      datasets.insertVersion(store, made);
      imported = { dataset, version: made.id, name: free, reused: false };
      return { dataset };
    },
    settled(status) {
      if (status !== 'finished' || !made || !imported) return;
      const fact = { id: made.dataset, name: imported.name, createdAt: made.createdAt, archived: false };
      datasetChanged(context, made.dataset, { dataset: fact }, { version: made });
    },
  });
  return { job, result: unheard(result.then(() => imported!)) };
}

export interface ReviseRequest extends Pick<ReviseParams, 'columns' | 'target' | 'split' | 'together' | 'recipe'> {
  version: VersionId;
}

/** Makes the next version of a dataset from one of its versions: other column types, roles, target, split or recipe. */
export function revise(context: Context, request: ReviseRequest): Started<DatasetVersion> {
  const { store } = context;
  const { version, ...changes } = request;
  const parent = datasets.getVersion(store, version);
  const { summary } = datasets.getDataset(store, parent.dataset);
  let made: DatasetVersion | undefined;
  const { job, result } = context.queue.submit({
    kind: 'revise',
    title: summary.name,
    dataset: parent.dataset,
    params: { blobs: workspaceFiles.blobs(store.folder), manifest: parent.manifest, ...changes },
    finished({ manifest, change }, now) {
      made = {
        id: newId('version', now),
        dataset: parent.dataset,
        number: datasets.nextVersionNumber(store, parent.dataset),
        createdAt: now,
        change,
        manifest,
      };
      datasets.insertVersion(store, made);
      return { dataset: parent.dataset };
    },
    settled(status) {
      if (status === 'finished' && made) datasetChanged(context, parent.dataset, { version: made });
    },
  });
  return { job, result: unheard(result.then(() => made!)) };
}

/** The version itself, or the newest of its dataset that has this target, or a new one made for it. */
export async function versionWithTarget(context: Context, id: VersionId, target: string): Promise<DatasetVersion> {
  const version = datasets.getVersion(context.store, id);
  if (version.manifest.kind !== 'table') {
    throw new AtelierError(
      'no_such_column',
      `${version.manifest.kind === 'audio' ? 'Sounds' : 'Images'} have no columns, so there is no target "${target}" to choose: their classes are the target. Leave --target out.`,
    );
  }
  if (version.manifest.target === target) return version;
  if (!version.manifest.columns.some((column) => column.name === target)) {
    throw new AtelierError(
      'no_such_column',
      `There is no column "${target}". The columns are: ${version.manifest.columns.map((column) => column.name).join(', ')}.`,
    );
  }
  const { versions } = datasets.getDataset(context.store, version.dataset);
  for (const other of versions) {
    const candidate = datasets.getVersion(context.store, other.id);
    if (candidate.manifest.target === target) return candidate;
  }
  return revise(context, { version: id, target }).result;
}

/** A version of the same samples and target that is divided just so: this one, the newest of its dataset, or a new one. */
export async function versionWithSplit(context: Context, id: VersionId, split: SplitWish): Promise<DatasetVersion> {
  const version = datasets.getVersion(context.store, id);
  const { samples, blobs, target } = version.manifest;
  const { versions } = datasets.getDataset(context.store, version.dataset);
  for (const { manifest, ...candidate } of versions.map((other) => datasets.getVersion(context.store, other.id))) {
    const same =
      manifest.samples === samples &&
      manifest.target === target &&
      (['table', 'images', 'sounds', 'labels'] as const).every((blob) => manifest.blobs[blob] === blobs[blob]);
    if (same && manifest.split && isSplitAs(manifest.split, split)) return { ...candidate, manifest };
  }
  return revise(context, { version: id, split }).result;
}

/** The version itself, or the newest of its dataset with the same folds and this one for testing, or a new one. `fold`: from 0. */
export async function versionWithFold(context: Context, id: VersionId, fold: number): Promise<DatasetVersion> {
  const version = datasets.getVersion(context.store, id);
  const { split, blobs, target } = version.manifest;
  if (!blobs.folds || split?.how !== 'folds') {
    throw new AtelierError(
      'no_folds',
      'The dataset is not divided into folds. Divide it so first (atelier data split NAME --split folds).',
    );
  }
  if (split.fold === fold) return version;
  for (const other of datasets.getDataset(context.store, version.dataset).versions) {
    const candidate = datasets.getVersion(context.store, other.id);
    const { manifest } = candidate;
    const same =
      (['folds', 'table', 'images', 'sounds', 'labels'] as const).every(
        (blob) => manifest.blobs[blob] === blobs[blob],
      ) && manifest.target === target;
    if (same && manifest.split?.fold === fold) return candidate;
  }
  const { how, seed, column, pattern, folds, fractions } = split;
  const wish = { how, seed, column, pattern, folds, fold, validation: fractions.validation, test: fractions.test };
  return revise(context, { version: id, split: wish }).result;
}

export function renameDataset(context: Context, id: DatasetId, name: string): void {
  context.store.transaction(() => datasets.renameDataset(context.store, id, name));
  told(context, id);
}

/** Hides a dataset, or shows it again. Its samples, versions and runs stay. */
export function archiveDataset(context: Context, id: DatasetId, archived: boolean): void {
  context.store.transaction(() => datasets.archiveDataset(context.store, id, archived));
  told(context, id);
}

function told(context: Context, id: DatasetId): void {
  const { name, createdAt, archived } = datasets.getDataset(context.store, id).summary;
  datasetChanged(context, id, { dataset: { id, name, createdAt, archived } });
}

function titleOf(paths: readonly string[]): string {
  const first = basename(paths[0] ?? '');
  return paths.length > 1 ? `${first} and ${paths.length - 1} more` : first;
}
