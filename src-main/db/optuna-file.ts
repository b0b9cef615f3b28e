import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ParameterRange, StudyDetail, StoredTrial } from '../shared/study.ts';
import { choicesOf } from '../shared/tunable.ts';
import { Connection } from './connection.ts';

/**
 * Storage of Optuna 3 (schema 12, alembic v3.0.0.d; optuna/storages/_rdb/models.py), which later versions upgrade:
 * `optuna.load_study(storage="sqlite:///study.db", study_name=…)`.
 */
const schema = `
  CREATE TABLE studies (study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));
  CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
  CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256),
    PRIMARY KEY (version_info_id), CHECK (version_info_id=1));
  CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL,
    objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective),
    FOREIGN KEY(study_id) REFERENCES studies (study_id));
  CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512),
    value_json TEXT, PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, "key"),
    FOREIGN KEY(study_id) REFERENCES studies (study_id));
  CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512),
    value_json TEXT, PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, "key"),
    FOREIGN KEY(study_id) REFERENCES studies (study_id));
  CREATE TABLE trials (trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL,
    datetime_start DATETIME, datetime_complete DATETIME, PRIMARY KEY (trial_id),
    FOREIGN KEY(study_id) REFERENCES studies (study_id));
  CREATE INDEX trials_study_id_key ON trials (study_id);
  CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512),
    value_json TEXT, PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, "key"),
    FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
  CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512),
    value_json TEXT, PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, "key"),
    FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
  CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT,
    distribution_json TEXT, PRIMARY KEY (param_id), UNIQUE (trial_id, param_name),
    FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
  CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT,
    value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective),
    FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
  CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL,
    step INTEGER NOT NULL, intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL,
    PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
  CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL,
    PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO version_info VALUES (1, 12, '3.1.0');
  INSERT INTO alembic_version VALUES ('v3.0.0.d');
`;

const states: Record<StoredTrial['state'], string> = {
  waiting: 'WAITING',
  running: 'RUNNING',
  complete: 'COMPLETE',
  pruned: 'PRUNED',
  failed: 'FAIL',
};

/** Writes a study as a file that Optuna opens. What stood there is taken the place of. */
export function writeOptunaFile(path: string, { name, plan, trials }: StudyDetail): void {
  const beside = `${path}.${process.pid}.part`;
  rmSync(beside, { force: true });
  const db = new Connection(dirname(path), beside);
  try {
    db.script(schema);
    db.transaction(() => {
      db.run(`INSERT INTO studies VALUES (1, ?)`, [name]);
      plan.directions.forEach((direction, objective) =>
        db.run(`INSERT INTO study_directions (direction, study_id, objective) VALUES (?, 1, ?)`, [
          direction.toUpperCase(),
          objective,
        ]),
      );
      db.run(`INSERT INTO study_user_attributes (study_id, "key", value_json) VALUES (1, 'metrics', ?)`, [
        JSON.stringify(plan.metrics),
      ]);
      for (const trial of trials) writeTrial(db, trial, plan.space);
    });
    db.close();
    renameSync(beside, path);
  } catch (error) {
    db.close();
    rmSync(beside, { force: true });
    throw error;
  }
}

function writeTrial(db: Connection, trial: StoredTrial, space: Readonly<Record<string, ParameterRange>>): void {
  const { number, state, params, values, violations, reports, why, ended, run } = trial;
  const id = number + 1;
  db.run(`INSERT INTO trials VALUES (?, ?, 1, ?, ?, ?)`, [
    id,
    number,
    states[state],
    dateTime(trial.askedAt),
    dateTime(trial.endedAt),
  ]);
  for (const [name, value] of Object.entries(params)) {
    const range = space[name];
    const choices = choicesOf(range);
    db.run(
      `INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?, ?, ?, ?)`,
      // A category is stored by its place.
      [id, name, choices.length > 0 ? choices.indexOf(value) : (value as number), distribution(range)],
    );
  }
  values?.forEach((value, objective) =>
    db.run(`INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, ?, ?, ?)`, [
      id,
      objective,
      ...typed(value),
    ]),
  );
  for (const [step, value] of reports) {
    db.run(
      `INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) VALUES (?, ?, ?, ?)`,
      [id, step, ...typed(value)],
    );
  }
  for (const [key, fact] of Object.entries({ run, why, ended })) {
    if (fact === null || fact === undefined) continue;
    db.run(`INSERT INTO trial_user_attributes (trial_id, "key", value_json) VALUES (?, ?, ?)`, [
      id,
      key,
      JSON.stringify(fact),
    ]);
  }
  if (violations) {
    db.run(`INSERT INTO trial_system_attributes (trial_id, "key", value_json) VALUES (?, 'constraints', ?)`, [
      id,
      JSON.stringify(violations),
    ]);
  }
}

function typed(value: number): [number | null, string] {
  if (Number.isNaN(value)) return [null, 'NAN'];
  if (Number.isFinite(value)) return [value, 'FINITE'];
  return [null, value > 0 ? 'INF_POS' : 'INF_NEG'];
}

function distribution(range: ParameterRange): string {
  if (range.type === 'categorical' || range.type === 'boolean')
    return JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: choicesOf(range) } });
  const { low, high, log = false, step } = range;
  if (range.type === 'int')
    return JSON.stringify({ name: 'IntDistribution', attributes: { log, step: step ?? 1, low, high } });
  return JSON.stringify({ name: 'FloatDistribution', attributes: { step: step ?? null, low, high, log } });
}

/** Local time, as Optuna writes it. */
function dateTime(time: number | null): string | null {
  if (time === null) return null;
  const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 23)}000`;
}
