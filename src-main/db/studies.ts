import { AtelierError } from '../shared/errors.ts';
import type { RunId, StudyId, VersionId } from '../shared/ids.ts';
import type { Reason, StoredTrial, Study, StudyBudget, StudyPlan, StudyStatus, TrialState } from '../shared/study.ts';
import type { Readable, Writable } from './connection.ts';

interface StudyRow {
  id: StudyId;
  name: string;
  status: StudyStatus;
  reason: string | null;
  version: VersionId;
  datasetName: string;
  versionNumber: number;
  plan: string;
  budget: string;
  worked: number;
  createdAt: number;
}

interface TrialRow {
  number: number;
  state: StoredTrial['state'];
  params: string;
  values: string | null;
  violations: string | null;
  why: string;
  ended: string | null;
  notes: string | null;
  run: RunId | null;
  worker: number | null;
  tries: number;
  askedAt: number | null;
  endedAt: number | null;
}

/** Newest first. */
export function listStudies(db: Readable): Study[] {
  return db
    .all<StudyRow>(
      `SELECT s.id, s.name, s.status, s.reason, s.version, d.name AS datasetName, v.number AS versionNumber, s.plan, s.budget,
              s.worked, s.created_at AS createdAt
         FROM studies s JOIN dataset_versions v ON v.id = s.version JOIN datasets d ON d.id = v.dataset
        ORDER BY s.key DESC`,
    )
    .map(study);
}

export function getStudy(db: Readable, id: StudyId): Study {
  const row = db.get<StudyRow>(
    `SELECT s.id, s.name, s.status, s.reason, s.version, d.name AS datasetName, v.number AS versionNumber, s.plan, s.budget,
            s.worked, s.created_at AS createdAt
       FROM studies s JOIN dataset_versions v ON v.id = s.version JOIN datasets d ON d.id = v.dataset
      WHERE s.id = ?`,
    [id],
  );
  if (!row) throw noStudy(id);
  return study(row);
}

export const noStudy = (text: string): AtelierError =>
  new AtelierError(
    'no_such_study',
    `There is no study "${text}" in this workspace. "atelier studies list" shows them.`,
  );

