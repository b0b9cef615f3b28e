import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImageFolder, makeTable } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

/** Looking at data: what is clicked in a chart is what the samples show, and one can always get back. */
describe('seeing data', () => {
  let studio: StudioApp;
  let data: string;
  const problems: string[] = [];
  const id = (name: string) => studio.page.getByTestId(name);
  const count = () => id('sample-count').innerText();
  const chips = () => id('filter-chips').getByRole('button', { name: /^Remove/ });

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-data-'));
    makeTable(join(data, 'trees.csv'));
    await makeImageFolder(join(data, 'shapes'), 20);
    studio = await launchStudio();
    studio.page.on('pageerror', (error) => problems.push(error.message));
    await studio.drop([join(data, 'trees.csv')]);
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('filters the samples by a click on a bar, says so in a chip, and Esc takes it back', async () => {
    await id('tab-profile').click();
    await id('profile-table').getByText('width').click();
    const bars = id('column-histogram').getByRole('button');
    await bars.first().waitFor({ timeout: 30_000 });
    const words = await bars.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    const counts = words.map((text) => Number(/: ([\d,]+)$/.exec(text)![1].replace(',', '')));
    const highest = counts.indexOf(Math.max(...counts));
    await bars.nth(highest).click();
    await id('sample-table').waitFor();
    await expect.poll(count).toBe(`${counts[highest]} of 300 samples`);
    expect(await chips().count()).toBe(1);
    // The filter holds in every tab.
    await id('tab-source').click();
    await id('tab-samples').click();
    expect(await count()).toBe(`${counts[highest]} of 300 samples`);
    await studio.page.keyboard.press('Escape');
    await expect.poll(count).toBe('300 samples');
    expect(await chips().count()).toBe(0);
  });

  it('lets the keyboard go from bar to bar, and choose one', async () => {
    await id('tab-profile').click();
    const bars = id('column-histogram').getByRole('button');
    await bars.first().focus();
    await studio.page.keyboard.press('ArrowRight');
    await studio.page.keyboard.press('ArrowRight');
    const words = await bars.nth(2).getAttribute('aria-label');
    await studio.page.keyboard.press('Enter');
    await id('tab-samples').and(studio.page.locator('[aria-selected=true]')).waitFor();
    await expect.poll(count).toBe(`${/: ([\d,]+)$/.exec(words!)![1]} of 300 samples`);
    await studio.page.keyboard.press('Escape');
    await expect.poll(count).toBe('300 samples');
  });

  it('filters by what stands above a column, adds with Ctrl, and clears by the chips', async () => {
    const strip = id('sample-table').getByRole('button', { name: /^red:/ });
    await strip.click();
    const red = Number((await count()).split(' ')[0]);
    await expect.poll(async () => Number((await count()).split(' ')[0])).toBeLessThan(300);
    // What stands above the columns is of what is shown.
    const green = id('sample-table').getByRole('button', { name: /^green:/ });
    await expect.poll(() => green.getAttribute('aria-label')).toMatch(/^green: 0 of \d+$/);
    await id('sample-table')
      .getByRole('button', { name: /^green:/ })
      .click({ modifiers: ['Control'] });
    await expect.poll(async () => Number((await count()).split(' ')[0])).not.toBe(red);
    expect(await chips().count()).toBe(1);
    expect(await id('filter-chips').innerText()).toMatch(/red, green/);
    await id('sample-filter').click();
    await studio.page.getByRole('menuitem', { name: /^Test/ }).click();
    // Esc closes the menu, and nothing else.
    await studio.page.keyboard.press('Escape');
    await expect.poll(() => chips().count()).toBe(2);
    await id('clear-filters').click();
    await expect.poll(count).toBe('300 samples');
  });

  it('takes an SQL condition, and says what is wrong with one that is none', async () => {
    await id('sql-toggle').click();
    await id('sql-input').fill("length > 5 AND nix = 'a'");
    await studio.page.keyboard.press('Enter');
    await expect.poll(() => id('sql-problem').innerText(), { timeout: 10_000 }).toMatch(/"nix" not found/);
    expect(await count()).toBe('300 samples');
    await id('sql-input').fill("kind = 'ash' AND length < 2.5");
    await studio.page.keyboard.press('Enter');
    await expect.poll(count, { timeout: 10_000 }).toMatch(/^\d\d of 300 samples$/);
    expect(await id('filter-chips').innerText()).toContain("kind = 'ash'");
    await studio.shot('see-sql');
    await chips().first().click();
    await expect.poll(count).toBe('300 samples');
  });

  it('shows how columns hang together', async () => {
    await id('tab-profile').click();
    await studio.page
      .getByRole('button', { name: 'Correlation' })
      .or(studio.page.getByRole('radio', { name: 'Correlation' }))
      .first()
      .click();
    await id('correlations').waitFor();
    expect(await id('correlations').innerText()).toMatch(/length/);
    await studio.shot('see-correlation');
  });

  it('filters pictures by the bar of their classes', async () => {
    await studio.drop([join(data, 'shapes')]);
    await id('import-confirm').click();
    await id('image-grid').waitFor({ timeout: 60_000 });
    await id('tab-samples').click();
    await expect.poll(count).toBe('60 samples');
    await id('class-strip')
      .getByRole('button', { name: /^circle/ })
      .click();
    await expect.poll(count).toBe('20 of 60 samples');
    await id('class-strip')
      .getByRole('button', { name: /^cross/ })
      .click({ modifiers: ['Control'] });
    await expect.poll(count).toBe('40 of 60 samples');
    await studio.page.keyboard.press('Escape');
    await expect.poll(count).toBe('60 samples');
    expect(problems).toEqual([]);
  });
});
