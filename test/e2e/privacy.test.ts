import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done } from '../support/built-cli.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** Data → Quality: personal data is found and concealed by the step that is offered; rows are counted and hidden, in real Electron. */
describe.runIf(!process.env.ATELIER_TEST_BINARY).each(locales)('privacy in %s', (locale) => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const steps = () => id('recipe-step').allInnerTexts();
  const shots = async (name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme });
      await studio.page.waitForTimeout(200);
      await studio.shot(`${locale}-${colorScheme}-privacy-${name}`);
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    const rows = Array.from({ length: 120 }, (_, i) =>
      [
        18 + ((i * 7) % 60),
        i % 2 ? 'f' : 'm',
        `N${100 + ((i * 13) % 40)}`,
        i % 3 ? `ask user${i}@example.com` : `ring +47 22 33 44 ${10 + (i % 80)}`,
        i % 4 ? 'no' : 'yes',
      ].join(','),
    );
    writeFileSync(join(folder, 'people.csv'), ['age,sex,post,note,bought', ...rows, ''].join('\n'));
    await done(workspace, 'import', join(folder, 'people.csv'), '--target', 'bought');
    studio = await launchStudio({ folder, locale });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds what is personal, shows nobody, and offers the step', async () => {
    await id('rail-data').click();
    await id('tab-quality').click();
    await id('privacy-check').click();
    await id('privacy-found').waitFor({ timeout: 30_000 });
    const found = await id('privacy-found').innerText();
    expect(found).toContain('80');
    expect(found).toContain('@•••••••.••m');
    expect(found).not.toContain('example.com');
    await shots('found');
  });

  it('counts who is alone, and says what coarser values give', async () => {
    await id('anonymity-columns').click();
    for (const name of ['age', 'sex', 'post']) await id(`anonymity-${name}`).click();
    await studio.page.keyboard.press('Escape');
    await id('anonymity-check').click();
    await id('anonymity-found').waitFor({ timeout: 30_000 });
    expect(await id('anonymity-found').innerText()).toContain('120');
    await id('anonymity-remedies').scrollIntoViewIfNeeded();
    await shots('alike');
    await studio.page.setViewportSize({ width: 900, height: 640 });
    await shots('alike-narrow');
    await studio.page.setViewportSize({ width: 1400, height: 900 });
    await id('anonymity-add-all').click();
    expect((await steps()).length).toBeGreaterThan(1);
  });

  it('has the other steps beside it, each tried at once', async () => {
    await id('tab-recipe').click();
    for (const kind of ['tf-idf', 'hashing', 'rebalance']) {
      await id('recipe-add').click();
      await id('step-search').fill(kind);
      await id(`add-${kind}`).click();
      if (kind === 'tf-idf') {
        await id('step-columns').click();
        await id('pick-note').click();
        await studio.page.keyboard.press('Escape');
      }
      await studio.page.locator('[data-testid=recipe-diff][aria-busy=false]').waitFor({ timeout: 20_000 });
      await studio.page.waitForTimeout(600);
      await shots(`step-${kind}`);
    }
    expect(await id('recipe-told').innerText()).toMatch(/\d/);
    await id('recipe-discard').click();
    expect(await steps()).toEqual([]);
  });

  it('conceals it by a recipe, and finds nothing any more', async () => {
    await id('tab-quality').click();
    await id('privacy-check').click();
    await id('privacy-conceal').click();
    await studio.page.locator('[data-testid=recipe-diff] td.marked').first().waitFor({ timeout: 20_000 });
    expect(await id('recipe-diff').innerText()).toContain('[email]');
    await shots('step');
    await id('step-kinds').click();
    await id('choose-phone').click();
    await studio.page.keyboard.press('Escape');
    await id('recipe-undo').click();
    await studio.page.locator('[data-testid=recipe-diff][aria-busy=false]').waitFor({ timeout: 20_000 });
    await id('recipe-apply').click();
    await expect.poll(() => id('version').count(), { timeout: 60_000 }).toBe(2);
    await id('tab-quality').click();
    await id('privacy-check').click();
    await id('privacy-none').waitFor({ timeout: 30_000 });
  });
});
