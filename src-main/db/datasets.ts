import { basename } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type {
  BlobHash,
  DatasetDetail,
  DatasetKind,
  DatasetSummary,
  DatasetVersion,
  Manifest,
} from '../shared/dataset.ts';
import type { DatasetId, VersionId } from '../shared/ids.ts';
import type { ReadFrom } from '../shared/work/import.ts';
import type { Readable, Writable } from './connection.ts';

interface SummaryRow {
  id: DatasetId;
  name: string;
  createdAt: number;
  archived: number;
  kind: DatasetKind;
  samples: number;
  classes: number;
  target: string | null;
  latestVersion: VersionId;
  versions: number;
}

/** What the change of a version says that was made for a trial, by the recipe which this one tried, and not by a person. */
export const trialChange = (trial: string, change: string): string => `trial ${trial}: ${change}`;

/** Such versions are found by their ids and through their runs; a dataset neither lists them nor takes one for its newest. */
const ofTrial = (v: string): string => `${v}.change LIKE 'trial %: recipe: %'`;

/** Newest first; archived ones only when asked for. */
export function listDatasets(db: Readable, options: { archived?: boolean } = {}): DatasetSummary[] {
  const rows = db.all<SummaryRow>(
    `SELECT d.id, d.name, d.created_at AS createdAt, d.archived,
            v.kind, v.samples, v.classes, v.target, v.id AS latestVersion, v.number AS versions
       FROM datasets d
       JOIN dataset_versions v ON v.dataset = d.id
      WHERE v.number = (SELECT max(number) FROM dataset_versions w WHERE dataset = d.id AND NOT ${ofTrial('w')})
        AND (d.archived = 0 OR @archived = 1)
      ORDER BY d.created_at DESC, d.id DESC`,
    { archived: options.archived ? 1 : 0 },
  );
  return rows.map((row) => ({ ...row, archived: row.archived === 1 }));
}

/** The dataset with one of its versions whole: the latest, unless another is named. */
export function getDataset(db: Readable, id: DatasetId, version?: VersionId): DatasetDetail {
  const summary = listDatasets(db, { archived: true }).find((dataset) => dataset.id === id);
  if (!summary) throw noDataset(id);
  const shown = getVersion(db, version ?? summary.latestVersion);
  const versions = db.all<DatasetDetail['versions'][number]>(
    `SELECT v.id, v.number, v.created_at AS createdAt, v.change, v.samples
       FROM dataset_versions v WHERE v.dataset = ? AND (v.id = ? OR NOT ${ofTrial('v')}) ORDER BY v.number DESC`,
    [id, shown.id],
  );
  if (shown.dataset !== id) throw noDataset(version ?? id);
  return { summary, version: shown, versions, source: sourceName(getOrigin(db, id)?.origin) };
}

/** The name alone: paths are not for all to see. */
function sourceName(origin: unknown): string | null {
  const paths = (origin as { paths?: unknown } | null | undefined)?.paths;
  return Array.isArray(paths) && typeof paths[0] === 'string' ? basename(paths[0]) : null;
}

export function getVersion(db: Readable, id: VersionId): DatasetVersion {
  const row = db.get<Omit<DatasetVersion, 'manifest'> & { manifest: string }>(
    `SELECT id, dataset, number, created_at AS createdAt, change, manifest FROM dataset_versions WHERE id = ?`,
    [id],
  );
  if (!row) throw noDataset(id);
  return { ...row, manifest: JSON.parse(row.manifest) as Manifest };
}

export function insertDataset(
  db: Writable,
  dataset: { id: DatasetId; name: string; createdAt: number; archived?: boolean },
): void {
  db.run(`INSERT INTO datasets (id, name, created_at, archived) VALUES (@id, @name, @createdAt, @archived)`, {
    id: dataset.id,
    name: dataset.name,
    createdAt: dataset.createdAt,
    archived: dataset.archived ? 1 : 0,
  });
}

/** `origin`: what was asked of the import that made it, as plain JSON. */
export function insertVersion(db: Writable, version: DatasetVersion, origin?: unknown): void {
  db.run(
    `INSERT INTO dataset_versions (id, dataset, number, created_at, change, manifest, kind, samples, classes, target, origin)
     VALUES (@id, @dataset, @number, @createdAt, @change, @manifest, @kind, @samples, @classes, @target, @origin)`,
    {
      origin: origin === undefined ? null : JSON.stringify(origin),
      id: version.id,
      dataset: version.dataset,
      number: version.number,
      createdAt: version.createdAt,
      change: version.change,
      manifest: JSON.stringify(version.manifest),
      kind: version.manifest.kind,
      samples: version.manifest.samples,
      classes: version.manifest.classes.length,
      target: version.manifest.target,
    },
  );
}

