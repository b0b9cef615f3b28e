import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { insertPoints } from '../../src-main/db/metrics.ts';
import { insertRun } from '../../src-main/db/runs.ts';
import { newId } from '../../src-main/shared/ids.ts';
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

  await id('runs-table').getByRole('row').nth(1).click();
  await id('tag-runs').click();
  await id('tag-new').click();
  await id('ask-name-text').fill('baseline');
  await id('ask-name-save').click();
  await id('runs-filter').fill('tag:baseline');
  await rows(1);
  await id('runs-filter').fill('');
  await id('runs-filter').blur();

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

it('draws the seeds of a setting as one curve with a band', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-runs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  workspaceWithRuns(folder);
  const studio = await launchStudio({ folder });
  onTestFinished(() => studio.close());
  const { page } = studio;
  await page.getByTestId('rail-runs').click();
  await page.getByTestId('runs-table').getByRole('row').nth(1).click();
  await page.keyboard.press('Control+a');
  await page.getByTestId('compare-button').click();
  const compare = page.getByTestId('compare');
  await compare.getByTestId('curves-group').click();
  await page.getByRole('option', { name: /seed/ }).click();
  await expect
    .poll(() => compare.locator('.legend').first().innerText())
    .toMatch(/^(?=[^]*Adam \(3\))(?=[^]*SGD \(3\))/i);
  expect(await compare.getByTestId('chart-validation/accuracy').isVisible()).toBe(true);
  await studio.shot('compare-groups');
});
