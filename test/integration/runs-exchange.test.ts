import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getSeries } from '../../src-main/db/curves.ts';
import { listRuns } from '../../src-main/db/runs.ts';
import { atelier, done } from '../support/built-cli.ts';
import { writeFiles } from '../support/read-runs.ts';
import { addDataset, addRun, openReader, openWriter, repository, tempFolder } from '../support/temp-workspace.ts';

const id = 'b'.repeat(32);
const steps = 3000;
const lines = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => `${1_700_000_000_000 + (from + i) * 10} ${1 / (from + i + 1)} ${from + i}\n`,
  ).join('');

const mlruns = (): string =>
  writeFiles({
    'mlruns/1/meta.yaml': "experiment_id: '1'\nname: churn\n",
    [`mlruns/1/${id}/meta.yaml`]: `run_id: ${id}\nrun_name: fox\nstart_time: 1700000000000\nend_time: 1700000030000\nstatus: 3\n`,
    [`mlruns/1/${id}/params/lr`]: '0.01',
    [`mlruns/1/${id}/metrics/loss`]: lines(0, steps),
    [`mlruns/1/${id}/metrics/acc`]: '1700000001000 inf 1\n1700000002000 nan 2\n',
  });

const curve = (folder: string, key = 'loss') => {
  const store = openReader(folder);
  const [run] = listRuns(store);
  const [series] = getSeries(store, run.id, { keys: [key], maxPoints: Infinity });
  store.close();
  return { run, series };
};

