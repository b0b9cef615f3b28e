import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioBridge } from '../../src-main/shared/contract.ts';
import { done } from '../support/built-cli.ts';
import { makeImageFolder, makeTable } from '../support/e2e-data.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** Data → Recipe: steps are added, tried on samples, put in order, undone and applied, in real Electron. */
describe.runIf(!process.env.ATELIER_TEST_BINARY).each(locales)('a recipe in %s', (locale) => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const steps = () => id('recipe-step').allInnerTexts();
  const shots = async (name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme });
      await studio.page.waitForTimeout(200);
      await studio.shot(`${locale}-${colorScheme}-recipe-${name}`);
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    makeTable(join(folder, 'trees.csv'));
    // Of 30 pictures a class 5 are copies.
    await makeImageFolder(join(folder, 'shapes'), 30);
    await done(workspace, 'import', join(folder, 'shapes'));
    await done(workspace, 'import', join(folder, 'trees.csv'));
    studio = await launchStudio({ folder, locale });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const add = async (kind: string) => {
    await id('recipe-add').click();
    await id('step-search').fill(kind);
    await id(`add-${kind}`).click();
  };
  const settled = () => studio.page.locator('[data-testid=recipe-diff][aria-busy=false]').waitFor({ timeout: 20_000 });

  it('begins empty, and shows the table as it was imported', async () => {
    await id('rail-data').click();
    await id('tab-recipe').click();
    await id('recipe-empty').waitFor({ timeout: 30_000 });
    await settled();
    await shots('empty');
    await id('recipe-add').click();
    await shots('picker');
    await studio.page.keyboard.press('Escape');
  });

  it('tries each step at once', async () => {
    await add('standard');
    await studio.page.locator('[data-testid=recipe-diff] td.marked').first().waitFor({ timeout: 20_000 });
    await add('one-hot');
    await studio.page.locator('[data-testid=recipe-diff] th.new').first().waitFor({ timeout: 20_000 });
    await settled();
    await shots('one-hot');
    expect(await steps()).toHaveLength(2);
  });

  it('says what is wrong with a condition, and which rows it leaves out', async () => {
    await add('filter');
    await id('step-condition').fill('nothing > 3');
    await studio.page.locator('[data-testid=recipe-page] [role=alert]').waitFor({ timeout: 20_000 });
    await shots('error');
  });

  it('moves steps by keys, undoes and redoes', async () => {
    const before = await steps();
    await id('recipe-step').nth(2).focus();
    await studio.page.keyboard.press('Delete');
    expect(await steps()).toEqual(before.slice(0, 2));
    await id('recipe-step').nth(1).focus();
    await studio.page.keyboard.press('Alt+ArrowUp');
    const words = (all: string[]) => all.map((text) => text.replace(/^\d+\s*/, ''));
    expect(words(await steps())).toEqual(words([before[1], before[0]]));
    await id('recipe-undo').click();
    expect(await steps()).toEqual(before.slice(0, 2));
    await id('recipe-redo').click();
    await id('recipe-undo').click();
  });

  it('goes into a file that people can read, and comes from one', async () => {
    const path = join(folder, 'trees.recipe.yaml');
    await studio.app.evaluate(({ dialog }, file) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: file });
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] });
    }, path);
    const before = await steps();
    await id('recipe-file').click();
    await id('recipe-file-save').click();
    await expect.poll(() => existsSync(path)).toBe(true);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^# A recipe of Atelier[^]*- kind: standard[^]*- kind: one-hot/);
    // Of another table, whose columns are called otherwise.
    writeFileSync(path, text.replace('columns: []', `columns: [Heigth]`));
    await id('recipe-file').click();
    await id('recipe-file-open').click();
    await id('recipe-lacks').waitFor({ timeout: 20_000 });
    await shots('file');
    await id('recipe-undo').click();
    expect(await steps()).toEqual(before);
    // The error of the columns that were lacking is gone with them.
    await settled();
    writeFileSync(path, 'version: 1\nsteps:\n  - kind: standart\n');
    await id('recipe-file').click();
    await id('recipe-file-open').click();
    await studio.page.locator('[data-testid=recipe-page] [role=alert]').waitFor({ timeout: 20_000 });
    await shots('file-wrong');
    expect(await steps()).toEqual(before);
    await id('recipe-file-close').click();
  });

  it('is applied as a version, which says what changed', async () => {
    await settled();
    await id('recipe-apply').click();
    await expect.poll(() => id('version').count(), { timeout: 60_000 }).toBe(2);
    await expect.poll(async () => (await id('version').allInnerTexts())[0]).toContain('standard');
    await settled();
    await studio.page.setViewportSize({ width: 900, height: 640 });
    await shots('narrow');
  });

  it('is searched by a study, each trial on a version of its own', async () => {
    await id('rail-train').click();
    await id('architecture-linear').click();
    await id('setting-epochs').fill('2');
    await id('recipe-open').click();
    await id('tune-recipe.standard').click();
    await id('tune-recipe.one-hot.most').click();
    await id('tune-low-recipe.one-hot.most').scrollIntoViewIfNeeded();
    await shots('tune');
    await id('tune-button').click();
    await id('tune-trials').fill('2');
    await id('tune-start').click();
    await studio.page.locator('[data-testid=study-page][data-status=finished]').waitFor({ timeout: 120_000 });
    await id('tab-trials').click();
    const rows = studio.page.locator('[data-testid=trials-table] [role=row][data-key]');
    await expect.poll(() => rows.count()).toBe(2);
    await shots('study');
    // What the version has was tried first, on the version itself; the other one made its own.
    const reply = await studio.page.evaluate(async () => {
      const { studio } = globalThis as unknown as { studio: StudioBridge };
      const all = await studio.invoke('runs.list', undefined);
      return all.ok ? all.value.map(({ version }) => version) : [];
    });
    expect(new Set(reply).size).toBe(2);
  });

  it('of images shows which copies go, leaves them out, and is taken back', async () => {
    await studio.page.setViewportSize({ width: 1280, height: 800 });
    await id('rail-data').click();
    await id('dataset').filter({ hasText: 'shapes' }).click();
    await id('tab-recipe').click();
    await id('recipe-empty').waitFor({ timeout: 30_000 });
    await id('recipe-add').click();
    await shots('images-picker');
    // Steps for columns are not for images.
    expect(await id('add-one-hot').count()).toBe(0);
    await id('add-copies').click();
    await studio.page.locator('[data-testid=recipe-diff] tr.dropped canvas').first().waitFor({ timeout: 30_000 });
    await settled();
    await shots('images-copies');
    await id('recipe-apply').click();
    await expect.poll(() => id('version').count(), { timeout: 60_000 }).toBe(2);
    await expect
      .poll(async () => (await id('version').allInnerTexts())[0])
      .toMatch(/of 90 samples, \d+ left out by “drop copies”/i);
    await settled();
    await id('recipe-step').first().focus();
    await studio.page.keyboard.press('Delete');
    await id('recipe-apply').click();
    await expect.poll(() => id('version').count(), { timeout: 60_000 }).toBe(3);
    await expect.poll(async () => (await id('version').allInnerTexts())[0]).toContain('all 90 samples');
  });
});
