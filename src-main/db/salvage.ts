import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DatasetVersion } from '../shared/dataset.ts';
import { restoreNewestBackup, timeStamp, type Backup } from './backup.ts';
import type { Connection } from './connection.ts';
import { freeDatasetName, insertDataset, insertVersion } from './datasets.ts';
import { setRunMetrics } from './metrics.ts';
import { readDatasetRecords, readRunRecords, type DatasetFact } from './records.ts';
import { replayRun } from './replay-run.ts';
import { putRun } from './runs.ts';
import { replayStudies } from './study-records.ts';
import { workspaceFiles } from './workspace.ts';

/**
 * First half of a repair: puts a damaged database aside (never deleted) and the newest backup that verifies in its place.
 * `opened` then has to open and migrate what is there, and `replayRecords` adds what the backup does not know yet.
 */
export function setAside(folder: string): { aside: string | null; backup: Backup | null } {
  const database = workspaceFiles.database(folder);
  let aside: string | null = null;
  for (const file of [database, `${database}-wal`, `${database}-shm`]) {
    if (!existsSync(file)) continue;
    aside ??= join(workspaceFiles.backups(folder), `damaged-${timeStamp()}`);
    mkdirSync(aside, { recursive: true });
    renameSync(file, join(aside, basename(file)));
  }
  return { aside, backup: restoreNewestBackup(folder) };
}

export interface Replayed {
  datasets: number;
  runs: number;
  points: number;
  studies: number;
}

/** Second half: brings the rows up to what the workspace's own files say. Doing it twice changes nothing. */
export function replayRecords(db: Connection, folder: string): Replayed {
  const replayed: Replayed = { datasets: 0, runs: 0, points: 0, studies: 0 };
  const known = new Set(
    db.all<{ id: string }>(`SELECT id FROM datasets UNION ALL SELECT id FROM dataset_versions`).map((row) => row.id),
  );

  const putDataset = (dataset: DatasetFact) => {
    if (known.has(dataset.id)) {
      // A name that another dataset holds by now is left to it.
      db.run(`UPDATE OR IGNORE datasets SET name = ?, archived = ? WHERE id = ?`, [
        dataset.name,
        dataset.archived ? 1 : 0,
        dataset.id,
      ]);
      return;
    }
    insertDataset(db, { ...dataset, name: dataset.archived ? dataset.name : freeDatasetName(db, dataset.name) });
    known.add(dataset.id);
    replayed.datasets++;
  };
  const putVersion = (version: DatasetVersion, origin?: unknown) => {
    if (known.has(version.id)) return;
    insertVersion(db, version, origin);
    known.add(version.id);
  };

  db.transaction(() => {
    for (const line of readDatasetRecords(folder)) {
      if ('dataset' in line) putDataset(line.dataset);
      else putVersion(line.version, line.origin);
    }
  });

  for (const { run, version } of readRunRecords(folder)) {
    db.transaction(() => {
      if (version && !known.has(version.dataset)) {
        putDataset({ id: version.dataset, name: run.datasetName, createdAt: version.createdAt, archived: false });
      }
      if (version) putVersion(version);
      if (run.version !== null && !known.has(run.version)) return;
      if (!db.get(`SELECT 1 FROM runs WHERE id = ?`, [run.id])) replayed.runs++;
      putRun(db, run);
      replayed.points += replayRun(db, folder, run.id);
      // After the points, whose last values would stand for the best checkpoint's.
      if (run.status === 'finished' || run.origin) setRunMetrics(db, run.id, run.metrics);
    });
  }
  replayed.studies = replayStudies(db, folder);
  return replayed;
}
