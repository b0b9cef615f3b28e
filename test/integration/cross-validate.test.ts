import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { getVersion, listDatasets } from '../../src-main/db/datasets.ts';
import { listRuns } from '../../src-main/db/runs.ts';
import { Random } from '../../src-main/shared/random.ts';
import { atelier, done } from '../support/built-cli.ts';
import { atelier as inProcess } from '../support/fake-host.ts';
import { openReader, repository, tempFolder } from '../support/temp-workspace.ts';

/** Nine people with ten samples each. */
function people(folder: string): string {
  const random = new Random(5);
  const rows = Array.from({ length: 90 }, (_, i) => {
    const kind = i % 2 === 0 ? 'up' : 'down';
    return `${(kind === 'up' ? 1 : -1) + random.normal()},${random.normal()},p${i % 9},${kind}`;
  });
  const path = join(folder, 'people.csv');
  writeFileSync(path, ['a,b,who,kind', ...rows, ''].join('\n'));
  return path;
}

it('a model is trained on every fold, and its results come with their spread', async () => {
  const folder = tempFolder();
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const common = ['--target', 'kind', '--group', 'who', '--epochs', '3'];
  const { lines } = await done(workspace, 'cross-validate', people(folder), ...common, '--folds', '3', '--json');
  const [started] = lines;
  const folds = lines.filter(({ event }) => event === 'fold') as { run: string; metrics: Record<string, number> }[];
  expect(started).toMatchObject({
    event: 'started',
    name: 'people · mlp',
    folds: 3,
    runs: folds.map(({ run }) => run),
  });
  expect(
    folds.map((fold) => [(fold as never as { fold: number }).fold, (fold as never as { name: string }).name]),
  ).toEqual([
    [1, 'people · mlp · 1/3'],
    [2, 'people · mlp · 2/3'],
    [3, 'people · mlp · 3/3'],
  ]);
  const accuracies = folds.map(({ metrics }) => metrics['test/accuracy']);
  const mean = accuracies.reduce((a, b) => a + b) / 3;
  const std = Math.sqrt(accuracies.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 2);
  const { metrics } = lines.at(-1) as { metrics: Record<string, { mean: number; std: number; runs: number }> };
  expect(metrics['test/accuracy'].mean).toBeCloseTo(mean, 12);
  expect(metrics['test/accuracy'].std).toBeCloseTo(std, 12);
  expect(metrics['test/accuracy'].runs).toBe(3);

  const store = openReader(workspace);
  const splits = listRuns(store).flatMap((run) =>
    run.origin === null ? [[run.settings.part, getVersion(store, run.version).manifest] as const] : [],
  );
  expect(splits.map(([part]) => part?.fold).sort()).toEqual([0, 1, 2]);
  for (const [part, { split, splits: sizes }] of splits) {
    expect(split).toMatchObject({ how: 'folds', folds: 3, fold: part!.fold, column: 'who' });
    expect(sizes).toEqual({ train: 30, validation: 30, test: 30 });
  }
  const before = listDatasets(store)[0].versions;
  store.close();

  // Another model, on the same folds: none is made anew.
  const again = await done(
    workspace,
    'cross-validate',
    'people',
    ...common.slice(2),
    '--folds',
    '3',
    '--architecture',
    'linear',
  );
  expect(again.stdout).toMatch(
    /^fold 1\/3: test\/accuracy 0\.\d+, .*\n.*\n.*\nmean of 3 folds: test\/accuracy 0\.\d+ ± 0\.\d+/,
  );
  const after = openReader(workspace);
  expect(listDatasets(after)[0].versions).toBe(before);
  expect(listRuns(after)).toHaveLength(6);
  after.close();

  // What cannot be is refused before anything is made.
  for (const [args, code, message] of [
    [['--folds', '2'], 2, /--folds.*whole number from 3 to 20/],
    [['--group', 'nobody'], 1, /nobody/],
    [['--loss', 'huber'], 2, /invalid_settings: loss=huber/],
    [['--folds', '20', '--group', 'who'], 1, /error: \w+: /],
  ] as const) {
    const refused = await atelier(workspace, 'cross-validate', 'people', ...args);
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringMatching(message)]);
  }
  const last = openReader(workspace);
  expect(listRuns(last)).toHaveLength(6);
  last.close();
});

it('folds that fail are told, and the command fails', async () => {
  const folder = tempFolder();
  const path = people(folder);
  const built = (kind: string) => join(repository, '.vite/build/utility', `${kind}.cjs`);
  const fake = join(repository, 'test/support/utilities/fake.mjs');
  const args = [
    'cross-validate',
    path,
    '--target',
    'kind',
    '--architecture',
    'refuses',
    '--folds',
    '3',
    '--device',
    'cpu',
  ];
  const { code, stdout, stderr } = await inProcess(folder, args, undefined, (kind) =>
    kind === 'train' ? fake : built(kind),
  );
  expect(code).toBe(1);
  expect(stdout.match(/fold \d\/3: failed: The file is empty\./g)).toHaveLength(3);
  expect(stdout).not.toMatch(/mean of/);
  expect(stderr).toMatch(/error: folds_failed: 3 of 3 folds did not finish/);
});
