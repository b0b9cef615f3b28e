import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { insertDataset, insertVersion } from '../../src-main/db/datasets.ts';
import { openStore } from '../../src-main/db/open.ts';
import { insertStudy, insertTrial, setStudyStatus } from '../../src-main/db/studies.ts';
import { newId } from '../../src-main/shared/ids.ts';
import type { DatasetVersion } from '../../src-main/shared/dataset.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { Params, ParameterRange, StoredTrial, StudyPlan, TrialState } from '../../src-main/shared/study.ts';

const trialCount = Number(process.env.BENCH_TRIALS ?? 10_000);
const epochs = 9;
const workers = 4;
const migrations = resolve(import.meta.dirname, '../../migrations');

const space: Record<string, ParameterRange> = {
  lr: { type: 'float', low: 1e-5, high: 1, log: true },
  weight_decay: { type: 'float', low: 1e-7, high: 0.1, log: true },
  dropout: { type: 'float', low: 0, high: 0.6 },
  label_smoothing: { type: 'float', low: 0, high: 0.3 },
  momentum: { type: 'float', low: 0.5, high: 0.99 },
  batch: { type: 'int', low: 8, high: 512, log: true },
  depth: { type: 'int', low: 1, high: 12 },
  warmup: { type: 'int', low: 0, high: 10 },
  optimizer: { type: 'categorical', choices: ['sgd', 'adam', 'adamw', 'lion'] },
  schedule: { type: 'categorical', choices: ['constant', 'cosine', 'linear'] },
  mixup: { type: 'boolean' },
  mixup_share: { type: 'float', low: 0, high: 1, when: { mixup: true } },
};
const plan: StudyPlan = {
  settings: { architecture: 'mlp', epochs },
  space,
  constraints: [],
  metrics: ['validation/accuracy'],
  directions: ['maximize'],
  limits: [],
  sampler: 'random',
  pruner: 'median',
  seed: 1,
};

function paramsOf(random: Random): Params {
  const params: Record<string, number | string | boolean> = {};
  for (const [name, range] of Object.entries(space)) {
    if (range.when && params.mixup !== true) continue;
    if (range.type === 'boolean') params[name] = random.uniform() < 0.5;
    else if (range.type === 'categorical') params[name] = range.choices[random.below(range.choices.length)] as string;
    else {
      const share = random.uniform();
      const value = range.log
        ? range.low * (range.high / range.low) ** share
        : range.low + share * (range.high - range.low);
      params[name] = range.type === 'int' ? Math.round(value) : value;
    }
  }
  return params;
}

function trial(number: number, random: Random): StoredTrial {
  const params = paramsOf(random);
  const goal =
    0.95 -
    0.04 * (Math.log10(params.lr as number) + 2.5) ** 2 -
    0.4 * ((params.dropout as number) - 0.25) ** 2 -
    (params.optimizer === 'sgd' ? 0.05 : 0) +
    0.01 * random.normal();
  const state: TrialState = random.uniform() < 0.02 ? 'failed' : goal < 0.7 ? 'pruned' : 'complete';
  const told = state === 'complete' ? epochs : 1 + random.below(4);
  const reports = Array.from({ length: told }, (_, i): [number, number] => [
    i + 1,
    goal * (1 - Math.exp(-(i + 1) / 2)),
  ]);
  const askedAt = 1.7e12 + Math.floor(number / workers) * 20_000;
  return {
    number,
    state,
    params,
    values: state === 'failed' ? null : [state === 'pruned' ? reports.at(-1)![1] : goal],
    reports,
    why: { code: 'random' },
    ...(state === 'complete'
      ? {}
      : { ended: state === 'failed' ? { code: 'crashed', times: 2 } : { code: 'diverged', step: told, value: 'NaN' } }),
    run: null,
    worker: number % workers,
    tries: 1,
    askedAt,
    endedAt: askedAt + Math.round((19_000 * told) / epochs),
  };
}

/** A workspace with one study of 10,000 trials of 12 settings; generated once and kept for the next time. */
export function studyWorkspace(): string {
  const folder = process.env.BENCH_FOLDER ?? join(tmpdir(), `atelier-bench-study-${trialCount}`);
  if (existsSync(folder)) return folder;
  const beside = `${folder}.part`;
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  const store = openStore(beside, { mode: 'write', owner: 'the bench', migrations, appVersion: '0.0.0-bench' });
  const version: DatasetVersion = {
    id: newId('version'),
    dataset: newId('dataset'),
    number: 1,
    createdAt: 1,
    change: 'generated',
    manifest: {
      kind: 'table',
      samples: 1,
      columns: [],
      target: null,
      task: null,
      classes: [],
      image: null,
      splits: { train: 1, validation: 0, test: 0 },
      splitSource: 'random',
      splitSeed: 0,
      blobs: { table: 'a'.repeat(64), split: 'b'.repeat(64) },
      sources: [],
      rejectedCount: 0,
      rejected: [],
      notes: [],
    },
  };
  insertDataset(store, { id: version.dataset, name: 'bench', createdAt: 1 });
  insertVersion(store, version);
  const id = newId('study');
  const budget = { trials: trialCount, seconds: null, withoutBetter: null, trialSeconds: null, workers };
  insertStudy(store, { id, name: 'bench', status: 'running', version: version.id, plan, budget, createdAt: 1.7e12 });
  const random = new Random(1);
  store.relaxed(() => {
    for (let number = 0; number < trialCount; number++) insertTrial(store, id, trial(number, random));
  });
  setStudyStatus(store, id, 'finished', { code: 'trials_done', trials: trialCount });
  store.close();
  renameSync(beside, folder);
  return folder;
}
