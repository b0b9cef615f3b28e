import { writeFileSync } from 'node:fs';
import { writeOptunaFile } from '../../db/optuna-file.ts';
import { csvLine } from '../../shared/csv-line.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Reason, StudyDetail } from '../../shared/study.ts';

/** Writes a study's trials as a CSV, or as a file that Optuna opens, by the path's ending; which of them it was. */
export function saveStudy(path: string, study: StudyDetail): 'csv' | 'optuna' {
  const format = /\.csv$/i.test(path) ? 'csv' : /\.(db|sqlite3?)$/i.test(path) ? 'optuna' : null;
  if (!format) {
    throw new AtelierError('bad_arguments', `${path} must end in .csv, or in .db for Optuna.`);
  }
  try {
    if (format === 'csv') writeFileSync(path, studyCsv(study));
    else writeOptunaFile(path, study);
  } catch (error) {
    if (error instanceof AtelierError) throw error;
    throw new AtelierError('not_writable', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  return format;
}

function studyCsv({ plan, trials }: StudyDetail): string {
  const names = Object.keys(plan.space);
  const facts = ['why', 'ended', 'run', 'worker', 'tries', 'asked_at', 'ended_at'];
  const head = ['trial', 'state', ...plan.metrics, ...names, ...facts];
  const rows = trials.map(({ number, state, params, values, why, ended, run, worker, tries, askedAt, endedAt }) => [
    number,
    state,
    ...plan.metrics.map((_, i) => values?.[i]),
    ...names.map((name) => params[name]),
    reasonText(why),
    ended && reasonText(ended),
    run,
    worker,
    tries,
    moment(askedAt),
    moment(endedAt),
  ]);
  return [head, ...rows].map((row) => `${csvLine(row)}\r\n`).join('');
}

const moment = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** A reason as files and terminals have it: its code, then its facts. */
export function reasonText({ code, ...facts }: Reason): string {
  return [code, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join(', ');
}
