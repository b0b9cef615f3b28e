import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done } from '../support/built-cli.ts';
import { makeTable } from '../support/e2e-data.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** Train: how long a run will take and how much memory, measured by the real utility inside Electron. */
describe.runIf(!process.env.ATELIER_TEST_BINARY).each(locales)('the estimate in %s', (locale) => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const state = (name: string) => studio.page.locator(`[data-testid=forecast][data-state=${name}]`);
  /** Once it is measured anew, for however short a time: a look now and then would miss what is over between two frames. */
  const measuring = () =>
    studio.page.evaluate(
      () =>
        new Promise<void>((done) => {
          const look = () => {
            if (!document.querySelector('[data-testid=forecast][data-state=pending]')) return;
            observer.disconnect();
            done();
          };
          const observer = new MutationObserver(look);
          observer.observe(document, { subtree: true, childList: true, attributeFilter: ['data-state'] });
          look();
        }),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    makeTable(join(folder, 'trees.csv'));
    await done(workspace, 'import', join(folder, 'trees.csv'));
    studio = await launchStudio({ folder, locale });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells time and memory before the run, anew where something has changed', async () => {
    await id('rail-train').click();
    await state('ready').waitFor({ timeout: 60_000 });
    const told = await id('forecast').innerText();
    expect(told).toMatch(/\d\s?(ms|s)/u);
    expect(told).toMatch(/\d\s?MB/u);
    for (const colorScheme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${colorScheme}-train-forecast`);
    }
    const again = measuring();
    await id('setting-batchSize').fill('7');
    await again;
    await state('ready').waitFor({ timeout: 60_000 });
    expect(await id('forecast').innerText()).not.toBe(told);
  });

  it('gives way to the run', async () => {
    const again = measuring();
    await id('setting-batchSize').fill('9');
    await again;
    await id('train-button').click();
    await studio.page.locator('[data-testid=run-page][data-status=finished]').waitFor({ timeout: 120_000 });
  });
});
