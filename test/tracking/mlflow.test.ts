import { mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exportRuns } from '../../src-main/tracking/export-runs.ts';
import { MlflowNames, mlflowName } from '../../src-main/tracking/mlflow/names.ts';
import { pythonNumber } from '../../src-main/tracking/mlflow/metric-file.ts';
import { readRuns, writeFiles } from '../support/read-runs.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const id = '0123e45678901234567890123456789a';
/** As MLflow 2.x writes it: PyYAML quotes what it would itself take for a number, and no more. */
const meta = (change: Record<string, string> = {}): string =>
  Object.entries({
    artifact_uri: `mlflow-artifacts:/7/${id}/artifacts`,
    end_time: '1700000099000',
    entry_point_name: "''",
    experiment_id: "'7'",
    lifecycle_stage: 'active',
    run_id: id,
    run_name: 'bold-fox-42',
    run_uuid: id,
    source_type: '4',
    start_time: '1700000000000',
    status: '3',
    tags: '[]',
    user_id: 'me',
    ...change,
  })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');

const experiment = `artifact_location: mlflow-artifacts:/7\nexperiment_id: '7'\nlifecycle_stage: active\nname: Kündigungen\n`;

const store = (files: Record<string, string> = {}): Record<string, string> => ({
  'mlruns/7/meta.yaml': experiment,
  [`mlruns/7/${id}/meta.yaml`]: meta(),
  [`mlruns/7/${id}/metrics/train/loss`]: '1700000001000 0.5 1\n1700000002000 0.25 2\n1700000003500 1e-05 3\n',
  [`mlruns/7/${id}/metrics/acc`]:
    '1700000001000 nan 1\n1700000002000 inf 2\n1700000003000 -inf 3\n1700000003000 -0.0 4\n',
  [`mlruns/7/${id}/params/learning_rate`]: '1e-05',
  [`mlruns/7/${id}/params/batch_size`]: '32',
  [`mlruns/7/${id}/params/code`]: '007',
  [`mlruns/7/${id}/params/deep/er`]: 'True',
  [`mlruns/7/${id}/tags/mlflow.note.content`]: 'What I\nthought.',
  [`mlruns/7/${id}/tags/mlflow.source.git.commit`]: 'c0ffee',
  [`mlruns/7/${id}/tags/stage`]: 'candidate',
  [`mlruns/7/${id}/tags/keep`]: 'true',
  ...files,
});

