import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locales } from '../support/locales.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

/** 240 notes, of which each tenth is one before with a word changed, and each twelfth one before as it is. */
function noteTexts(): string {
  const words =
    'river stone market window copper lantern garden winter harbour velvet thunder pocket silver bridge'.split(' ');
  const texts: string[] = [];
  for (let i = 0; i < 240; i++) {
    const like = i >= 60 && i % 12 === 0 ? texts[i - 55] : i >= 60 && i % 10 === 0 ? `${texts[i - 51]} indeed` : null;
    const own = Array.from(
      { length: 14 },
      (_, k) => words[(i * 17 + k * k * (3 + (i % 11)) + k * i) % 14] + ((i * 7 + k) % 23),
    );
    texts.push(like ?? own.join(' '));
  }
  return `kind\tnote\n${texts.map((text, i) => `${i % 2 ? 'long' : 'short'}\t${text}`).join('\n')}\n`;
}

/** 60 patients with 5 to 9 visits each, of two classes. */
function visits(): string {
  const lines = ['patient,visit,pressure,pulse,outcome'];
  for (let p = 0; p < 60; p++) {
    for (let v = 0; v < 5 + (p % 5); v++) {
      const day = String(1 + ((p * 7 + v * 3) % 28)).padStart(2, '0');
      lines.push(
        `P${p},2024-${String(1 + (v % 9)).padStart(2, '0')}-${day},${90 + ((p * 13 + v * 29) % 60)},${50 + ((p * 31 + v * 7) % 45)},${(p + v) % 3 === 0 ? 'ill' : 'well'}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

describe.each(locales)('a grouped split in %s', (locale) => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const problems: string[] = [];
  const shots = async (name: string) => {
    for (const theme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme: theme });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${theme}-${name}`);
    }
  };
  const choose = async (choice: string, option: RegExp) => {
    await id(choice).click();
    await studio.page.getByRole('option', { name: option }).click();
  };
  const previewed = () => studio.page.locator('[data-testid=split-preview][data-current=true]').waitFor();

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-data-'));
    writeFileSync(join(data, 'visits.csv'), visits());
    studio = await launchStudio({ locale });
    studio.page.on('pageerror', (error) => problems.push(error.message));
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('is previewed, then made as a new version in which no group is in two splits', async () => {
    await id('welcome').waitFor();
    await studio.drop([join(data, 'visits.csv')]);
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
    await id('tab-splits').click();
    await previewed();
    await shots('splits-stratified');
    await choose('split-way', /^(Grouped|按组)/);
    expect(await id('split-column').innerText()).toContain('patient');
    await id('split-validation').fill('20');
    await id('split-test').fill('20');
    await previewed();
    expect(await id('split-preview').innerText()).toMatch(/60 (groups|个组)/);
    await shots('splits-grouped');
    await id('split-save').click();
    await studio.page
      .getByText(/Groups kept together by patient|按 patient 分组，同组不分开/)
      .waitFor({ timeout: 60_000 });
    await shots('splits-made');
  });

  it('says what is wrong with dates and patterns before anything is made', async () => {
    await choose('split-way', /^(By time|按时间)/);
    await choose('split-column', /^patient$/);
    await previewed();
    expect(await id('split-preview').innerText()).toMatch(/can be read as a date|无法读取/);
    await shots('splits-bad-dates');
    await choose('split-way', /^(Grouped|按组)/);
    await id('split-pattern').fill('(');
    await previewed();
    expect(await id('split-preview').innerText()).toMatch(/regular expression|正则表达式/);
    expect(problems).toEqual([]);
  });

  it('finds copies on both sides of a split, shows them, and moves them together', async () => {
    writeFileSync(join(data, 'notes.tsv'), noteTexts());
    await studio.drop([join(data, 'notes.tsv')]);
    await id('import-confirm').click();
    await studio.page
      .getByRole('heading', { name: 'notes' })
      .or(studio.page.getByText('notes').first())
      .first()
      .waitFor();
    await expect.poll(() => id('sample-count').innerText(), { timeout: 60_000 }).toContain('240');
    await id('tab-quality').click();
    await id('leaks-check').click();
    await id('leak-exact').waitFor({ timeout: 60_000 });
    await id('leak-near').waitFor();
    await id('leak-near').click();
    await id('quality-lines').locator('li').first().waitFor();
    // Pairs of two splits, side by side.
    expect(await id('quality-lines').locator('li').first().locator('.sample').count()).toBe(2);
    await shots('quality-leaks');
    await id('mend-near').click();
    await studio.page
      .getByText(/cop(?:y|ies) moved into the training split|个副本移入训练集/)
      .first()
      .waitFor({ timeout: 60_000 });
    await id('leaks-check').click();
    await id('leaks-none').waitFor({ timeout: 60_000 });
    await studio.page.setViewportSize({ width: 940, height: 700 });
    await shots('quality-mended');
    expect(problems).toEqual([]);
  });
});
