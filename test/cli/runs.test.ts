import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { insertPoints } from '../../src-main/db/metrics.ts';
import { setRunTags } from '../../src-main/db/run-marks.ts';
import { newId, type RunId } from '../../src-main/shared/ids.ts';
import { insertRun } from '../../src-main/db/runs.ts';
import { atelier } from '../support/fake-host.ts';
import { addDataset, openWriter, sampleSettings, tempFolder } from '../support/temp-workspace.ts';

/** Two optimizers, three seeds each; the accuracy follows from both. */
function workspace(): { folder: string; ids: RunId[] } {
  const folder = tempFolder();
  const store = openWriter(folder);
  const version = addDataset(store, 'iris');
  const ids = (['adam', 'sgd'] as const).flatMap((optimizer, o) =>
    [1, 2, 3].map((seed) => {
      const id = newId('run');
      insertRun(store, {
        id,
        name: `${optimizer} ${seed}`,
        version: version.id,
        task: 'classification',
        settings: { ...sampleSettings, optimizer, seed },
        createdAt: Date.now(),
      });
      const value = 0.9 - o * 0.4 + seed / 100;
      insertPoints(store, id, [{ key: 'test/accuracy', step: 1, epoch: 1, value, time: 1 }]);
      return id;
    }),
  );
  setRunTags(store, ids[0], ['=cmd', 'baseline']);
  store.close();
  return { folder, ids };
}

describe('runs list', () => {
  it('filters, sorts and shows the columns asked for', async () => {
    const { folder, ids } = workspace();
    const args = ['runs', 'list', '--filter', 'seed >= 2 and optimizer in (adam, sgd)', '--sort', '-test/accuracy'];
    const found = await atelier(folder, [...args, '--columns', 'test/accuracy,lr,tags', '--json']);
    expect([found.code, found.stderr]).toEqual([0, '']);
    expect(found.lines.map((line) => line.run)).toEqual([ids[2], ids[1], ids[5], ids[4]]);
    expect(found.lines[0]).toEqual({
      run: ids[2],
      name: 'adam 3',
      fields: { 'test/accuracy': 0.93, learning_rate: 0.001, tags: [] },
    });
    const whole = await atelier(folder, [...args, '--limit', '1', '--json']);
    expect(whole.lines).toMatchObject([{ run: ids[2], metrics: { 'test/accuracy': 0.93 }, tags: [] }]);
    expect((await atelier(folder, args)).stdout).toMatch(/RUN +NAME.*\n.*adam 3 .*0\.9300/);
  });

  it('shows them as a kept view does, and names the views there are', async () => {
    const { folder, ids } = workspace();
    const view = {
      name: 'best',
      filter: 'seed >= 2',
      groupBy: [],
      table: JSON.stringify({
        shown: { 'setting.seed': true, 'metric.test/accuracy': true, dataset: false },
        sort: { column: 'metric.test/accuracy', descending: true },
      }),
    };
    const grouped = { ...view, name: 'groups', groupBy: ['optimizer'], table: '' };
    mkdirSync(join(folder, 'config/Atelier'), { recursive: true });
    writeFileSync(
      join(folder, 'config/Atelier/preferences.json'),
      JSON.stringify({ layout: { 'runs.views': JSON.stringify([view, grouped]) } }),
    );
    const shown = await atelier(folder, ['runs', 'list', '--view', 'best', '--filter', 'optimizer = adam', '--json']);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.lines.map(({ run }) => run)).toEqual([ids[2], ids[1]]);
    expect(Object.keys(shown.lines[0].fields as object)).toEqual([
      ...['status', 'architecture', 'test/accuracy', 'seed', 'created'],
    ]);
    const csv = await atelier(folder, ['runs', 'list', '--view', 'groups', '--columns', 'test/accuracy', '--csv']);
    expect(csv.stdout.split('\n').slice(0, 2)).toEqual([
      'optimizer,runs,test/accuracy mean,test/accuracy std,test/accuracy n',
      expect.stringMatching(/^sgd,2,0\.525,0\.00707\d+,2$/),
    ]);
    const unknown = await atelier(folder, ['runs', 'list', '--view', 'worst']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/no_such_view: .*There are: best, groups/),
    ]);
  });

  it('groups by what runs share, with mean, deviation and count', async () => {
    const { folder, ids } = workspace();
    const args = [
      'runs',
      'list',
      '--group-by',
      'optimizer',
      '--columns',
      'test/accuracy,architecture',
      '--sort',
      'test/accuracy',
    ];
    const { lines } = await atelier(folder, [...args, '--json']);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ group: { optimizer: 'sgd' }, fields: { architecture: 'mlp' } });
    expect([...(lines[0].runs as RunId[])].sort()).toEqual([...ids.slice(3)].sort());
    const { n, mean, std, min, max } = (lines[1].fields as Record<string, Record<string, number>>)['test/accuracy'];
    expect([n, min, max]).toEqual([3, 0.91, 0.93]);
    expect(mean).toBeCloseTo(0.92, 12);
    expect(std).toBeCloseTo(0.01, 12);
    expect((await atelier(folder, args)).stdout).toContain('0.9200 ± 0.0100 (3)');
  });

  it('writes CSV that a spreadsheet reads and does not run', async () => {
    const { folder, ids } = workspace();
    const rows = await atelier(folder, [
      'runs',
      'list',
      '--csv',
      '--columns',
      'test/accuracy,tags',
      '--filter',
      'adam',
    ]);
    expect(rows.stdout.trimEnd().split('\n')).toEqual([
      'run,name,test/accuracy,tags',
      `${ids[2]},adam 3,0.93,`,
      `${ids[1]},adam 2,0.92,`,
      `${ids[0]},adam 1,0.91,'=cmd baseline`,
    ]);
    const groups = await atelier(folder, [
      'runs',
      'list',
      '--csv',
      '--group-by',
      'optimizer',
      '--columns',
      'test/accuracy',
    ]);
    expect(groups.stdout).toMatch(/^optimizer,runs,test\/accuracy mean,test\/accuracy std,test\/accuracy n\n/);
  });

  it.each([
    [['--filter', 'sed = 1'], 'invalid_filter', 'Did you mean "seed"'],
    [['--filter', 'seed ='], 'invalid_filter', 'A value is missing'],
    [['--columns', 'test/acuracy'], 'unknown_field', 'Did you mean "test/accuracy"'],
    [['--group-by', 'magic'], 'unknown_field', 'runs fields'],
  ])('%j exits with 2 and says why', async (args, code, words) => {
    const { folder } = workspace();
    const { code: exit, stdout, stderr } = await atelier(folder, ['runs', 'list', ...args]);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`error: ${code}: `);
    expect(stderr).toContain(words);
  });
});

