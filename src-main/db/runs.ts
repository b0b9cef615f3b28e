import { AtelierError } from '../shared/errors.ts';
import type { DatasetId, JobId, RunId, VersionId } from '../shared/ids.ts';
import type {
  Fallback,
  ImportedRun,
  RunListing,
  RunOrigin,
  RunStatus,
  RunSummary,
  TrainedRun,
  TrainSettings,
} from '../shared/run.ts';
import type { Readable, Writable } from './connection.ts';
import { allMetrics, keysOf, someMetrics } from './run-metrics.ts';

interface RunRow {
  key: number;
  id: RunId;
  name: string;
  status: RunStatus;
  dataset: DatasetId | null;
  datasetName: string | null;
  version: VersionId | null;
  versionNumber: number | null;
  task: RunSummary['task'];
  settings: string;
  origin: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  parameterCount: number | null;
  samplesPerSecond: number | null;
  bestEpoch: number | null;
  stoppedEarly: number;
  errorCode: string | null;
  errorMessage: string | null;
  fallback: string | null;
  job: JobId | null;
  notes: string;
  tags: string;
  archived: number;
}

interface ListOptions {
  archived?: boolean;
  version?: VersionId;
  /** These alone. */
  ids?: readonly RunId[];
  /** Older ones than this alone. */
  olderThan?: RunId;
  /** The metrics that come along: all of them where absent. */
  metrics?: readonly string[];
}

/** Rows of a list that are read at once. */
const rowsAtOnce = 25;

/** A run that waits is paused where its job is. */
const statusNow = `CASE WHEN r.status = 'queued' AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = r.job AND j.held = 1)
                        THEN 'paused' ELSE r.status END`;

const selectRuns = `
  SELECT r.key, r.id, r.name, ${statusNow} AS status, d.id AS dataset, d.name AS datasetName, r.version, v.number AS versionNumber,
         r.task, r.settings, r.created_at AS createdAt, r.started_at AS startedAt, r.finished_at AS finishedAt,
         r.parameter_count AS parameterCount, r.samples_per_second AS samplesPerSecond, r.best_epoch AS bestEpoch,
         r.stopped_early AS stoppedEarly, r.error_code AS errorCode, r.error_message AS errorMessage, r.fallback,
         r.job, r.notes, r.tags, r.archived, r.origin
    FROM runs r
    LEFT JOIN dataset_versions v ON v.id = r.version
    LEFT JOIN datasets d ON d.id = v.dataset`;

/** Newest first. Archived ones only when asked for. */
export function listRuns(db: Readable, options: ListOptions = {}): RunSummary[] {
  return [...eachListing(db, options)].map(withSettings);
}

/** The same one at a time, settings as they are stored: whoever has other work goes on with the list a little later. */
export function* eachListing(db: Readable, options: ListOptions = {}): IterableIterator<RunListing> {
  const keys = options.metrics && keysOf(db, options.metrics);
  const asked = {
    archived: options.archived ? 1 : 0,
    version: options.version ?? null,
    ids: options.ids ? JSON.stringify(options.ids) : null,
  };
  let before = options.olderThan ? runKey(db, options.olderThan) : Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = db.all<RunRow>(
      `${selectRuns}
        WHERE (r.archived = 0 OR @archived = 1) AND (@version IS NULL OR r.version = @version)
              AND (@ids IS NULL OR r.id IN (SELECT value FROM json_each(@ids)))
              AND r.key < @before
        ORDER BY r.key DESC
        LIMIT ${rowsAtOnce}`,
      { ...asked, before },
    );
    for (const row of rows) yield listing(row, keys ? someMetrics(db, row.key, keys) : allMetrics(db, row.key));
    if (rows.length < rowsAtOnce) return;
    before = rows[rows.length - 1].key;
  }
}

export function getRun(db: Readable, id: RunId): RunSummary {
  const row = db.get<RunRow>(
    `${selectRuns}
      WHERE r.id = ?`,
    [id],
  );
  if (!row) throw noRun(id);
  return withSettings(listing(row, allMetrics(db, row.key)));
}

/** A run that was trained here. Throws `no_such_run`, and `imported_run` where there is nothing to go on with, ask or export. */
export function getTrainedRun(db: Readable, id: RunId): TrainedRun {
  const run = getRun(db, id);
  if (run.origin === null) return run;
  throw new AtelierError(
    'imported_run',
    `The run "${run.name}" was imported (${run.origin.path}): its curves and settings are here, its data, weights and checkpoints are not. It cannot be resumed, evaluated or exported as ONNX; train a run here with the same settings instead.`,
  );
}

/** The integer that stands for a run in the metric tables. */
export function runKey(db: Readable, id: RunId): number {
  const row = db.get<{ key: number }>(`SELECT key FROM runs WHERE id = ?`, [id]);
  if (!row) throw noRun(id);
  return row.key;
}

