import { basename } from 'node:path';
import * as datasets from '../db/datasets.ts';
import { dismissJob, getJob, getJobRequest } from '../db/jobs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { DatasetVersion, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { newId, type DatasetId, type JobId, type VersionId } from '../shared/ids.ts';
import type { Growth, ImportKind, ImportParams, Originals } from '../shared/work/import.ts';
import type { ReviseParams } from '../shared/work/revise.ts';
import type { Recipe } from '../shared/recipe.ts';
import { sameSamples } from '../shared/same-samples.ts';
import { isSplitAs, type SplitWish } from '../shared/split.ts';
import { datasetChanged, type Context } from './context.ts';
import { settleUnfinished, takeOver, unfinishedFolder } from './unfinished.ts';
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
  /** Tables: what stands between the classes that each cell of the target names; one class a cell when absent. */
  separator?: string;
  /** Images and sounds: a pattern of their names that gives the class; by their folders when absent. */
  classFrom?: string;
  /** Sounds: samples a second; the most common of theirs when absent. */
  sampleRate?: number;
  splitSeed?: number;
  /** Images: `copied` where left out; what is chosen there goes for the versions that come of it. */
  originals?: Originals;
  /** The files are those of this dataset, grown: its next version is made of them. `name`, `target` and `splitSeed` are as they are there. */
  into?: DatasetId;
  /** With `into`: a table's column that tells rows apart. */
  key?: string;
}

export interface Imported {
  dataset: DatasetId;
  version: VersionId;
  name: string;
  /** The same data was here already, read the same way: that dataset is the result. Of a source imported again: nothing has changed. */
  reused: boolean;
  /** Of a source imported again: what has changed. */
  growth?: Growth;
}

/** Of an import that failed so, what was done by then is of use when it is tried again. */
const goesOn: ReadonlySet<string> = new Set([
  'process_died',
  'process_silent',
  'source_vanished',
  'disk_error',
  'out_of_memory',
]);

/** Does an import once more that failed or was cut short, from where it was as far as that is known. Throws `cannot_resume`. */
export function importAgain(context: Context, id: JobId): Started<Imported> {
  const job = getJob(context.store, id);
  const request = job.again && job.kind === 'import' ? getJobRequest(context.store, id) : null;
  if (!request) {
    throw new AtelierError(
      'cannot_resume',
      `Job ${id} is no import that failed or was cut short. Import the files again from the beginning.`,
    );
  }
  return importData(context, request as ImportRequest, id);
}

/** Reads files into a new dataset. `before`: the import that this one goes on with. */
export function importData(context: Context, request: ImportRequest, before?: JobId): Started<Imported> {
  const { store } = context;
  const name = request.name?.trim();
  if (name && datasets.freeDatasetName(store, name) !== name) throw datasets.nameTaken(name);
  let imported: Imported | undefined;
  let made: DatasetVersion | undefined;
  const parent = request.into ? datasets.getDataset(store, request.into).version : undefined;
  const id = newId('job');
  if (before) takeOver(store, before, id);
  const { job, result } = context.queue.submit({
    kind: 'import',
    id,
    request,
    submitted: () => before && dismissJob(store, before),
    title: name ?? (parent ? datasets.getDataset(store, parent.dataset).summary.name : titleOf(request.paths)),
    dataset: parent?.dataset,
    params: {
      blobs: workspaceFiles.blobs(store.folder),
      paths: request.paths,
      kind: request.kind,
      file: request.file,
      sheet: request.sheet,
      target: request.target,
      separator: request.separator,
      classFrom: request.classFrom,
      sampleRate: request.sampleRate,
      originals: parent ? (parent.manifest.blobs.references ? 'referenced' : 'copied') : request.originals,
      splitSeed: request.splitSeed ?? 0,
      ...(parent && growParams(store, parent, request)),
      unfinished: unfinishedFolder(store, id),
    },
    finished({ manifest, suggestedName, growth }, now) {
      if (parent) {
        const { summary } = datasets.getDataset(store, parent.dataset);
        if (summary.latestVersion !== parent.id) throw changedMeanwhile(summary.name);
        // Of files that were left where they are it matters where that is.
        const elsewhere = manifest.blobs.references !== parent.manifest.blobs.references;
        const grown = growth!.added + growth!.removed + growth!.changed > 0 || elsewhere;
        imported = { dataset: parent.dataset, version: parent.id, name: summary.name, reused: !grown, growth };
        if (!grown) return { dataset: parent.dataset };
        const change = growthWords(growth!, titleOf(request.paths));
        made = {
          id: newId('version', now),
          dataset: parent.dataset,
          number: datasets.nextVersionNumber(store, parent.dataset),
          createdAt: now,
          change,
          manifest,
        };
        datasets.insertVersion(store, made, request);
        imported.version = made.id;
        return { dataset: parent.dataset };
      }
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
      datasets.insertVersion(store, made, request);
      imported = { dataset, version: made.id, name: free, reused: false };
      return { dataset };
    },
    failing(error) {
      if (!goesOn.has(error.code)) settleUnfinished(store, id);
    },
    settled(status, error) {
      settleUnfinished(store, id, status === 'failed' && goesOn.has(error!.code));
      if (status !== 'finished' || !made || !imported) return;
      const version = { version: made, origin: request };
      if (parent) return datasetChanged(context, made.dataset, version);
      const fact = { id: made.dataset, name: imported.name, createdAt: made.createdAt, archived: false };
      datasetChanged(context, made.dataset, { dataset: fact }, version);
    },
  });
  return { job, result: unheard(result.then(() => imported!)) };
}

