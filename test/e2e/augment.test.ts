import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done } from '../support/built-cli.ts';
import { makeImageFolder } from '../support/e2e-data.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** Train: pictures are changed each epoch, and one sees how before the run. */
describe.runIf(!process.env.ATELIER_TEST_BINARY).each(locales)('augmentation in %s', (locale) => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  /** What the page shows of each picture: the bytes that it painted. */
  const painted = (): Promise<string[]> =>
    id('augmentation')
      .locator('canvas')
      .evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    await makeImageFolder(join(folder, 'shapes'), 20);
    await done(workspace, 'import', join(folder, 'shapes'));
    studio = await launchStudio({ folder, locale });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is off, and shows what it would do as its amounts are set', async () => {
    await id('rail-train').click();
    await id('augment-open').click();
    await id('augmentation').locator('canvas').nth(17).waitFor({ timeout: 60_000 });
    const rows = async () => {
      const all = await painted();
      return [0, 1, 2].map((row) => all.slice(row * 6, row * 6 + 6));
    };
    for (const [original, ...epochs] of await rows()) for (const epoch of epochs) expect(epoch).toBe(original);
    await id('usual-augment.rotate').click();
    await id('setting-augment.noise').fill('0.3');
    await expect.poll(async () => new Set((await rows())[0]).size, { timeout: 10_000 }).toBe(6);
    const before = (await rows())[0][0];
    await id('augment-others').click();
    await expect.poll(async () => (await rows())[0][0], { timeout: 10_000 }).not.toBe(before);
    for (const colorScheme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme });
      await id('augmentation').scrollIntoViewIfNeeded();
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${colorScheme}-train-augment`);
    }
  });

  it('goes with the run, which says so', async () => {
    await id('setting-epochs').fill('2');
    await id('train-button').click();
    await studio.page.locator('[data-testid=run-page][data-status=finished]').waitFor({ timeout: 120_000 });
    const run = await id('run-details').innerText();
    expect(run).toContain(locale === 'en' ? 'Rotate' : '旋转');
  });
});
