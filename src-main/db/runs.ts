import { AtelierError, type ErrorFacts } from '../shared/errors.ts';
import type { DatasetId, JobId, RunId, VersionId } from '../shared/ids.ts';
import { emptyRecipe, type Recipe } from '../shared/recipe.ts';
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

/** Names and ids alone, newest first, archived ones as well. */
export function listRunNames(db: Readable): { id: RunId; name: string; archived: boolean }[] {
  return db
    .all<{ id: RunId; name: string; archived: number }>(`SELECT id, name, archived FROM runs ORDER BY key DESC`)
    .map((run) => ({ ...run, archived: run.archived === 1 }));
}

/** How many samples the training split of each run's data has, step by step. */
export function* trainSamples(db: Readable, ids: readonly RunId[]): Generator<void, Map<RunId, number>> {
  const versions: { id: RunId; version: VersionId }[] = [];
  for (let from = 0; from < ids.length; from += rowsAtOnce) {
    versions.push(
      ...db.all<{ id: RunId; version: VersionId }>(
        `SELECT id, version FROM runs WHERE id IN (SELECT value FROM json_each(?)) AND version IS NOT NULL`,
        [JSON.stringify(ids.slice(from, from + rowsAtOnce))],
      ),
    );
    yield;
  }
  // Each version's manifest is read once, however many runs it has.
  const known = new Map<VersionId, number | null>();
  for (const version of new Set(versions.map((run) => run.version))) {
    const row = db.get<{ samples: number | null }>(
      `SELECT json_extract(manifest, '$.splits.train') AS samples FROM dataset_versions WHERE id = ?`,
      [version],
    );
    known.set(version, row?.samples ?? null);
    yield;
  }
  return new Map(
    versions.flatMap(({ id, version }) => {
      const samples = known.get(version) ?? null;
      return samples === null ? [] : [[id, samples]];
    }),
  );
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

/** The recipe of a run's data, empty where it has none; null of an imported run. Throws `no_such_run`. */
export function recipeOfRun(db: Readable, id: RunId): Recipe | null {
  const row = db.get<{ version: VersionId | null; recipe: string | null }>(
    `SELECT r.version, json_extract(v.manifest, '$.recipe') AS recipe
       FROM runs r LEFT JOIN dataset_versions v ON v.id = r.version WHERE r.id = ?`,
    [id],
  );
  if (!row) throw noRun(id);
  if (row.version === null) return null;
  return row.recipe === null ? emptyRecipe : (JSON.parse(row.recipe) as Recipe);
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

/** A name not yet taken by a run in use: "mlp · iris", then "mlp · iris 2" … */
export function freeRunName(db: Readable, wanted: string): string {
  const taken = new Set(db.all<{ name: string }>(`SELECT name FROM runs WHERE archived = 0`).map((row) => row.name));
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted} ${n}`;
  return name;
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

export function setRunJob(db: Writable, id: RunId, job: JobId): void {
  db.run(`UPDATE runs SET job = ? WHERE id = ?`, [job, id]);
}

export function setRunRunning(db: Writable, id: RunId, now: number): void {
  db.run(`UPDATE runs SET status = 'running', started_at = ? WHERE id = ? AND status = 'queued'`, [now, id]);
}

/** It waits (again): for its first process, or for the one that goes on where the last one was. */
export function setRunQueued(db: Writable, id: RunId): void {
  db.run(
    `UPDATE runs SET status = 'queued', started_at = NULL, finished_at = NULL, stopped_early = 0, error_code = NULL,
                     error_message = NULL
      WHERE id = ?`,
    [id],
  );
}

/** Settings that a run came by after it was made: epochs added. */
export function setRunSettings(db: Writable, id: RunId, settings: TrainSettings): void {
  db.run(`UPDATE runs SET settings = ? WHERE id = ?`, [JSON.stringify(settings), id]);
}

/** The most bytes that a finished run of this architecture on this version has taken; null where there is none. */
export function peakMemoryOf(db: Readable, version: VersionId, architecture: string): number | null {
  const row = db.get<{ peak: number | null }>(
    `SELECT max(peak_memory_bytes) AS peak FROM runs
      WHERE version = ? AND json_extract(settings, '$.architecture') = ?`,
    [version, architecture],
  );
  return row?.peak ?? null;
}

/** Its device failed, and it goes on on the processor. */
export function setRunFallback(db: Writable, id: RunId, fallback: Fallback): void {
  db.run(`UPDATE runs SET fallback = ? WHERE id = ?`, [JSON.stringify(fallback), id]);
}

/** What becomes known when an epoch was the best so far. */
export function setRunBest(db: Writable, id: RunId, best: { epoch: number; parameterCount: number }): void {
  db.run(`UPDATE runs SET best_epoch = ?, parameter_count = ? WHERE id = ?`, [best.epoch, best.parameterCount, id]);
}

export interface RunOutcome {
  parameterCount: number;
  samplesPerSecond: number;
  peakMemoryBytes: number;
  bestEpoch: number;
  stoppedEarly: boolean;
}

export function setRunFinished(db: Writable, id: RunId, outcome: RunOutcome, now: number): void {
  db.run(
    `UPDATE runs
        SET status = 'finished', finished_at = @now, parameter_count = @parameterCount,
            samples_per_second = @samplesPerSecond, peak_memory_bytes = @peakMemoryBytes,
            best_epoch = @bestEpoch, stopped_early = @stoppedEarly
      WHERE id = @id`,
    { id, now, ...outcome, stoppedEarly: outcome.stoppedEarly ? 1 : 0 },
  );
}

export function setRunEnded(
  db: Writable,
  id: RunId,
  status: 'failed' | 'cancelled' | 'interrupted',
  error: ErrorFacts | null,
  now: number,
): void {
  db.run(
    `UPDATE runs SET status = @status, finished_at = @now, error_code = @code, error_message = @message WHERE id = @id`,
    { id, status, now, code: error?.code ?? null, message: error?.message ?? null },
  );
}

/** At opening, after the jobs: nobody works on these any more. Those whose job waits go on waiting. Returns how many there were. */
export function interruptRuns(db: Writable, now: number): RunId[] {
  return db
    .all<{ id: RunId }>(
      `UPDATE runs SET status = 'interrupted', finished_at = ?, error_code = 'interrupted',
              error_message = 'Atelier ended before this run did. What it had measured and its checkpoints are kept: resume it.'
        WHERE status = 'running'
           OR (status = 'queued' AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = runs.job AND j.status = 'queued'))
    RETURNING id`,
      [now],
    )
    .map((row) => row.id);
}

export function renameRun(db: Writable, id: RunId, name: string): void {
  if (db.run(`UPDATE runs SET name = ? WHERE id = ?`, [name, id]).changes === 0) throw noRun(id);
}

export function setRunNotes(db: Writable, id: RunId, notes: string): void {
  if (db.run(`UPDATE runs SET notes = ? WHERE id = ?`, [notes, id]).changes === 0) throw noRun(id);
}

export function getRunTags(db: Readable, id: RunId): string[] {
  const row = db.get<{ tags: string }>(`SELECT tags FROM runs WHERE id = ?`, [id]);
  if (!row) throw noRun(id);
  return JSON.parse(row.tags) as string[];
}

/** Each once, in order of the alphabet. */
export function setRunTags(db: Writable, id: RunId, tags: readonly string[]): void {
  const kept = JSON.stringify([...new Set(tags)].sort());
  if (db.run(`UPDATE runs SET tags = ? WHERE id = ?`, [kept, id]).changes === 0) throw noRun(id);
}

export function archiveRun(db: Writable, id: RunId, archived: boolean): void {
  if (db.run(`UPDATE runs SET archived = ? WHERE id = ?`, [archived ? 1 : 0, id]).changes === 0) throw noRun(id);
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
