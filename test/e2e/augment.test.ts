import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done } from '../support/built-cli.ts';
import { makeImageFolder } from '../support/e2e-data.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';
import { reviews } from '../support/texts.ts';

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
    const lines = reviews(60).map(({ text, feeling }) => `${feeling},"${text}"`);
    writeFileSync(join(folder, 'reviews.csv'), `feeling,review\n${lines.join('\n')}\n`);
    writeFileSync(join(folder, 'words.txt'), 'film: story, plot\nstory: film\nevening: acting\n');
    writeFileSync(join(folder, 'wrong.txt'), 'film: movie\nstory\n');
    await done(workspace, 'import', join(folder, 'reviews.csv'));
    // The last one is what the window begins with.
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

  it('of texts puts in synonyms of a list, which one sees before', async () => {
    const choosing = (file: string) =>
      studio.app.evaluate(
        ({ dialog }, path) => {
          dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
        },
        join(folder, file),
      );
    await id('rail-train').click();
    await id('train-dataset').click();
    await studio.page.getByRole('option', { name: /reviews/ }).click();
    await id('setting-augment.word-synonym').waitFor();
    await choosing('wrong.txt');
    await id('choose-synonyms').click();
    await studio.page.getByText('wrong.txt, line 2').first().waitFor();
    await choosing('words.txt');
    await id('choose-synonyms').click();
    await id('synonym-preview').waitFor();
    await id('setting-augment.word-synonym').fill('1');
    const put = () => id('synonym-preview').locator('mark').allInnerTexts();
    await expect.poll(async () => (await put()).length, { timeout: 10_000 }).toBeGreaterThan(2);
    for (const word of await put()) expect(word).toMatch(/^(story|plot|film|acting)$/i);
    for (const colorScheme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme });
      await id('synonym-preview').scrollIntoViewIfNeeded();
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${colorScheme}-train-synonyms`);
    }
    await id('setting-epochs').fill('1');
    await id('train-button').click();
    await studio.page.locator('[data-testid=run-page][data-status=finished]').waitFor({ timeout: 120_000 });
    expect(await id('run-details').innerText()).toMatch(locale === 'en' ? /words \(3 words\)/ : /words（3 个词）/);
  });
});