describe('runs of MLflow', () => {
  it('are read with their curves, settings, tags and notes', async () => {
    const folder = writeFiles(store());
    const { runs, refused } = await readRuns([folder]);
    expect(refused).toEqual([]);
    expect(runs).toHaveLength(1);
    const [{ run, curves, format }] = runs;
    expect(format).toBe('mlflow');
    expect(run).toMatchObject({
      // Not a number in scientific notation, which a reader of YAML 1.2 would make of it.
      identity: `mlflow:${id}`,
      name: 'bold-fox-42',
      status: 'finished',
      experiment: 'Kündigungen',
      settings: {
        learningRate: 0.00001,
        batchSize: 32,
        code: '007',
        'deep/er': true,
        'mlflow.source.git.commit': 'c0ffee',
      },
      notes: 'What I\nthought.',
      tags: ['keep', 'stage=candidate'],
      createdAt: 1_700_000_000_000,
      finishedAt: 1_700_000_099_000,
      error: null,
    });
    expect(curves['train/loss']).toEqual([
      [1, 0.5, 1],
      [2, 0.25, 2],
      [3, 0.00001, 3.5],
    ]);
    expect(curves.acc.map(([, value]) => value)).toEqual([NaN, Infinity, -Infinity, -0]);
    expect(run.metrics).toEqual({ 'train/loss': 0.00001, acc: '-0' });
  });

  it.each([['mlruns'], ['mlruns/7'], [`mlruns/7/${id}`]])('are found in %s', async (inside) => {
    const { runs } = await readRuns([join(writeFiles(store()), inside)]);
    expect(runs.map(({ run }) => [run.identity, run.experiment])).toEqual([[`mlflow:${id}`, 'Kündigungen']]);
  });

  it('take the value of the greatest step, of the latest moment, wherever its line stands', async () => {
    const lines = '1700000009000 3 5\n1700000001000 1 9\n1700000002000 2 9\n1700000003000 4 1\n';
    const { runs } = await readRuns([writeFiles(store({ [`mlruns/7/${id}/metrics/m`]: lines }))]);
    expect(runs[0].run.metrics.m).toBe(2);
  });

  it('number points that were logged without steps, and say so', async () => {
    const files = store({ [`mlruns/7/${id}/metrics/m`]: '1700000001000 3\n1700000002000 4 0\n1700000003000 5 0\n' });
    const { runs, remarks } = await readRuns([writeFiles(files)]);
    expect(runs[0].curves.m.map(([step, value]) => [step, value])).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(remarks).toEqual([expect.stringMatching(/without steps/)]);
  });

  it('that have no end are marked so', async () => {
    const { runs } = await readRuns([
      writeFiles(store({ [`mlruns/7/${id}/meta.yaml`]: meta({ status: '1', end_time: 'null' }) })),
    ]);
    expect(runs[0].run).toMatchObject({
      status: 'interrupted',
      finishedAt: null,
      error: { code: 'imported_unfinished' },
    });
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['a broken meta.yaml', { 'meta.yaml': 'run_id: a\nb: [c\nx: }\n' }, 'broken_meta', /meta\.yaml, line [23]: /],
    [
      'a moment that is none',
      { 'meta.yaml': meta({ start_time: 'yesterday' }) },
      'broken_meta',
      /line 10: start_time is "yesterday"/,
    ],
    ['an unknown status', { 'meta.yaml': meta({ status: '9' }) }, 'broken_meta', /line 11: status is "9"/],
    ['a list in the place of names', { 'meta.yaml': '- a\n- b\n' }, 'broken_meta', /line 1: it holds no names/],
    [
      'a line of a metric that is none',
      { 'metrics/acc': '1700000001000 1 1\n1700000001000 high 2\n' },
      'broken_metric',
      /acc, line 2: "1700000001000 high 2"/,
    ],
    ['a step that is no whole number', { 'metrics/acc': '1700000001000 1 1.5\n' }, 'broken_metric', /acc, line 1/],
    ['a run in the trash', { 'meta.yaml': meta({ lifecycle_stage: 'deleted' }) }, 'deleted_run', /restore/i],
  ])('refuse %s, and read the others', async (_, files, code, message) => {
    const other = id.replace('a', 'b');
    const folder = writeFiles({
      ...store(),
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`mlruns/7/${id}/${name}`, text])),
      [`mlruns/7/${other}/meta.yaml`]: meta({ run_id: other }),
      [`mlruns/7/${other}/params/a`]: '1',
    });
    const { runs, refused } = await readRuns([folder]);
    expect(refused).toEqual([
      { path: join(folder, 'mlruns/7', id), code, message: expect.stringMatching(message) as string },
    ]);
    expect(runs.map(({ run }) => run.identity)).toEqual([`mlflow:${other}`]);
    await expect(readRuns([join(folder, 'mlruns/7', id)])).rejects.toMatchObject({ code });
  });

  it('survive aliases that would blow up, and names that lead elsewhere', async () => {
    const bomb = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n');
    const files = store({
      [`mlruns/7/${id}/meta.yaml`]: `${meta()}a0: &a0 x\n${bomb}\n`,
      [`mlruns/7/${id}/tags/atelier.identity`]: '../../../etc passwd',
      [`mlruns/7/${id}/params/__proto__`]: 'polluted',
      [`mlruns/7/${id}/metrics/__proto__`]: '1700000001000 1 1\n',
    });
    const { runs } = await readRuns([writeFiles(files)]);
    expect(runs[0].run.identity).toBe(`mlflow:${id}`);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(runs[0].run.metrics).sort()).toEqual(['acc', 'train/loss']);
  });

  it('follow no links, and read nothing whole that is large', async () => {
    const folder = writeFiles(store({ 'secret/metrics/leak': '1700000001000 1 1\n', 'secret/word': 'secret' }));
    const run = join(folder, 'mlruns/7', id);
    symlinkSync(join(folder, 'secret/word'), join(run, 'params/word'));
    symlinkSync(join(folder, 'secret/metrics'), join(run, 'metrics/linked'));
    const { runs } = await readRuns([folder]);
    expect(runs[0].run.settings).not.toHaveProperty('word');
    expect(Object.keys(runs[0].curves).sort()).toEqual(['acc', 'train/loss']);
    symlinkSync(run, join(folder, 'link'));
    await expect(readRuns([join(folder, 'link')])).rejects.toMatchObject({ code: 'not_readable' });
    truncateSync(join(run, 'params/code'), 2 ** 21);
    await expect(readRuns([run])).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringMatching(/code: 2097152/) as string,
    });
  });

  it('are no others: a folder without any is told so', async () => {
    await expect(readRuns([writeFiles({ 'a/b.txt': 'x' })])).rejects.toMatchObject({ code: 'no_runs' });
    await expect(readRuns([join(tempFolder(), 'absent')])).rejects.toMatchObject({ code: 'source_vanished' });
  });

  it('reads numbers as Python writes them', () => {
    expect(['0.1', '1e-05', '-3', '1.', '.5', 'nan', 'inf', '-inf'].map(pythonNumber)).toEqual([
      ...[0.1, 0.00001, -3, 1, 0.5],
      ...[NaN, Infinity, -Infinity],
    ]);
    expect(['', '0x10', '1_000', 'one', '1e', 'Infinity1'].map(pythonNumber)).toEqual(Array(6).fill(undefined));
  });
});