/** A name not yet taken: "search", then "search 2" … */
export function freeStudyName(db: Readable, wanted: string): string {
  const taken = new Set(db.all<{ name: string }>(`SELECT name FROM studies`).map(({ name }) => name));
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted} ${n}`;
  return name;
}

export interface NewStudy {
  id: StudyId;
  name: string;
  status: StudyStatus;
  version: VersionId;
  plan: StudyPlan;
  budget: StudyBudget;
  createdAt: number;
}

export function insertStudy(db: Writable, { plan, budget, ...rest }: NewStudy): void {
  db.run(
    `INSERT INTO studies (id, name, status, version, plan, budget, created_at)
     VALUES (@id, @name, @status, @version, @plan, @budget, @createdAt)`,
    { ...rest, plan: JSON.stringify(plan), budget: JSON.stringify(budget) },
  );
}

/** `reason`: why it is paused or finished; none of one that runs. */
export function setStudyStatus(db: Writable, id: StudyId, status: StudyStatus, reason: Reason | null): void {
  const changed = db.run(`UPDATE studies SET status = ?, reason = ? WHERE id = ?`, [
    status,
    reason && JSON.stringify(reason),
    id,
  ]);
  if (changed.changes === 0) throw noStudy(id);
}

export function setStudyBudget(db: Writable, id: StudyId, budget: StudyBudget): void {
  db.run(`UPDATE studies SET budget = ? WHERE id = ?`, [JSON.stringify(budget), id]);
}

export function renameStudy(db: Writable, id: StudyId, name: string): void {
  if (db.run(`UPDATE studies SET name = ? WHERE id = ?`, [name, id]).changes === 0) throw noStudy(id);
}

/** What may change of a study, all at once. `worked` in seconds. */
export function setStudyRow(
  db: Writable,
  { id, status, reason, budget, worked }: Pick<Study, 'id' | 'status' | 'reason' | 'budget' | 'worked'>,
): void {
  db.run(`UPDATE studies SET status = ?, reason = ?, budget = ?, worked = ? WHERE id = ?`, [
    status,
    reason && JSON.stringify(reason),
    JSON.stringify(budget),
    Math.round(worked * 1000),
    id,
  ]);
}

export function addWorked(db: Writable, id: StudyId, milliseconds: number): void {
  db.run(`UPDATE studies SET worked = worked + ? WHERE id = ?`, [Math.round(milliseconds), id]);
}

/** How many trials of each state every study has; studies without any are left out. */
export function countTrials(db: Readable): Map<StudyId, Partial<Record<TrialState, number>>> {
  const found = new Map<StudyId, Partial<Record<TrialState, number>>>();
  const rows = db.all<{ id: StudyId; state: TrialState; count: number }>(
    `SELECT s.id, t.state, count(*) AS count FROM trials t JOIN studies s ON s.key = t.study GROUP BY t.study, t.state`,
  );
  for (const { id, state, count } of rows) found.set(id, { ...found.get(id), [state]: count });
  return found;
}

/** What the complete trials came to, by number, without all else that is known of them. */
export function listValues(
  db: Readable,
  id: StudyId,
): Pick<StoredTrial, 'number' | 'state' | 'values' | 'violations'>[] {
  const rows = db.all<{ number: number; values: string; violations: string | null }>(
    `SELECT number, "values", violations FROM trials WHERE study = ? AND state = 'complete' ORDER BY number`,
    [studyKey(db, id)],
  );
  return rows.map(({ number, values, violations }) => ({
    number,
    state: 'complete',
    values: JSON.parse(values) as number[],
    ...(violations === null ? {} : { violations: JSON.parse(violations) as number[] }),
  }));
}

/** By number, each with its reports, or with none where they are not wanted. */
export function listTrials(db: Readable, id: StudyId, { reports = true } = {}): StoredTrial[] {
  const known = reports ? reportsOf(db, id) : new Map<number, [number, number][]>();
  return db
    .all<TrialRow>(
      `SELECT number, state, params, "values", violations, why, ended, notes, run, worker, tries, asked_at AS askedAt,
              ended_at AS endedAt
         FROM trials WHERE study = ? ORDER BY number`,
      [studyKey(db, id)],
    )
    .map((row) => trial(row, known.get(row.number) ?? []));
}

function reportsOf(db: Readable, id: StudyId): Map<number, [number, number][]> {
  const reports = new Map<number, [number, number][]>();
  const rows = db.all<{ number: number; step: number; value: number | null }>(
    `SELECT number, step, value FROM trial_reports WHERE study = ? ORDER BY number, step`,
    [studyKey(db, id)],
  );
  for (const { number, step, value } of rows) {
    const known = reports.get(number);
    if (known) known.push([step, value ?? NaN]);
    else reports.set(number, [[step, value ?? NaN]]);
  }
  return reports;
}

export function getTrial(db: Readable, id: StudyId, number: number): StoredTrial {
  const key = studyKey(db, id);
  const row = db.get<TrialRow>(
    `SELECT number, state, params, "values", violations, why, ended, notes, run, worker, tries, asked_at AS askedAt,
            ended_at AS endedAt
       FROM trials WHERE study = ? AND number = ?`,
    [key, number],
  );
  if (!row) throw new AtelierError('unknown_trial', `There is no trial ${number} in this study.`);
  const reports = db.all<{ step: number; value: number | null }>(
    `SELECT step, value FROM trial_reports WHERE study = ? AND number = ? ORDER BY step`,
    [key, number],
  );
  return trial(
    row,
    reports.map(({ step, value }) => [step, value ?? NaN]),
  );
}

/** The trial that a run is the training of. */
export function trialOfRun(db: Readable, run: RunId): { study: StudyId; number: number } | null {
  return (
    db.get<{ study: StudyId; number: number }>(
      `SELECT s.id AS study, t.number FROM trials t JOIN studies s ON s.key = t.study WHERE t.run = ?`,
      [run],
    ) ?? null
  );
}

/** A new trial: asked for, waiting with given settings, or known from elsewhere. */
export function insertTrial(db: Writable, id: StudyId, one: StoredTrial): void {
  db.run(
    `INSERT INTO trials (study, number, state, params, "values", violations, why, ended, notes, run, worker, tries, asked_at, ended_at)
     VALUES (@study, @number, @state, @params, @values, @violations, @why, @ended, @notes, @run, @worker, @tries, @askedAt, @endedAt)`,
    { study: studyKey(db, id), ...columns(one) },
  );
  for (const [step, value] of one.reports) insertReport(db, id, one.number, step, value);
}

/** A waiting trial is begun, or a running one begun once more or ended. One that has ended never changes. */
export function updateTrial(db: Writable, id: StudyId, one: StoredTrial): void {
  db.run(
    `UPDATE trials
        SET state = @state, params = @params, "values" = @values, violations = @violations, why = @why, ended = @ended,
            notes = @notes, run = @run, worker = @worker, tries = @tries, asked_at = @askedAt, ended_at = @endedAt
      WHERE study = @study AND number = @number`,
    { study: studyKey(db, id), ...columns(one) },
  );
}

export function insertReport(db: Writable, id: StudyId, number: number, step: number, value: number): void {
  db.run(`INSERT INTO trial_reports (study, number, step, value) VALUES (?, ?, ?, ?)`, [
    studyKey(db, id),
    number,
    step,
    Number.isNaN(value) ? null : value,
  ]);
}

function studyKey(db: Readable, id: StudyId): number {
  const row = db.get<{ key: number }>(`SELECT key FROM studies WHERE id = ?`, [id]);
  if (!row) throw noStudy(id);
  return row.key;
}

const json = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));

const columns = (one: StoredTrial) => ({
  number: one.number,
  state: one.state,
  params: JSON.stringify(one.params),
  values: json(one.values),
  violations: json(one.violations),
  why: JSON.stringify(one.why),
  ended: json(one.ended),
  notes: json(one.notes),
  run: one.run,
  worker: one.worker,
  tries: one.tries,
  askedAt: one.askedAt,
  endedAt: one.endedAt,
});

function study({ reason, plan, budget, worked, ...row }: StudyRow): Study {
  return {
    ...row,
    reason: reason === null ? null : (JSON.parse(reason) as Reason),
    plan: JSON.parse(plan) as StudyPlan,
    budget: JSON.parse(budget) as StudyBudget,
    worked: worked / 1000,
  };
}

function trial(row: TrialRow, reports: StoredTrial['reports']): StoredTrial {
  const { params, values, violations, why, ended, notes, ...rest } = row;
  return {
    ...rest,
    params: JSON.parse(params) as StoredTrial['params'],
    values: values === null ? null : (JSON.parse(values) as number[]),
    ...(violations === null ? {} : { violations: JSON.parse(violations) as number[] }),
    reports,
    why: JSON.parse(why) as Reason,
    ...(ended === null ? {} : { ended: JSON.parse(ended) as Reason }),
    ...(notes === null ? {} : { notes: JSON.parse(notes) as StoredTrial['notes'] }),
  };
}
