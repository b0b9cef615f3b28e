import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { writeOptunaFile } from '../../src-main/db/optuna-file.ts';
import {
  getStudy,
  insertReport,
  insertStudy,
  insertTrial,
  listTrials,
  trialOfRun,
  updateTrial,
} from '../../src-main/db/studies.ts';
import { studyDetail } from '../../src-main/jobs/studies/study-facts.ts';
import { newId } from '../../src-main/shared/ids.ts';
import type { StoredTrial, StudyPlan } from '../../src-main/shared/study.ts';
import { addDataset, addRun, openWriter, tempFolder } from '../support/temp-workspace.ts';

const plan: StudyPlan = {
  settings: { architecture: 'mlp' },
  space: {
    lr: { type: 'float', low: 1e-4, high: 1, log: true },
    hidden: { type: 'int', low: 8, high: 64, step: 8 },
    optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
    bidirectional: { type: 'boolean' },
  },
  constraints: [],
  metrics: ['validation/accuracy'],
  directions: ['maximize'],
  limits: [],
  sampler: 'random',
  pruner: 'none',
  seed: 0,
};
const params = { lr: 0.01, hidden: 16, optimizer: 'sgd', bidirectional: true };
const asked: StoredTrial = {
  number: 0,
  state: 'running',
  params,
  values: null,
  reports: [],
  why: { code: 'random' },
  notes: { round: 3, at: [1, 2] },
  run: null,
  worker: 1,
  tries: 1,
  askedAt: 1_700_000_000_000,
  endedAt: null,
};

function withStudy() {
  const store = openWriter(tempFolder());
  const version = addDataset(store);
  const id = newId('study');
  const budget = { trials: 5, seconds: null, withoutBetter: null, trialSeconds: null, workers: 1 };
  store.transaction(() =>
    insertStudy(store, { id, name: 'search', status: 'running', version: version.id, plan, budget, createdAt: 1 }),
  );
  return { store, version, id };
}

describe('studies in the store', () => {
  it('come back as they were put in, reports that are no numbers too', () => {
    const { store, version, id } = withStudy();
    const run = addRun(store, version);
    const trial = { ...asked, run };
    store.transaction(() => insertTrial(store, id, trial));
    for (const [step, value] of [
      [1, 0.5],
      [2, NaN],
      [3, Infinity],
    ])
      insertReport(store, id, 0, step, value);
    const reports = [
      [1, 0.5],
      [2, NaN],
      [3, Infinity],
    ];
    expect(listTrials(store, id)).toEqual([{ ...trial, reports }]);
    expect(trialOfRun(store, run)).toEqual({ study: id, number: 0 });
    expect(getStudy(store, id)).toMatchObject({ name: 'search', plan, datasetName: 'small', versionNumber: 1 });
    store.close();
  });

  it('change no trial that has ended, and no plan; a number or a run is given once', () => {
    const { store, version, id } = withStudy();
    const run = addRun(store, version);
    insertTrial(store, id, { ...asked, run });
    updateTrial(store, id, { ...asked, run, state: 'complete', values: [0.9], endedAt: 2 });
    expect(() => updateTrial(store, id, { ...asked, run })).toThrow(/has ended does not change/);
    expect(() => insertTrial(store, id, asked)).toThrow(/UNIQUE|constraint/i);
    expect(() => insertTrial(store, id, { ...asked, number: 1, run })).toThrow(/UNIQUE|constraint/i);
    expect(() => store.run(`UPDATE studies SET plan = '{}' WHERE id = ?`, [id])).toThrow(/does not change/);
    expect(listTrials(store, id)).toMatchObject([{ state: 'complete', values: [0.9] }]);
    store.close();
  });

  it('are written as Optuna stores them', () => {
    const { store, id } = withStudy();
    insertTrial(store, id, {
      ...asked,
      state: 'complete',
      values: [0.75],
      reports: [
        [1, 0.5],
        [2, NaN],
      ],
      endedAt: 1_700_000_001_000,
    });
    insertTrial(store, id, {
      ...asked,
      number: 1,
      state: 'failed',
      ended: { code: 'crashed', times: 3 },
      endedAt: 1_700_000_002_000,
    });
    const path = join(tempFolder(), 'study.db');
    writeOptunaFile(path, studyDetail(store, getStudy(store, id)));
    store.close();
    const file = new Database(path, { readonly: true });
    const all = (sql: string) => file.prepare(sql).raw().all();
    expect(all(`SELECT schema_version FROM version_info`)).toEqual([[12]]);
    expect(all(`SELECT version_num FROM alembic_version`)).toEqual([['v3.0.0.d']]);
    expect(all(`SELECT number, state FROM trials`)).toEqual([
      [0, 'COMPLETE'],
      [1, 'FAIL'],
    ]);
    expect(all(`SELECT objective, value, value_type FROM trial_values`)).toEqual([[0, 0.75, 'FINITE']]);
    expect(all(`SELECT step, intermediate_value, intermediate_value_type FROM trial_intermediate_values`)).toEqual([
      [1, 0.5, 'FINITE'],
      [2, null, 'NAN'],
    ]);
    expect(
      all(`SELECT param_name, param_value, distribution_json FROM trial_params WHERE trial_id = 1 ORDER BY param_id`),
    ).toEqual([
      ['lr', 0.01, '{"name":"FloatDistribution","attributes":{"step":null,"low":0.0001,"high":1,"log":true}}'],
      ['hidden', 16, '{"name":"IntDistribution","attributes":{"log":false,"step":8,"low":8,"high":64}}'],
      ['optimizer', 1, '{"name":"CategoricalDistribution","attributes":{"choices":["adam","sgd"]}}'],
      ['bidirectional', 1, '{"name":"CategoricalDistribution","attributes":{"choices":[false,true]}}'],
    ]);
    file.close();
  });
});