describe('runs importance', () => {
  it('tells what each setting has to do with a metric', async () => {
    const { folder } = workspace();
    const args = ['runs', 'importance', '--metric', 'test/accuracy'];
    const { code, lines } = await atelier(folder, [...args, '--json']);
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        metric: 'test/accuracy',
        runs: 6,
        without: 0,
        settings: [
          {
            key: 'optimizer',
            share: expect.any(Number),
            correlation: null,
            levels: [
              { value: 'adam', mean: expect.closeTo(0.92, 12), runs: 3 },
              { value: 'sgd', mean: expect.closeTo(0.52, 12), runs: 3 },
            ],
            together: [],
          },
          expect.objectContaining({ key: 'seed', correlation: null }),
        ],
        combined: expect.any(Number),
        foretold: expect.any(Number),
        left_out: [],
      },
    ]);
    const { stdout } = await atelier(folder, args);
    expect((lines[0].settings as { share: number }[])[0].share).toBeGreaterThan(0.7);
    expect(stdout).toContain('Fewer than 10 runs');
    expect(stdout).toMatch(/optimizer +\d+\.\d % +adam: 0\.9200 \(3\), sgd: 0\.5200 \(3\)/);
  });

  it.each([
    [['--metric', 'test/acuracy'], 1, 'no_such_metric'],
    [['--metric', 'test/accuracy', '--filter', 'seed = 1'], 1, 'too_few_runs'],
    [[], 2, 'bad_arguments'],
  ])('%j is refused', async (args, exit, code) => {
    const { folder } = workspace();
    const found = await atelier(folder, ['runs', 'importance', ...args]);
    expect([found.code, found.stdout]).toEqual([exit, '']);
    expect(found.stderr).toContain(`error: ${code}`);
  });
});

describe('runs compare --html --group-by', () => {
  it('writes bars and boxes of the runs that share a setting', async () => {
    const { folder, ids } = workspace();
    const file = join(folder, 'report.html');
    const args = ['runs', 'compare', ...ids, '--html', file, '--group-by'];
    expect((await atelier(folder, [...args, 'optimizer'])).code).toBe(0);
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('<h2>By optimizer</h2>');
    expect(html.match(/test&#47;accuracy by optimizer|test\/accuracy by optimizer/g)!.length).toBeGreaterThanOrEqual(2);
    expect(html).toContain('adam: 0.9200 ± 0.0100, n = 3');
    expect(html).toContain('sgd: 0.5200 ± 0.0100, n = 3');
    expect((await atelier(folder, [...args, 'tags'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('baseline: 0.9100, n = 1');
    const wrong = await atelier(folder, [...args, 'optimzer']);
    expect(wrong.stderr).toContain('Did you mean "optimizer"');
  });
});

describe('runs tag, note, archive', () => {
  it('change the runs named and those that a filter means, and can be undone', async () => {
    const { folder, ids } = workspace();
    const tagged = await atelier(folder, [
      'runs',
      'tag',
      'sgd 1',
      '--filter',
      'seed = 3',
      '--add',
      'keep',
      '--add',
      'keep',
      '--json',
    ]);
    expect(tagged.lines.map((line) => line.run).sort()).toEqual([ids[3], ids[2], ids[5]].sort());
    expect(tagged.lines.every((line) => JSON.stringify(line.tags) === '["keep"]')).toBe(true);
    await atelier(folder, ['runs', 'tag', ids[0], '--remove', '=cmd', '--add', 'first']);
    await atelier(folder, ['runs', 'note', 'adam 1', '最好']);
    await atelier(folder, ['runs', 'archive', '--filter', 'sgd and not tag:keep']);
    const { lines } = await atelier(folder, ['runs', 'list', '--json']);
    expect(lines.map((line) => line.name)).toEqual(['sgd 3', 'sgd 1', 'adam 3', 'adam 2', 'adam 1']);
    expect(lines.at(-1)).toMatchObject({ tags: ['baseline', 'first'], notes: '最好' });
    await atelier(folder, ['runs', 'archive', 'sgd 2', '--undo']);
    expect((await atelier(folder, ['runs', 'list', '--json'])).lines).toHaveLength(6);
    const none = await atelier(folder, ['runs', 'archive', '--filter', 'seed > 100']);
    expect(none.stderr).toMatch(/error: no_such_run: No run meets the filter/);
    expect((await atelier(folder, ['runs', 'fields', '--json'])).lines).toContainEqual({
      field: 'learning_rate',
      kind: 'setting',
    });
  });
});