describe('runs for MLflow', () => {
  it('come back as they went, and are laid out as a file store', async () => {
    const { runs } = await readRuns([writeFiles(store())]);
    const [{ run, folder, curves }] = runs;
    const out = join(tempFolder(), 'mlruns');
    const made = await exportRuns(
      {
        format: 'mlflow',
        out,
        runs: [{ folder, run: { ...run, metrics: { 'train/loss': 0.00001, acc: -0, 'test/f1': 0.5 } } }],
      },
      { progress: () => undefined, signal: new AbortController().signal },
    );
    expect(made).toMatchObject({ path: out, runs: 1, points: 7 });
    const back = await readRuns([out]);
    expect(back.refused).toEqual([]);
    expect(back.runs[0].run).toEqual({
      ...run,
      settings: { ...run.settings, 'mlflow.user': expect.any(String) as string },
      metrics: { ...run.metrics, 'test/f1': 0.5 },
    });
    expect(back.runs[0].curves).toEqual({ ...curves, 'test/f1': [[0, 0.5, 99]] });

    const [at] = [back.runs[0].path];
    expect(at.endsWith(`/${id}`)).toBe(true);
    expect(parse(readFileSync(join(at, 'meta.yaml'), 'utf8'))).toMatchObject({
      run_id: id,
      run_uuid: id,
      status: 3,
      start_time: 1_700_000_000_000,
      lifecycle_stage: 'active',
    });
    expect(parse(readFileSync(join(at, '../meta.yaml'), 'utf8'))).toMatchObject({
      name: 'Kündigungen',
      lifecycle_stage: 'active',
    });
    expect(readFileSync(join(at, 'metrics/train/loss'), 'utf8')).toBe(
      '1700000001000 0.5 1\n1700000002000 0.25 2\n1700000003500 0.00001 3\n',
    );
    expect(readFileSync(join(at, 'metrics/acc'), 'utf8')).toBe(
      '1700000001000 nan 1\n1700000002000 inf 2\n1700000003000 -inf 3\n1700000003000 -0.0 4\n',
    );
    expect(readFileSync(join(at, 'params/deep/er'), 'utf8')).toBe('True');
  });

  it('keep what MLflow has no place for: epochs, and how the run did', async () => {
    const told = {
      ...{ type: 'run', version: 1, id: 'atelier:run_1', name: 'fox', status: 'failed', created_at: 1_700_000_000_000 },
      ...{ parameters: 51, samples_per_second: 1234.5, best_epoch: 2, stopped_early: true },
      error: { code: 'diverged', message: 'The loss became NaN at step 3.' },
    };
    const lines = [
      told,
      {
        type: 'curve',
        key: 'train/loss',
        step: [1, 2, 3],
        epoch: [0.1 + 0.2, 2 / 3, 1],
        time: [1, 2, 3],
        value: [3, 2, 'NaN'],
      },
      {
        type: 'curve',
        key: 'validation/loss',
        step: [3, 6, 9],
        epoch: [1, 2, null],
        time: [3, 6, 9],
        value: [2, 1, 1],
      },
      { type: 'curve', key: 'atelier.epoch/odd', step: [1], epoch: [null], time: [1], value: [1] },
    ];
    const source = writeFiles({ 'runs.jsonl': lines.map((line) => JSON.stringify(line)).join('\n') });
    const { runs } = await readRuns([source]);
    const out = join(tempFolder(), 'mlruns');
    const context = { progress: () => undefined, signal: new AbortController().signal };
    await exportRuns(
      { format: 'mlflow', out, runs: runs.map(({ run, folder }) => ({ run: { ...run, metrics: {} }, folder })) },
      context,
    );
    const back = (await readRuns([out])).runs[0];
    const { parameterCount, samplesPerSecond, bestEpoch, stoppedEarly, error, status } = runs[0].run;
    expect(back.run).toMatchObject({ parameterCount, samplesPerSecond, bestEpoch, stoppedEarly, error, status });
    expect(back.epochs).toEqual({
      'train/loss': [0.1 + 0.2, 2 / 3, 1],
      'validation/loss': [1, 2, NaN],
      'atelier.epoch_2/odd': [0.1 + 0.2],
    });
    expect(back.run.tags).toEqual([]);
  });

  it('go into an empty folder only', async () => {
    const out = writeFiles({ 'mine.txt': 'x' });
    const context = { progress: () => undefined, signal: new AbortController().signal };
    await expect(exportRuns({ format: 'mlflow', out, runs: [] }, context)).rejects.toMatchObject({
      code: 'folder_not_empty',
    });
    mkdirSync(join(out, 'file.jsonl'));
    await expect(
      exportRuns({ format: 'jsonl', out: join(out, 'file.jsonl'), runs: [] }, context),
    ).rejects.toMatchObject({ code: 'not_writable' });
  });

  it('have names that every system takes, one for each', () => {
    expect(['../../etc/passwd', '/a//b', 'test/f1(macro)', 'aux', 'a/con.txt', '.. /x', ''].map(mlflowName)).toEqual([
      ...['_/_/etc/passwd', 'a/b', 'test/f1_macro_', '_aux', 'a/_con.txt', '_/x', 'unnamed'],
    ]);
    const names = new MlflowNames();
    expect(['a', 'a/b', 'A', 'c/d', 'c', 'a'].map((name) => names.take(name))).toEqual([
      'a',
      'a_2/b',
      'A_3',
      'c/d',
      'c_2',
      'a',
    ]);
  });
});
