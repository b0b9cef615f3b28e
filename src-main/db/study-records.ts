import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isId, type StudyId } from '../shared/ids.ts';
import type { StoredTrial, Study } from '../shared/study.ts';
import type { Connection, Readable } from './connection.ts';
import { append, names, readLines } from './records.ts';
import {
  freeStudyName,
  getStudy,
  insertReport,
  insertStudy,
  insertTrial,
  listStudies,
  listTrials,
  renameStudy,
  setStudyRow,
  updateTrial,
} from './studies.ts';
import { workspaceFiles } from './workspace.ts';

/**
 * A study once more in a plain file, `studies/<study>.jsonl`: a line whenever the study changes (its status, budget, name), and one whenever
 * a trial is asked for, begun again or ends. Lines are only ever added; of the study and of each trial the last whole one counts. What a
 * trial at work has reported is not there: its run's curve has it.
 */
export type StudyLine = { study: StudyFact } | { trial: StoredTrial };
/** Without what follows from its dataset version. */
export type StudyFact = Omit<Study, 'datasetName' | 'versionNumber'>;

const fileOf = (id: StudyId): string => `${id}.jsonl`;

const studyLine = ({ datasetName: _name, versionNumber: _number, ...study }: Study): StudyLine => ({ study });
const trialLine = (trial: StoredTrial): StudyLine => ({
  trial: trial.state === 'running' ? { ...trial, reports: [] } : trial,
});

function recordStudy(folder: string, id: StudyId, ...lines: StudyLine[]): void {
  append(folder, workspaceFiles.studies(folder), fileOf(id), lines);
}

interface Recorded {
  study: StudyFact | null;
  trials: Map<number, StoredTrial>;
}

function readStudyRecord(folder: string, id: StudyId): Recorded {
  const recorded: Recorded = { study: null, trials: new Map() };
  for (const line of readLines<unknown>(join(workspaceFiles.studies(folder), fileOf(id)))) {
    const { study, trial } = (line ?? {}) as { study?: Partial<StudyFact>; trial?: Partial<StoredTrial> };
    if (study?.id === id) recorded.study = study as StudyFact;
    else if (Number.isSafeInteger(trial?.number)) recorded.trials.set(trial!.number!, trial as StoredTrial);
  }
  return recorded;
}

/**
 * Files of studies say again what the rows say: of those that have none yet (`all`: of all of them, since an owner that died may have
 * stored something that it did not come to write).
 */
export function completeStudyRecords(db: Connection, folder: string, all: boolean): void {
  for (const study of listStudies(db)) {
    const { id } = study;
    if (!all && existsSync(join(workspaceFiles.studies(folder), fileOf(id)))) continue;
    const recorded = readStudyRecord(folder, id);
    const lines = [
      ...(sameAs(studyLine(study), recorded.study && { study: recorded.study }) ? [] : [studyLine(study)]),
      ...listTrials(db, id).flatMap((trial) => {
        const known = recorded.trials.get(trial.number);
        return sameAs(trialLine(trial), known && { trial: known }) ? [] : [trialLine(trial)];
      }),
    ];
    if (lines.length > 0) recordStudy(folder, id, ...lines);
  }
}

/** By what would be written, whatever the order of the fields. */
function sameAs(line: StudyLine, written: unknown): boolean {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(line, sorted) === JSON.stringify(written, sorted);
}

/** Brings the studies' rows up to what their files say; runs and dataset versions are there by then. Returns how many were made. */
export function replayStudies(db: Connection, folder: string): number {
  let made = 0;
  for (const name of names(workspaceFiles.studies(folder))) {
    const id = name.slice(0, -'.jsonl'.length);
    if (!name.endsWith('.jsonl') || !isId('study', id)) continue;
    try {
      if (db.transaction(() => replayStudy(db, readStudyRecord(folder, id)))) made++;
    } catch {
      // A file that is no study's any more keeps nobody from their workspace. Its runs are there all the same.
    }
  }
  return made;
}

/** Whether it was not there before. */
function replayStudy(db: Connection, { study, trials }: Recorded): boolean {
  if (!study || !db.get(`SELECT 1 FROM dataset_versions WHERE id = ?`, [study.version])) return false;
  const { id } = study;
  const isNew = !db.get(`SELECT 1 FROM studies WHERE id = ?`, [id]);
  if (isNew) insertStudy(db, { ...study, name: freeStudyName(db, study.name) });
  else renameStudy(db, id, study.name);
  setStudyRow(db, study);
  const known = isNew ? [] : listTrials(db, id);
  // Numbers run from 0: after one that is missing, what was tried would not follow from what was known.
  for (let number = 0; trials.has(number) || number < known.length; number++) {
    const recorded = trials.get(number);
    if (!recorded) continue;
    const run =
      recorded.run !== null && db.get(`SELECT 1 FROM runs WHERE id = ?`, [recorded.run]) ? recorded.run : null;
    const before = number < known.length ? known[number] : null;
    const trial = { ...recorded, run, reports: recorded.reports.map(([step, value]) => [step, value ?? NaN] as const) };
    if (!before) insertTrial(db, id, trial);
    else if (before.state === 'waiting' || before.state === 'running') {
      updateTrial(db, id, trial);
      const last = before.reports.at(-1)?.[0] ?? -1;
      for (const [step, value] of trial.reports) if (step > last) insertReport(db, id, number, step, value);
    }
  }
  return isNew;
}

/** After one of its trials has changed or, without one, the study itself. */
export function recordChange(db: Readable, folder: string, id: StudyId, trial?: StoredTrial): void {
  // What it has reported is not written, so that it is the same line again.
  if (trial?.state === 'running' && trial.reports.length > 0 && trial.tries <= 1) return;
  recordStudy(folder, id, trial ? trialLine(trial) : studyLine(getStudy(db, id)));
}

/** A study that has just been made. */
export function recordNewStudy(db: Readable, folder: string, id: StudyId): void {
  recordStudy(folder, id, studyLine(getStudy(db, id)), ...listTrials(db, id).map(trialLine));
}
