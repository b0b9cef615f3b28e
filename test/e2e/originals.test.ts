import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { png } from '../support/data-pictures.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

const words = {
  en: { relink: 'Relink…', missing: '24 missing' },
  'zh-CN': { relink: '重新链接…', missing: '缺失 24 个' },
};

/** Photos that are left where they are, through the real window: chosen so, moved away, noticed, found again. */
describe.each(locales)('image files left where they are, in %s', (locale) => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const shots = async (name: string) => {
    for (const theme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme: theme });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${theme}-${name}`);
    }
  };
  const option = (text: RegExp) => studio.page.getByRole('option', { name: text }).click();
  const problems: string[] = [];

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-photos-'));
    for (const name of ['birch', 'oak']) mkdirSync(join(data, 'trees', name), { recursive: true });
    for (let i = 0; i < 24; i++) {
      const bytes = await png({ width: 240, height: 160, colour: { r: 40 + i * 5, g: 120, b: 200 - i * 6 } });
      writeFileSync(join(data, 'trees', i % 2 ? 'oak' : 'birch', `${i}.png`), bytes);
    }
    studio = await launchStudio({ locale });
    studio.page.on('pageerror', (error) => problems.push(error.message));
    studio.page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('are chosen to be at import, and shown sharp from their place', async () => {
    await id('welcome').waitFor();
    await studio.drop([join(data, 'trees')]);
    await id('import-originals').click();
    await option(locale === 'en' ? /Leave/ : /保留/);
    await shots('originals-offer');
    await id('import-confirm').click();
    await id('sample-count').waitFor();
    await id('image-grid').getByRole('option').first().click();
    await id('image-grid').focus();
    await id('original').waitFor();
    await shots('originals-sharp');
  });

  it('are noticed when they are gone, when the dataset is opened, a sample looked at, and a run prepared', async () => {
    mkdirSync(join(data, 'disk'));
    renameSync(join(data, 'trees'), join(data, 'disk/woods'));
    await studio.page.keyboard.press('ArrowRight');
    await id('original-error').waitFor();
    await expect.poll(() => id('originals-lost').first().innerText()).toContain(words[locale].missing);
    await shots('originals-lost');
    await id('data-train').click();
    await expect
      .poll(() => studio.page.locator('[data-testid="originals-lost"]:visible').innerText())
      .toContain(words[locale].missing);
    await shots('originals-train');
  });

  it('are found again in the folder that is shown', async () => {
    await studio.app.evaluate(
      ({ dialog }, folder) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
      },
      join(data, 'disk'),
    );
    await studio.page.getByTestId('rail-data').click();
    await studio.page.keyboard.press('Alt+6');
    await id('source-relink').waitFor();
    await shots('originals-source-lost');
    await id('source-relink').click();
    await expect.poll(() => id('originals-state').innerText(), { timeout: 20_000 }).toMatch(/24/);
    await expect.poll(() => id('originals').innerText(), { timeout: 20_000 }).toContain('disk/woods');
    await shots('originals-source-found');
    await studio.page.keyboard.press('Alt+1');
    await id('image-grid').getByRole('option').first().click();
    await id('original').waitFor();
    await expect.poll(() => id('originals-lost').count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
