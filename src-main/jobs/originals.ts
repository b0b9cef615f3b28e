import { sep } from 'node:path';
import * as datasets from '../db/datasets.ts';
import type { Readable } from '../db/connection.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { DatasetVersion, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { newId, type DatasetId, type VersionId } from '../shared/ids.ts';
import type { RelinkResult } from '../shared/work/import.ts';
import { datasetChanged, type Context } from './context.ts';
import { changedMeanwhile, type ImportRequest } from './datasets.ts';
import { unheard, type Started } from './work.ts';

export interface Relinked extends Pick<RelinkResult, 'found' | 'missing' | 'changed'> {
  dataset: DatasetId;
  /** The one there is already, where nothing lies elsewhere than was known. */
  version: VersionId;
  reused: boolean;
  files: number;
}

/** A version and, where its images were left where they are, the newest of its dataset: that one may know better where. */
export function withNewest(db: Readable, id: VersionId): { manifest: Manifest; newest?: Manifest } {
  const { dataset, manifest } = datasets.getVersion(db, id);
  if (!manifest.blobs.references) return { manifest };
  return { manifest, newest: datasets.getDataset(db, dataset).version.manifest };
}

/**
 * Looks in a folder for the files of a dataset that were left where they were; its next version knows where they are now. Its samples, and all that
 * was made of them, stay the same. Throws `not_referenced`.
 */
export function relinkDataset(context: Context, dataset: DatasetId, folder: string): Started<Relinked> {
  const { store } = context;
  const { summary, version: parent } = datasets.getDataset(store, dataset);
  if (!parent.manifest.blobs.references) {
    throw new AtelierError(
      'not_referenced',
      `The files of ${summary.name} were not left where they are, so none can be missing: all that it needs is in the workspace.`,
    );
  }
  const origin = datasets.getOrigin(store, dataset)?.origin as ImportRequest | undefined;
  let made: DatasetVersion | undefined;
  let relinked: Relinked | undefined;
  let asked: ImportRequest | undefined;
  const { job, result } = context.queue.submit({
    kind: 'relink',
    title: summary.name,
    dataset,
    params: { blobs: workspaceFiles.blobs(store.folder), manifest: parent.manifest, folder },
    finished({ manifest, change, found, missing, changed, moved, root }, now) {
      const counts = { found, missing, changed, files: manifest.samples };
      relinked = { dataset, version: parent.id, reused: !moved, ...counts };
      if (!moved) return { dataset };
      if (datasets.getDataset(store, dataset).summary.latestVersion !== parent.id) throw changedMeanwhile(summary.name);
      made = {
        id: newId('version', now),
        dataset,
        number: datasets.nextVersionNumber(store, dataset),
        createdAt: now,
        change,
        manifest,
      };
      asked = origin && { ...origin, paths: movedPaths(origin.paths, root) };
      datasets.insertVersion(store, made, asked);
      relinked.version = made.id;
      return { dataset };
    },
    settled(status) {
      if (status === 'finished' && made) datasetChanged(context, dataset, { version: made, origin: asked });
    },
  });
  return { job, result: unheard(result.then(() => relinked!)) };
}

/** Where what was imported lies now, so that it can be looked through for changes. */
function movedPaths(paths: readonly string[], { before, now }: RelinkResult['root']): string[] {
  const within = (path: string): boolean => path === before || path.startsWith(before + sep);
  if (paths.every(within)) return paths.map((path) => now + path.slice(before.length));
  return paths.length === 1 ? [now] : [...paths];
}