/**
 * Reads the source of a dataset again, and makes its next version of what has changed. `more`: where it lies now, or in which other way it is to
 * be read. Throws `source_unknown`.
 */
export function importInto(
  context: Context,
  into: DatasetId,
  more: Pick<ImportRequest, 'kind' | 'file' | 'sheet' | 'key'> & { paths?: string[] } = {},
): Started<Imported> {
  const asked = (datasets.getOrigin(context.store, into)?.origin ?? null) as ImportRequest | null;
  const paths = more.paths ?? asked?.paths;
  if (!paths) {
    throw new AtelierError(
      'source_unknown',
      'It is not known which files this dataset came from. Say where they are: atelier import PATH --into DATASET.',
    );
  }
  const { kind = asked?.kind, file = asked?.file, sheet = asked?.sheet, key = asked?.key } = more;
  const { classFrom, target } = asked ?? {};
  return importData(context, { paths, kind, file, sheet, key, into, classFrom, target });
}

function growParams(
  store: Context['store'],
  { id, dataset, manifest }: DatasetVersion,
  { key, target }: ImportRequest,
): Pick<ImportParams, 'target' | 'separator' | 'splitSeed' | 'into'> {
  const { versions } = datasets.getDataset(store, dataset);
  const base = datasets.getOrigin(store, dataset)?.version ?? versions.at(-1)?.id ?? id;
  const { split } = manifest;
  return {
    // Of images and sounds it is the column of a table beside them that names their classes.
    target: manifest.kind === 'table' ? manifest.target : target,
    separator: manifest.columns.find(({ name }) => name === manifest.target)?.separator,
    splitSeed: manifest.splitSeed,
    into: {
      manifest,
      base: datasets.getVersion(store, base).manifest,
      key: key ?? (split?.how === 'hash' ? split.column : undefined),
    },
  };
}

/** In words for people: what the version's change says. */
export function growthWords({ added, removed, changed }: Growth, from: string): string {
  const parts = [
    added > 0 ? `${added} added` : '',
    removed > 0 ? `${removed} removed` : '',
    changed > 0 ? `${changed} changed` : '',
  ];
  return `${parts.filter(Boolean).join(', ') || '0 changed'}; imported again from ${from}`;
}

export const changedMeanwhile = (name: string): AtelierError =>
  new AtelierError('changed_meanwhile', `${name} got another version while its source was read. Import it again.`);

export interface ReviseRequest extends Pick<
  ReviseParams,
  'columns' | 'target' | 'split' | 'together' | 'recipe' | 'labels' | 'marks'
> {
  version: VersionId;
  /** The trial that it is made for, as people know it: such a version is none of the dataset's own. */
  trial?: string;
}

/** Makes the next version of a dataset from one of its versions: other column types, roles, target, split or recipe. */
export function revise(
  context: Context,
  request: ReviseRequest,
  /** In the transaction that stores it. */
  stored?: (version: DatasetVersion) => void,
): Started<DatasetVersion> {
  const { store } = context;
  const { version, trial, ...changes } = request;
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
        change: trial === undefined ? change : datasets.trialChange(trial, change),
        manifest,
      };
      datasets.insertVersion(store, made);
      stored?.(made);
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
  const { blobs, target, task } = version.manifest;
  const { versions } = datasets.getDataset(context.store, version.dataset);
  for (const { manifest, ...candidate } of versions.map((other) => datasets.getVersion(context.store, other.id))) {
    const same =
      sameSamples(manifest, version.manifest) &&
      manifest.target === target &&
      manifest.task === task &&
      manifest.blobs.labels === blobs.labels;
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
      sameSamples(manifest, version.manifest) &&
      manifest.target === target &&
      (['folds', 'labels'] as const).every((blob) => manifest.blobs[blob] === blobs[blob]);
    if (same && manifest.split?.fold === fold) return candidate;
  }
  const { how, seed, column, pattern, folds, fractions } = split;
  const wish = { how, seed, column, pattern, folds, fold, validation: fractions.validation, test: fractions.test };
  return revise(context, { version: id, split: wish }).result;
}

/** The newest version that this recipe made of the same rows; null where none was made yet. */
export function knownWithRecipe({ store }: Context, version: DatasetVersion, recipe: Recipe): DatasetVersion | null {
  const rows = beforeRecipe(version.manifest);
  const made = datasets.versionsHolding(store, version.dataset, JSON.stringify(recipe));
  return made.find(({ manifest }) => beforeRecipe(manifest) === rows) ?? null;
}

/** What a recipe begins with: the table, its split, and what is decided of its columns. */
const beforeRecipe = ({ blobs, raw, target, task }: Manifest): string =>
  JSON.stringify([
    blobs.raw,
    raw?.split,
    raw?.folds,
    raw?.marks?.annotations,
    raw?.files?.blobs,
    raw?.columns.map(({ name, type, role }) => [name, type, role]),
    target,
    task,
  ]);

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