/** The newest version of a dataset that was read from files, with what was asked of that import; null where neither is known. */
export function getOrigin(db: Readable, dataset: DatasetId): { version: VersionId; origin: unknown } | null {
  const row = db.get<{ version: VersionId; origin: string }>(
    `SELECT id AS version, origin FROM dataset_versions WHERE dataset = ? AND origin IS NOT NULL ORDER BY number DESC LIMIT 1`,
    [dataset],
  );
  return row ? { version: row.version, origin: JSON.parse(row.origin) } : null;
}

/** The datasets, newest first, that were last read from these very paths. */
export function datasetsFrom(db: Readable, paths: readonly string[]): ReadFrom[] {
  const wanted = JSON.stringify(paths);
  return listDatasets(db).flatMap(({ id, name, latestVersion }) => {
    const origin = getOrigin(db, id)?.origin as (Partial<ReadFrom> & { paths?: unknown }) | undefined;
    if (JSON.stringify(origin?.paths) !== wanted) return [];
    const { kind = null, file = null, sheet = null } = origin!;
    return [{ dataset: id, name, latestVersion, kind, file, sheet }];
  });
}

/** Whether a version of any dataset keeps this blob. */
export function isBlobKept(db: Readable, hash: BlobHash): boolean {
  return db.get(`SELECT 1 FROM dataset_versions WHERE instr(manifest, ?) > 0 LIMIT 1`, [hash]) !== undefined;
}

/** Versions of a dataset whose manifests hold this text, those of trials too, newest first. */
export function versionsHolding(db: Readable, dataset: DatasetId, text: string): DatasetVersion[] {
  const rows = db.all<{ id: VersionId }>(
    `SELECT id FROM dataset_versions WHERE dataset = ? AND instr(manifest, ?) > 0 ORDER BY number DESC`,
    [dataset, text],
  );
  return rows.map(({ id }) => getVersion(db, id));
}

/** The number the next version of a dataset gets. */
export function nextVersionNumber(db: Readable, dataset: DatasetId): number {
  return db.get<{ next: number }>(
    `SELECT coalesce(max(number), 0) + 1 AS next FROM dataset_versions WHERE dataset = ?`,
    [dataset],
  )!.next;
}

/** A version of a dataset in use whose manifest is this one to the last letter: the same data, read the same way. */
export function findSameVersion(
  db: Readable,
  manifest: Manifest,
): { dataset: DatasetId; version: VersionId; name: string } | null {
  const found = db.get<{ dataset: DatasetId; version: VersionId; name: string }>(
    `SELECT d.id AS dataset, v.id AS version, d.name
       FROM dataset_versions v JOIN datasets d ON d.id = v.dataset
      WHERE d.archived = 0 AND v.samples = @samples AND v.kind = @kind AND v.manifest = @manifest
      ORDER BY v.created_at DESC LIMIT 1`,
    { samples: manifest.samples, kind: manifest.kind, manifest: JSON.stringify(manifest) },
  );
  return found ?? null;
}

/** The name itself, or with " 2", " 3" … where a dataset in use has it. */
export function freeDatasetName(db: Readable, wanted: string): string {
  const taken = new Set(
    db.all<{ name: string }>(`SELECT name FROM datasets WHERE archived = 0`).map((row) => row.name),
  );
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted} ${n}`;
  return name;
}

export function renameDataset(db: Writable, id: DatasetId, name: string): void {
  const other = db.get<{ id: DatasetId }>(`SELECT id FROM datasets WHERE name = ? AND archived = 0 AND id <> ?`, [
    name,
    id,
  ]);
  if (other) throw nameTaken(name);
  if (db.run(`UPDATE datasets SET name = ? WHERE id = ?`, [name, id]).changes === 0) throw noDataset(id);
}

/** Restoring one whose name was given away meanwhile gives it the next free name. */
export function archiveDataset(db: Writable, id: DatasetId, archived: boolean): void {
  const row = db.get<{ name: string; archived: number }>(`SELECT name, archived FROM datasets WHERE id = ?`, [id]);
  if (!row) throw noDataset(id);
  if ((row.archived === 1) === archived) return;
  const name = archived ? row.name : freeDatasetName(db, row.name);
  db.run(`UPDATE datasets SET archived = ?, name = ? WHERE id = ?`, [archived ? 1 : 0, name, id]);
}

export function nameTaken(name: string): AtelierError {
  return new AtelierError('name_taken', `There is already a dataset named "${name}". Choose another name.`);
}

export function noDataset(what: string): AtelierError {
  return new AtelierError('no_such_dataset', `There is no dataset "${what}" in this workspace.`);
}
