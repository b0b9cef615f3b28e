import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImageFolder, makeTable } from '../support/e2e-data.ts';
import { locales } from '../support/locales.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

/** Boxes on the pictures of a folder, as a CSV beside them. */
function boxes(folder: string): string {
  const lines = ['image,x,y,width,height,class'];
  for (const kind of ['circle', 'square', 'cross']) {
    for (const name of readdirSync(join(folder, kind)).filter((each) => /-\d\d\.png$/.test(each))) {
      lines.push(`${kind}/${name},4,4,12,12,${kind}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The first so many of a list of visits; the later ones are of new patients as well. */
const visits = (count: number) =>
  [
    'patient,pressure,outcome',
    ...Array.from(
      { length: count },
      (_, i) => `P${i % (i < 90 ? 15 : 20)},${90 + ((i * 7) % 50) + (i < 90 ? 0 : 60)},${i % 2 ? 'ill' : 'well'}`,
    ),
  ].join('\n');

describe.each(locales)('the ways in and out in %s', (locale) => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const problems: string[] = [];
  const shots = async (name: string) => {
    for (const theme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme: theme });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${theme}-again-${name}`);
    }
  };
  const choose = async (choice: string, option: RegExp) => {
    await id(choice).click();
    await studio.page.getByRole('option', { name: option }).click();
  };
  const toast = (words: RegExp) => studio.page.getByText(words).first().waitFor({ timeout: 30_000 });

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-data-'));
    await makeImageFolder(join(data, 'shapes'), 20);
    makeTable(join(data, 'trees.csv'));
    studio = await launchStudio({ locale });
    studio.page.on('pageerror', (error) => problems.push(error.message));
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('a drop of several things is imported at once', async () => {
    await id('welcome').waitFor();
    await studio.drop([join(data, 'shapes'), join(data, 'trees.csv')]);
    await id('import-all').waitFor();
    await shots('all');
    await id('import-all').click();
    await id('dataset').nth(1).waitFor({ timeout: 60_000 });
    expect(await id('dataset').count()).toBe(2);
  });

  it('a split is chosen as the files come in, by keyboard alone', async () => {
    writeFileSync(join(data, 'visits.csv'), visits(90));
    await studio.drop([join(data, 'visits.csv')]);
    await id('import-split').waitFor();
    await id('import-split').focus();
    await studio.page.keyboard.press('Enter');
    await studio.page.keyboard.press('ArrowDown');
    await studio.page.keyboard.press('Enter');
    await id('import-split-fields').waitFor();
    await choose('split-way', /^(Grouped|按组)/);
    expect(await id('split-column').innerText()).toContain('patient');
    await id('split-validation').fill('20');
    await shots('split');
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
    await id('versions').getByText(/2/).waitFor({ timeout: 60_000 });
    await id('tab-splits').click();
    await studio.page
      .getByText(/patient/)
      .locator('visible=true')
      .first()
      .waitFor();
  });

  it('leaks are looked for in the columns chosen', async () => {
    await id('tab-quality').click();
    await choose('leaks-group', /^patient/);
    await id('leaks-check').click();
    await id('leaks-none').waitFor({ timeout: 60_000 });
    await choose('leaks-group', /^pressure/);
    await id('leaks-check').click();
    await id('leak-groups').first().click({ timeout: 60_000 });
    await id('quality-grid').waitFor();
    await shots('leaks');
    await id('quality-grid').click();
    await id('sample-table').waitFor();
    expect(await id('filter-chips').innerText()).not.toBe('');
    await shots('in-grid');
  });

  it('a source that has grown is looked through again', async () => {
    await id('tab-source').click();
    await id('source-again').click();
    await toast(/has not changed|没有变化/);
    writeFileSync(join(data, 'visits.csv'), visits(102));
    // As well by a drop: it is known from where the dataset came.
    await studio.drop([join(data, 'visits.csv')]);
    await id('import-source').waitFor();
    await shots('dropped');
    await id('import-grow').click();
    await id('versions').getByText(/3/).waitFor({ timeout: 60_000 });
    await shots('source');
    await studio.page
      .getByText(/12 added|新增 12/)
      .locator('visible=true')
      .first()
      .waitFor();
  });

  it('that has gone is told, and looked for again once it is back', async () => {
    renameSync(join(data, 'visits.csv'), join(data, 'away.csv'));
    await id('source-again').click();
    await studio.page.waitForTimeout(1500);
    await id('status-jobs').click();
    await id('job-again').first().waitFor();
    await shots('gone');
    renameSync(join(data, 'away.csv'), join(data, 'visits.csv'));
    await id('job-again').first().click();
    await studio.page
      .locator('[data-testid=job][data-kind=import][data-status=finished]')
      .first()
      .waitFor({ timeout: 60_000 });
    expect(await id('job-again').count()).toBe(0);
    await studio.page.keyboard.press('Escape');
  });

  it('what is shown is exported', async () => {
    writeFileSync(join(data, 'shapes', 'boxes.csv'), boxes(join(data, 'shapes')));
    await studio.drop([join(data, 'shapes')]);
    await id('import-name').fill('boxed');
    await id('import-confirm').click();
    await id('image-grid').waitFor({ timeout: 60_000 });
    await studio.page.getByTestId('sample-filter').click();
    await studio.page.getByRole('menuitem', { name: /cross/ }).first().click();
    await studio.page.keyboard.press('Escape');
    await id('data-export').click();
    await id('export-data-confirm').waitFor();
    await expect.poll(() => id('export-data-what').innerText()).toContain('20');
    await shots('export');
    const out = join(data, 'out');
    await studio.app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    }, out);
    await id('export-data-confirm').click();
    await toast(/samples 20, annotations 20|20 个样本（20 个标注）/);
    expect(existsSync(out)).toBe(true);
    expect(readdirSync(out, { recursive: true }).filter((name) => String(name).endsWith('.png'))).toHaveLength(20);
    await studio.page.setViewportSize({ width: 900, height: 640 });
    await shots('narrow');
    expect(problems).toEqual([]);
  });
});
