import * as rows from '../../db/datasets.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { DatasetDetail, DatasetSummary, DatasetVersion, OriginalsReport } from '../../shared/dataset.ts';
import type { DatasetId, JobId, VersionId } from '../../shared/ids.ts';
import type { SplitPreview, SplitWish } from '../../shared/split.ts';
import type { DataExportParams, DataExportResult } from '../../shared/work/export-data.ts';
import type { ImportOffer } from '../../shared/work/import.ts';
import type { Context } from '../context.ts';
import * as acts from '../datasets.ts';
import type { Imported, ImportRequest, ReviseRequest } from '../datasets.ts';
import * as originals from '../originals.ts';
import type { Relinked } from '../originals.ts';
import type { Reader } from '../reader.ts';
import type { Started } from '../work.ts';

/** The datasets of a workspace and their versions. */
export class StudioDatasets {
  readonly #context: Context;
  readonly #reader: Reader;
  readonly #blobs: string;

  constructor(context: Context, reader: Reader) {
    this.#context = context;
    this.#reader = reader;
    this.#blobs = workspaceFiles.blobs(context.store.folder);
  }

  /** What files hold, before anything is imported. */
  offer(paths: string[]): Promise<ImportOffer[]> {
    return this.#reader.offer(paths);
  }
  import(request: ImportRequest): Started<Imported> {
    return acts.importData(this.#context, request);
  }
  /** Reads the source of a dataset again: its next version is what has changed. */
  importInto(dataset: DatasetId, more?: Parameters<typeof acts.importInto>[2]): Started<Imported> {
    return acts.importInto(this.#context, dataset, more);
  }
  /** Does an import once more that failed or was cut short, from where it was as far as that is known. */
  importAgain(job: JobId): Started<Imported> {
    return acts.importAgain(this.#context, job);
  }
  /** Writes samples of a version and their annotations, or a table's rows, as files. */
  export(
    version: VersionId,
    how: Omit<DataExportParams, 'blobs' | 'manifest' | 'name' | 'newest'>,
  ): Started<DataExportResult> {
    const { store, queue } = this.#context;
    const { dataset } = this.version(version);
    const { name } = this.get(dataset).summary;
    return queue.submit({
      kind: 'export-data',
      title: name,
      dataset,
      params: { blobs: this.#blobs, ...originals.withNewest(store, version), name, ...how },
    });
  }

  list(options?: { archived?: boolean }): DatasetSummary[] {
    return rows.listDatasets(this.#context.store, options);
  }
  get(id: DatasetId, version?: VersionId): DatasetDetail {
    return rows.getDataset(this.#context.store, id, version);
  }
  version(id: VersionId): DatasetVersion {
    return rows.getVersion(this.#context.store, id);
  }
  rename(id: DatasetId, name: string): void {
    acts.renameDataset(this.#context, id, name);
  }
  archive(id: DatasetId, archived: boolean): void {
    acts.archiveDataset(this.#context, id, archived);
  }

  revise(request: ReviseRequest): Started<DatasetVersion> {
    return acts.revise(this.#context, request);
  }
  /** The version itself where its target is this column, else another version of its dataset, else a new one. */
  withTarget(version: VersionId, target: string): Promise<DatasetVersion> {
    return acts.versionWithTarget(this.#context, version, target);
  }
  /** What dividing a version so would give, before it is done. */
  previewSplit(version: VersionId, split: SplitWish): Promise<SplitPreview> {
    return this.#reader.previewSplit(this.#blobs, this.version(version).manifest, split);
  }
  /** The version itself or another one of its dataset that is divided just so, else a new one. */
  withSplit(version: VersionId, split: SplitWish): Promise<DatasetVersion> {
    return acts.versionWithSplit(this.#context, version, split);
  }
  /** The version itself where this fold is its test split, else another version of its dataset with the same folds, else a new one. */
  withFold(version: VersionId, fold: number): Promise<DatasetVersion> {
    return acts.versionWithFold(this.#context, version, fold);
  }

  /** How the files of a version's images stand that were left where they were; null where none were. */
  async originals(version: VersionId): Promise<OriginalsReport | null> {
    const { manifest, newest } = originals.withNewest(this.#context.store, version);
    if (!manifest.blobs.references) return null;
    return this.#reader.originals(this.#blobs, manifest, newest);
  }
  /** Looks for those files in a folder. */
  relink(dataset: DatasetId, folder: string): Started<Relinked> {
    return originals.relinkDataset(this.#context, dataset, folder);
  }
}
