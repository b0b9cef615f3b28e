import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src-main/shared/random.ts';
import { done } from '../support/built-cli.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** Train: classes are weighed, and the same settings trained on every fold. */
describe.runIf(!process.env.ATELIER_TEST_BINARY)('cross-validation', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    const random = new Random(5);
    const rows = Array.from({ length: 120 }, (_, i) => {
      const kind = i % 6 === 0 ? 'rare' : 'most';
      return `${(kind === 'rare' ? 1 : -1) + random.normal()},${random.normal()},p${i % 12},${kind}`;
    });
    writeFileSync(join(folder, 'people.csv'), ['a,b,who,kind', ...rows, ''].join('\n'));
    await done(workspace, 'import', join(folder, 'people.csv'), '--target', 'kind');
    studio = await launchStudio({ folder });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for each class’s weight, and says which one cannot be', async () => {
    await id('rail-train').click();
    await id('setting-epochs').fill('3');
    await id('advanced').click();
    await id('setting-classWeights').click();
    await studio.page.getByRole('option', { name: 'One for each class' }).click();
    await id('setting-classWeight.rare').fill('0');
    await studio.page.getByText('Must be from 0.001 to 1,000.').waitFor();
    await id('setting-classWeight.rare').fill('5');
    await studio.page.getByText('Must be from 0.001 to 1,000.').waitFor({ state: 'hidden' });
  });

  it('trains a run for each fold, and tells the mean of what is shown', async () => {
    await id('cross-validate-button').click();
    await id('cross-validate-folds').fill('2');
    await studio.page.getByText('Must be from 3 to 20.').waitFor();
    await id('cross-validate-folds').fill('3');
    await id('cross-validate-group').click();
    await studio.page.getByRole('option', { name: 'who' }).click();
    await id('cross-validate-start').click();
    await id('compare').waitFor({ timeout: 60_000 });
    await studio.page.getByRole('tab', { name: 'Metrics' }).click();
    const told = async () =>
      (
        await id('spread-test/accuracy')
          .textContent({ timeout: 1000 })
          .catch(() => '')
      )?.trim();
    await expect.poll(told, { timeout: 120_000 }).toMatch(/^\d\.\d+ ± \d\.\d+$/);
    const row = id('metrics-compare').locator('tr', { has: id('spread-test/accuracy') });
    const cells = (await row.locator('td.mono').allTextContents()).map((text) => parseFloat(text));
    expect(cells).toHaveLength(4);
    expect(cells[0]).toBeCloseTo((cells[1] + cells[2] + cells[3]) / 3, 3);
    await studio.page.getByRole('tab', { name: /Settings/ }).click();
    const settings = await id('settings-diff').innerText();
    expect(settings).toMatch(/Fold\s+1\/3\s+2\/3\s+3\/3/);
    expect(settings).toMatch(/Weight of rare\s+5\s+5\s+5/);
  });
});
