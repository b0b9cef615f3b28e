import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { insertPoints } from '../../src-main/db/metrics.ts';
import { insertRun, listRuns } from '../../src-main/db/runs.ts';
import { getVersion } from '../../src-main/db/datasets.ts';
import { newId } from '../../src-main/shared/ids.ts';
import { makeTable } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import { addDataset, openReader, openWriter, sampleSettings } from '../support/temp-workspace.ts';

/** Two optimizers, three seeds each, with curves and a metric that lists do not carry by themselves. */
function workspaceWithRuns(folder: string): void {
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  const store = openWriter(workspace);
  const version = addDataset(store, 'iris');
  for (const [o, optimizer] of (['adam', 'sgd'] as const).entries()) {
    for (const seed of [1, 2, 3]) {
      const id = newId('run');
      const settings = { ...sampleSettings, optimizer, seed };
      const name = `${optimizer} ${seed}`;
      insertRun(store, { id, name, version: version.id, task: 'classification', settings, createdAt: Date.now() });
      const value = 0.9 - o * 0.4 + seed / 100;
      insertPoints(store, id, [
        { key: 'validation/accuracy', step: 1, epoch: 1, value, time: 1 },
        { key: 'layer_1/norm', step: 1, epoch: 1, value: seed, time: 1 },
      ]);
      store.run(`UPDATE runs SET status = 'finished', started_at = created_at, finished_at = created_at WHERE id = ?`, [
        id,
      ]);
    }
  }
  store.close();
}

it('filters, groups over seeds, and keeps tags and views', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-runs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  workspaceWithRuns(folder);
  const studio = await launchStudio({ folder });
  onTestFinished(() => studio.close());
  const { page } = studio;
  const id = (name: string) => page.getByTestId(name);
  const names = () => id('runs-table').locator('[data-cell="0"]').allInnerTexts();
  const rows = (count: number) =>
    page.waitForFunction(
      (n) => document.querySelector('[data-testid=runs-table]')?.getAttribute('aria-rowcount') === String(n),
      count,
    );

  await id('rail-runs').click();
  await rows(6);

  // A metric that is in no list has to be read of all runs.
  await id('runs-filter').fill('optimizer = adam and layer_1/norm >= 2');
  await rows(2);
  expect((await names()).map((name) => name.trim()).sort()).toEqual(['adam 2', 'adam 3']);

  // What can come next is offered, and taken by keyboard.
  await id('runs-filter').fill('optimi');
  await id('filter-offers').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('= s');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  expect((await id('runs-filter').inputValue()).trim()).toBe('optimizer = sgd');
  await rows(3);

  // A mistake is pointed at, what was found before stays, and the nearest name mends it.
  await id('runs-filter').fill('optimzer = adam');
  await id('runs-filter').blur();
  expect(await id('filter-error').locator('mark').innerText()).toBe('optimzer');
  await id('filter-error').getByRole('button').click();
  expect(await id('runs-filter').inputValue()).toBe('optimizer = adam');
  await id('runs-filter').fill('');
  await id('runs-filter').blur();
  await rows(6);

  // By keys alone: from the filter on, into a comparison, and back to where they were.
  const at = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['testid']);
  await id('runs-filter').focus();
  await id('filter-offers').waitFor();
  await page.keyboard.press('Tab');
  expect(await at()).toBe('group-by');
  await id('runs-table').focus();
  for (const key of ['ArrowDown', 'Shift+ArrowDown', 'c']) await page.keyboard.press(key);
  await expect.poll(at).toBe('tab-curves');
  await page.keyboard.press('ArrowRight');
  expect(await id('tab-groups').getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(at).toBe('runs-table');

  // A double click opens a run wherever it stands, though after the first one curves take their place from the table.
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1280, height: 440 });
  await id('runs-table').locator('[data-index="5"]').dblclick();
  await id('run-page').waitFor();
  await id('back-to-runs').click();
  await page.setViewportSize({ width: 1280, height: 800 });

  await id('runs-table').getByRole('row').nth(1).click();
  await id('tag-runs').click();
  await id('tag-new').click();
  await id('ask-name-text').fill('baseline');
  await id('ask-name-save').click();
  await id('runs-filter').fill('tag:baseline');
  await rows(1);
  await id('runs-filter').fill('');
  await id('runs-filter').blur();

  // What is archived is not gone: it is listed by itself, and comes back.
  await id('runs-table').getByRole('row').nth(1).click();
  await id('runs-acts').click();
  await id('runs-archive').click();
  await rows(5);
  await id('runs-archived').click();
  await rows(1);
  await id('runs-table').getByRole('row').nth(1).click();
  await studio.shot('runs-archived');
  await id('runs-acts').click();
  await id('runs-restore').click();
  await rows(6);

  await id('group-by').click();
  await page.getByRole('menuitem', { name: 'Optimizer' }).click();
  await page.keyboard.press('Escape');
  await rows(2);
  const text = await id('runs-table').innerText();
  expect(text).toContain('0.9200 ± 0.0100 (3)');
  expect(text).toContain('0.5200 ± 0.0100 (3)');
  await studio.shot('runs-groups');
  await id('views').click();
  await id('view-keep').click();
  await id('ask-name-text').fill('by optimizer');
  await id('ask-name-save').click();
  await page
    .getByRole('button', { name: /Optimizer/ })
    .first()
    .click();
  await rows(6);
  await id('views').click();
  await page.getByRole('menuitem', { name: 'by optimizer', exact: true }).click();
  await rows(2);

  const store = openReader(join(folder, 'workspace'));
  expect(store.all(`SELECT tags FROM runs WHERE tags <> '[]'`)).toEqual([{ tags: '["baseline"]' }]);
  store.close();
}, 120_000);