describe('runs in and out', () => {
  it('are stored once, grow with their source, and keep what people wrote on them', async () => {
    const [workspace, source] = [tempFolder(), mlruns()];
    const first = await done(workspace, 'runs', 'import', source, '--json');
    expect(first.lines.at(-1)).toMatchObject({
      event: 'done',
      added: 1,
      grown: 0,
      unchanged: 0,
      refused: 0,
      points: steps + 2,
    });
    const { run, series } = curve(workspace);
    expect(run).toMatchObject({
      name: 'fox',
      status: 'finished',
      error: null,
      settings: { learningRate: 0.01 },
      origin: { format: 'mlflow', experiment: 'churn' },
    });
    expect(run.metrics).toEqual({ loss: 1 / steps, acc: NaN });
    expect(series.steps).toEqual(Array.from({ length: steps }, (_, i) => i));
    expect(series.values.every((value, i) => value === 1 / (i + 1))).toBe(true);
    expect([series.times[7], series.epochs[7]]).toEqual([0.07, NaN]);
    expect(curve(workspace, 'acc').series.values).toEqual([Infinity, NaN]);

    const store = openWriter(workspace);
    store.run(`UPDATE runs SET name = 'mine', notes = 'kept', tags = '["kept"]'`);
    store.close();
    appendFileSync(join(source, 'mlruns/1', id, 'metrics/loss'), lines(steps, steps + 10));
    const again = await done(workspace, 'runs', 'import', source, '--json');
    expect(again.lines.at(-1)).toMatchObject({ added: 0, grown: 1, unchanged: 0 });
    const grown = curve(workspace);
    expect(grown.series.total).toBe(steps + 10);
    expect(grown.run).toMatchObject({
      id: run.id,
      name: 'mine',
      notes: 'kept',
      tags: ['kept'],
      metrics: { loss: 1 / (steps + 10) },
    });
    const third = await done(workspace, 'runs', 'import', source, '--json');
    expect(third.lines.at(-1)).toMatchObject({ added: 0, grown: 0, unchanged: 1 });

    const found = await done(
      workspace,
      'runs',
      'list',
      '--filter',
      'source = mlflow and lr < 0.1 and loss < 1',
      '--columns',
      'experiment,lr',
      '--json',
    );
    expect(found.lines).toEqual([{ run: run.id, name: 'mine', fields: { experiment: 'churn', learning_rate: 0.01 } }]);

    // The run's folder alone makes its rows again.
    for (const end of ['', '-wal', '-shm']) rmSync(join(workspace, `atelier.db${end}`), { force: true });
    rmSync(join(workspace, 'backups'), { recursive: true, force: true });
    await done(workspace, 'runs', 'list');
    const salvaged = curve(workspace);
    expect(salvaged.run).toMatchObject({
      id: run.id,
      name: 'mine',
      origin: grown.run.origin,
      settings: grown.run.settings,
    });
    expect(salvaged.series).toEqual(grown.series);
    expect((await done(workspace, 'runs', 'import', source, '--json')).lines.at(-1)).toMatchObject({ unchanged: 1 });
  });

  it('cannot go on where they were imported, and say why', async () => {
    const [workspace, source] = [tempFolder(), mlruns()];
    await done(workspace, 'runs', 'import', source);
    for (const args of [
      ['runs', 'resume', 'fox'],
      ['runs', 'add-epochs', 'fox', '3'],
      ['evaluate', 'fox', '--split', 'validation'],
    ]) {
      const refused = await atelier(workspace, ...args);
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringMatching(/^error: imported_run: .*fox.*imported/),
      ]);
    }
    expect((await done(workspace, 'runs', 'show', 'fox')).stdout).toMatch(/imported +\d{4}-.* by .*, mlflow/);
  });

  it('go into another workspace as they were, to the bit', async () => {
    const [workspace, other] = [tempFolder(), tempFolder()];
    const store = openWriter(workspace);
    const run = addRun(store, addDataset(store));
    store.close();
    const folder = join(workspace, 'runs', run);
    mkdirSync(folder, { recursive: true });
    const values = [0.1 + 0.2, 5e-324, 1 / 3];
    const told = {
      type: 'metrics',
      key: values.map(() => 'train/loss'),
      step: [1, 2, 3],
      epoch: [0.1, 0.2, 0.3],
      value: values,
      time: [1, 2, 3.5],
    };
    writeFileSync(
      join(folder, 'run.jsonl'),
      `${JSON.stringify({ type: 'start', step: 0, parameterCount: 5 })}\n${JSON.stringify(told)}\n`,
    );
    const out = join(tempFolder(), 'runs.jsonl');
    await done(workspace, 'runs', 'export', run, '--format', 'jsonl', '--out', out);
    await done(other, 'runs', 'import', out);
    const { run: imported, series } = curve(other, 'train/loss');
    expect([series.values, series.epochs, series.times]).toEqual([values, [0.1, 0.2, 0.3], [1, 2, 3.5]]);
    expect(imported).toMatchObject({
      settings: { architecture: 'mlp', hidden: '64' },
      origin: { identity: `atelier:${run}` },
    });
    const back = join(tempFolder(), 'back.jsonl');
    await done(other, 'runs', 'export', imported.id, '--format', 'jsonl', '--out', back);
    const curves = (path: string) => readFileSync(path, 'utf8').split('\n').slice(1);
    expect(curves(back)).toEqual(curves(out));
    // Where it was trained it is left alone.
    expect((await done(workspace, 'runs', 'import', back, '--json')).lines.at(-1)).toMatchObject({
      added: 0,
      unchanged: 1,
    });
  });

  it('come from several sources at once; what is broken is named and holds up none', async () => {
    const workspace = tempFolder();
    const source = mlruns();
    cpSync(join(repository, 'test/fixtures/tensorboard'), join(source, 'logs'), { recursive: true });
    writeFileSync(join(source, 'mlruns/1', id, 'meta.yaml'), 'run_id: [\n');
    const made = await atelier(workspace, 'runs', 'import', join(source, 'mlruns'), join(source, 'logs'), '--json');
    expect(made.code).toBe(0);
    expect(made.lines.find(({ event }) => event === 'refused')).toMatchObject({
      code: 'broken_meta',
      message: expect.stringMatching(/meta\.yaml, line \d/) as string,
    });
    expect(made.lines.at(-1)).toMatchObject({ added: 2, refused: 1 });
    const nothing = await atelier(workspace, 'runs', 'import', join(source, 'mlruns'));
    expect([nothing.code, nothing.stderr]).toEqual([
      1,
      expect.stringMatching(/error: broken_meta: No run could be imported/),
    ]);
  });
});
