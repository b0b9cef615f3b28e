import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';
import { tinyFolder, tinyWeights } from '../support/tiny-llama.ts';

/** A prompt from its first word to an old version that is back: over ten rows on two models, rated, tested, branched. */
describe.runIf(!process.env.ATELIER_TEST_BINARY)('the journey of a prompt', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const cells = (status: string) => studio.page.locator(`[data-testid=grid-cell][data-status=${status}]`);
  const count = (of: ReturnType<typeof id>, n: number) => expect.poll(() => of.count(), { timeout: 60_000 }).toBe(n);
  const write = async (text: string) => {
    await id('prompt-editor').click();
    await studio.page.keyboard.press('ControlOrMeta+A');
    await studio.page.keyboard.insertText(text);
  };

  afterEach(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['en', 'zh-CN'] as const)('in %s', async (locale) => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    const rows = Array.from({ length: 10 }, (_, i) => `${'abcdefghij'[i]}x,${'klmnopqrst'[i]}`);
    writeFileSync(join(folder, 'letters.csv'), `who,expected\n${rows.join('\n')}\n`);
    studio = await launchStudio({ folder, locale });
    const { page } = studio;
    await studio.drop([join(folder, 'letters.csv')]);
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
    await id('rail-playground').click();
    await id('prompt-first').click();
    for (const [name, seed] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      await studio.drop([tinyFolder(join(folder, name), tinyWeights({ seed }))]);
      await expect.poll(() => id('model-chooser').innerText()).toContain(name);
    }
    await page.locator('[data-testid=prompt-editor][data-ready]').waitFor();
    await write('ab {{who}}');
    await id('variable-who').fill('c');
    await id('gen-temperature').fill('0');
    await id('gen-maxTokens').fill('6');

    // Two models over ten rows.
    await id('bench-view-compare').click();
    await id('grid-empty').waitFor();
    await id('grid-new').click();
    for (const model of [0, 1]) await id(`grid-model-${model}`).check();
    await id('grid-rows').click();
    await page.getByRole('option', { name: 'letters' }).click();
    await expect.poll(() => id('grid-count').innerText()).toMatch(/20/);
    await studio.shot(`journey-new-grid-${locale}`);
    await id('grid-make').click();
    await count(cells('finished'), 20);

    // Judged by keys: a rating, and which of two is better.
    await cells('finished').nth(0).click();
    await page.keyboard.press('4');
    await expect.poll(() => cells('finished').nth(0).innerText()).toMatch(/4$/);
    await page.keyboard.press('c');
    await page.keyboard.press('ArrowRight');
    await count(id('grid-cell-pane'), 2);
    await page.keyboard.press('b');
    await expect.poll(() => id('grid-prefer-B').getAttribute('aria-pressed')).toBe('true');
    await studio.shot(`journey-grid-${locale}`);

    // Tested twice: the second asks nothing anew, and the gate shows.
    await id('bench-view-test').click();
    await id('check-add').click();
    await id('check-kind').click();
    await page.getByRole('option', { name: 'JavaScript' }).click();
    await id('check-script').fill('output.length > 2');
    await id('test-gate').fill('0.5');
    await id('test-gate').press('Tab');
    await id('grid-rows').click();
    await page.getByRole('option', { name: 'letters' }).click();
    for (const n of [1, 2]) {
      await id('test-run').click();
      await count(id('evaluation'), n);
    }
    for (const n of [0, 1]) await id('evaluation-pick').nth(n).click();
    await expect.poll(() => id('test-comparison').innerText()).toMatch(/p = 1/);
    await studio.shot(`journey-test-${locale}`);

    // On from another token, and back to the first version.
    await id('bench-view-write').click();
    await id('prompt-run').click();
    const finished = page.locator('[data-testid=completion][data-status=finished]');
    await count(finished, 1);
    await finished.nth(0).getByTestId('show-tokens').click();
    await id('token-view').getByRole('button').nth(1).click();
    await id('token-alternatives').getByRole('button').nth(1).click();
    await count(finished, 2);
    await write('other {{who}}');
    await id('prompt-saved')
      .locator('[data-saved]', { hasText: locale === 'en' ? 'Saved' : '已保存' })
      .waitFor();
    await id('version-1').click();
    await id('version-restore').click();
    await expect.poll(() => page.locator('.view-lines').innerText()).toMatch(/ab\s\{\{who\}\}/);
    await id('version-2').waitFor();
  });
});