export interface NewRun {
  id: RunId;
  name: string;
  version: VersionId;
  task: TrainedRun['task'];
  settings: TrainSettings;
  createdAt: number;
}

export function insertRun(db: Writable, run: NewRun): void {
  db.run(
    `INSERT INTO runs (id, name, status, version, task, settings, created_at)
     VALUES (@id, @name, 'queued', @version, @task, @settings, @createdAt)`,
    { ...run, settings: JSON.stringify(run.settings) },
  );
}

/** The runs that were imported, by what they are known by. */
export function listOrigins(db: Readable): Map<string, { id: RunId; origin: RunOrigin }> {
  const rows = db.all<{ id: RunId; origin: string }>(`SELECT id, origin FROM runs WHERE origin IS NOT NULL`);
  return new Map(
    rows.map(({ id, origin }) => {
      const { dataset: _dataset, ...rest } = JSON.parse(origin) as StoredOrigin;
      return [rest.identity, { id, origin: rest }];
    }),
  );
}

/** Writes a run's whole row: as it was recorded in its folder, or as it was imported. */
export function putRun(db: Writable, run: RunSummary): void {
  db.run(
    `INSERT INTO runs (id, name, status, version, task, settings, created_at, started_at, finished_at, parameter_count,
                       samples_per_second, best_epoch, stopped_early, error_code, error_message, fallback, job, notes, tags,
                       archived, origin)
     VALUES (@id, @name, @status, @version, @task, @settings, @createdAt, @startedAt, @finishedAt, @parameterCount,
             @samplesPerSecond, @bestEpoch, @stoppedEarly, @errorCode, @errorMessage, @fallback, @job, @notes, @tags,
             @archived, @origin)
     ON CONFLICT (id) DO UPDATE SET
       name = excluded.name, status = excluded.status, settings = excluded.settings, started_at = excluded.started_at, finished_at = excluded.finished_at,
       parameter_count = excluded.parameter_count, samples_per_second = excluded.samples_per_second,
       best_epoch = excluded.best_epoch, stopped_early = excluded.stopped_early, error_code = excluded.error_code,
       error_message = excluded.error_message, fallback = excluded.fallback, job = excluded.job, notes = excluded.notes, tags = excluded.tags,
       archived = excluded.archived, origin = excluded.origin`,
    {
      id: run.id,
      name: run.name,
      // That it was paused is its job's to know; without one it is interrupted anyway.
      status: run.status === 'paused' ? 'queued' : run.status,
      version: run.version,
      task: run.task,
      settings: JSON.stringify(run.settings),
      createdAt: run.createdAt,
      startedAt: run.startedAt,
      finishedAt: run.finishedAt,
      parameterCount: run.parameterCount,
      samplesPerSecond: run.samplesPerSecond,
      bestEpoch: run.bestEpoch,
      stoppedEarly: run.stoppedEarly ? 1 : 0,
      errorCode: run.error?.code ?? null,
      errorMessage: run.error?.message ?? null,
      // Records of before there was such a thing lack it.
      fallback: run.fallback ? JSON.stringify(run.fallback) : null,
      job: run.job,
      notes: run.notes,
      tags: JSON.stringify((run as Partial<RunSummary>).tags ?? []),
      archived: run.archived ? 1 : 0,
      // As the fallback.
      origin: run.origin ? storedOrigin(run) : null,
    },
  );
}

function listing(row: RunRow, metrics: Record<string, number>): RunListing {
  const { key: _key, stoppedEarly, errorCode, errorMessage, fallback, tags, archived, origin, ...rest } = row;
  const facts = {
    ...rest,
    metrics,
    stoppedEarly: stoppedEarly === 1,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' },
    fallback: fallback === null ? null : (JSON.parse(fallback) as Fallback),
    tags: JSON.parse(tags) as string[],
    archived: archived === 1,
  };
  // A run has an origin or a version: which of the two, the row's columns say together.
  if (origin === null) return { ...facts, origin } as RunListing;
  return { ...facts, ...importedFacts(JSON.parse(origin) as StoredOrigin) };
}

const importedFacts = ({ dataset: datasetName, ...origin }: StoredOrigin) =>
  ({ origin, dataset: null, datasetName, version: null, versionNumber: null, task: null }) as const;

/** As the column has it: with what the source calls its data. */
type StoredOrigin = RunOrigin & { dataset: string };
const storedOrigin = ({ origin, datasetName }: Pick<ImportedRun, 'origin' | 'datasetName'>): string =>
  JSON.stringify({ ...origin, dataset: datasetName } satisfies StoredOrigin);

const withSettings = (run: RunListing): RunSummary =>
  ({ ...run, settings: JSON.parse(run.settings) as unknown }) as RunSummary;

export function noRun(what: string): AtelierError {
  return new AtelierError(
    'no_such_run',
    `There is no run "${what}" in this workspace. "atelier runs list" shows them.`,
  );
}