it('trains three seeds of two settings, and tells what came of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-journey-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  makeTable(join(folder, 'trees.csv'));
  const studio = await launchStudio({ folder });
  onTestFinished(() => studio.close());
  const { page } = studio;
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const id = (name: string) => page.getByTestId(name);
  const compare = id('compare');

  await studio.drop([join(folder, 'trees.csv')]);
  await id('import-confirm').click();
  await id('sample-table').waitFor({ timeout: 60_000 });
  await id('rail-train').click();
  await id('setting-epochs').fill('4');
  for (const rate of ['0.00001', '0.02']) {
    for (const seed of ['1', '2', '3']) {
      await id('setting-learningRate').fill(rate);
      await id('setting-seed').fill(seed);
      await id('queue-button').click();
    }
  }
  await id('rail-runs').click();
  const runs = () => {
    const store = openReader(join(folder, 'workspace'));
    const found = listRuns(store);
    store.close();
    return found;
  };
  await expect
    .poll(() => runs().filter(({ status }) => status === 'finished').length, { timeout: 60_000, interval: 200 })
    .toBe(6);
  const loss = (rate: number) =>
    runs()
      .filter(({ settings }) => settings.learningRate === rate)
      .map(({ metrics }) => metrics['validation/loss']);
  const spread = (values: number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return `${mean.toFixed(4)} ± ${Math.sqrt(squares / (values.length - 1)).toFixed(4)}`;
  };
  const expected = [0.00001, 0.02].map((rate) => spread(loss(rate)));

  // Grouped by the setting: mean ± deviation of the seeds, as worked out here from the stored runs.
  await id('group-by').click();
  await page.getByRole('menuitem', { name: 'Learning rate', exact: true }).click();
  await page.keyboard.press('Escape');
  for (const each of expected) await expect.poll(() => id('runs-table').innerText()).toContain(`${each} (3)`);
  await id('runs-table').getByRole('row').nth(1).click();
  await page.keyboard.press('Control+a');
  await id('compare-button').click();

  await compare.getByTestId('curves-group').click();
  await page.getByRole('option', { name: /seed/ }).click();
  await expect.poll(() => compare.locator('.legend').first().innerText()).toMatch(/0\.02 \(3\)/);
  await id('curves-x-samples').click();
  await id('curves-log-x').click();
  await compare.getByTestId('chart-validation/accuracy').waitFor();
  await studio.shot('journey-curves');

  await id('tab-groups').click();
  await id('groups-metric').click();
  await page.getByRole('option', { name: 'Val loss', exact: true }).click();
  for (const each of expected) await id('groups').getByText(each).waitFor();
  await id('tab-importance').click();
  await id('importance').locator('tbody tr').first().getByText('Learning rate').waitFor();
  expect(await id('importance-runs').innerText()).toBe('6 runs');
  await id('importance-few').waitFor();
  await studio.shot('journey-importance');

  await id('tab-per-sample').click();
  await id('differences').waitFor({ timeout: 60_000 });
  await id('mcnemar').waitFor();
  const cells = ['both', 'onlyFirst', 'onlySecond', 'neither'];
  const counts = await Promise.all(
    cells.map(async (cell) => Number(await id(`cell-${cell}`).locator('b').innerText())),
  );
  const [{ version }] = runs();
  const store = openReader(join(folder, 'workspace'));
  const { manifest } = getVersion(store, version!);
  store.close();
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(manifest.splits.validation);

  const report = join(folder, 'report.html');
  await studio.app.evaluate(({ session }, to) => {
    session.defaultSession.once('will-download', (_event, item) => item.setSavePath(to));
  }, report);
  await id('report').click();
  await expect.poll(() => existsSync(report) && readFileSync(report, 'utf8').endsWith('</html>\n')).toBe(true);
  const html = readFileSync(report, 'utf8');
  for (const { name } of runs()) expect(html).toContain(name);
  for (const each of expected) expect(html).toContain(each);
  expect(html).toMatch(/Importance[^]*Learning rate/);
  expect(html.match(/<svg /g)!.length).toBeGreaterThan(3);
  expect(html).not.toMatch(/<script|<img|NaN|undefined/);
  expect(problems).toEqual([]);
}, 120_000);
