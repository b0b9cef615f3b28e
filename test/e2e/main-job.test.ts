import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioBridge } from '../../src-main/shared/contract.ts';
import { makeImageFolder, makeTable } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

const words = {
  en: { files: '120', passed: /agree/i },
  'zh-CN': { files: '120', passed: /一致/ },
};

/** In the page: how many exports its workspace has. */
async function countExports(): Promise<number> {
  const { studio } = globalThis as unknown as { studio: StudioBridge };
  const reply = await studio.invoke('exports.list', undefined);
  return reply.ok ? reply.value.length : -1;
}

/** The main job through the real window: drop, look, train twice, compare, export, in each language. */
// A package differs in no word.
const languages = process.env.ATELIER_TEST_BINARY ? (['en'] as const) : (['en', 'zh-CN'] as const);
describe.each(languages)('the main job in %s', (locale) => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);
  /** Each screen in both themes, for people to look at. */
  const shots = async (name: string) => {
    for (const theme of ['light', 'dark']) {
      await studio.page.emulateMedia({ colorScheme: theme as 'light' | 'dark' });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${theme}-${name}`);
    }
  };
  const problems: string[] = [];

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-data-'));
    await makeImageFolder(join(data, '形状 shapes'));
    makeTable(join(data, 'trees.csv'));
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

  it('opens empty and speaks the language of the system', async () => {
    await id('welcome').waitFor();
    expect(await studio.page.evaluate(() => document.documentElement.lang)).toBe(locale);
    await shots('welcome');
  });

  it('takes a dropped folder of images: a class per sub-folder, bad files listed, good ones kept', async () => {
    await studio.drop([join(data, '形状 shapes')]);
    await id('import-dialog').waitFor();
    await id('import-confirm').waitFor();
    await shots('import-dialog');
    await id('import-confirm').click();
    await id('image-grid').waitFor({ timeout: 60_000 });
    await expect.poll(() => id('sample-count').innerText(), { timeout: 10_000 }).toContain(words[locale].files);
    await id('tab-samples').click();
    await shots('data-images');
    await id('tab-source').click();
    await id('rejected-table').waitFor();
    expect(await id('rejected-table').innerText()).toMatch(/empty\.png[\s\S]*lying\.png|lying\.png[\s\S]*empty\.png/);
    await shots('data-source');
  });

  it('takes a dropped table: columns typed, the target guessed, the ragged line listed', async () => {
    await studio.drop([join(data, 'trees.csv')]);
    await id('import-confirm').waitFor();
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
    await shots('data-table');
    expect(await id('sample-count').innerText()).toContain('300');
    for (const tab of ['profile', 'schema', 'splits', 'source']) {
      await id(`tab-${tab}`).click();
      await studio.page.waitForTimeout(200);
      await shots(`data-${tab}`);
    }
    expect(await id('rejected-table').innerText()).toContain('51');
  });

  const train = async (architecture: string, epochs: string) => {
    await id('rail-train').click();
    await id(`architecture-${architecture}`).click();
    await id('setting-epochs').fill(epochs);
    await id('run-name').fill(`shapes ${architecture}`);
    await id('train-button').click();
    await studio.page
      .getByRole('heading', { name: `shapes ${architecture}` })
      .first()
      .waitFor();
    await studio.page.locator('[data-testid=run-page][data-status=finished]').waitFor({ timeout: 120_000 });
  };

  it('trains an MLP and a CNN, with live curves', async () => {
    await id('rail-train').click();
    await id('train-dataset').click();
    await studio.page.getByRole('option', { name: /shapes/ }).click();
    await studio.page.waitForTimeout(500);
    await shots('train');
    await train('mlp', '4');
    await shots('run');
    await train('cnn', '6');
    await id('chart-loss').waitFor();
    await shots('run-cnn');
  });

  it('compares the two: curves overlaid, settings side by side', async () => {
    await id('rail-runs').click();
    if (await id('back-to-runs').isVisible()) await id('back-to-runs').click();
    await id('runs-table').waitFor();
    await shots('runs');
    await id('runs-table').getByRole('row').nth(1).click();
    await studio.page.keyboard.press('Control+a');
    await id('compare-button').click();
    await id('compare').waitFor();
    await studio.page.waitForTimeout(500);
    await shots('compare');
    await id('tab-settings').click();
    await id('settings-diff').waitFor();
    expect(await id('settings-diff').innerText()).toMatch(/16,32/);
    await shots('compare-settings');
    await id('tab-metrics').click();
    await id('metrics-compare').waitFor();
    await shots('compare-metrics');
    // Back to the table by a key, and to the comparison as it was left.
    await studio.page.keyboard.press('Escape');
    await id('runs-table').waitFor();
    await studio.page.keyboard.press('Alt+ArrowLeft');
    await id('metrics-compare').waitFor();
  });

  it('charts the runs by what they were given and reached, and saves the comparison as a page', async () => {
    await id('tab-parallel').click();
    await id('parallel').waitFor();
    // By keys: the upper half of the accuracy, where the better run passes.
    await id('axis-metric.validation/accuracy').focus();
    await studio.page.keyboard.press('Enter');
    await expect.poll(() => id('brushed').innerText()).toMatch(/1/);
    await shots('compare-parallel');
    await studio.page.keyboard.press('Escape');
    await id('brushed').waitFor({ state: 'detached' });
    await id('tab-scatter').click();
    await id('scatter').waitFor();
    await shots('compare-scatter');
    const report = join(data, `report-${locale}.html`);
    await studio.app.evaluate(({ session }, to) => {
      session.defaultSession.once('will-download', (_event, item) => item.setSavePath(to));
    }, report);
    await id('report').click();
    await expect.poll(() => (existsSync(report) ? readFileSync(report, 'utf8') : '')).toMatch(/<\/html>\n$/);
    const html = readFileSync(report, 'utf8');
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).toContain('shapes cnn');
    expect(html.match(/<svg /g)!.length).toBeGreaterThanOrEqual(4);
  });

  it('exports ONNX that agrees with the run and opens in a plain session', async () => {
    await id('rail-runs').click();
    if (await id('back-to-runs').isVisible()) await id('back-to-runs').click();
    await id('runs-table').getByRole('row').nth(1).dblclick();
    await id('run-page').waitFor();
    await id('export-run').click();
    await expect.poll(() => studio.page.evaluate(countExports), { timeout: 60_000 }).toBe(1);
    await id('rail-export').click();
    await id('export').first().click();
    await id('export-page').waitFor();
    expect(await id('parity').innerText()).toMatch(words[locale].passed);
    await shots('export');
    const folder = join(studio.workspace, 'exports');
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
    const session = await ort.InferenceSession.create(join(folder, file));
    const image = new ort.Tensor('uint8', new Uint8Array(24 * 24).fill(17), [1, 24, 24, 1]);
    const result = await session.run({ [session.inputNames[0]]: image });
    const label = Object.values(result).find((tensor) => tensor.type === 'string');
    expect(['circle', 'cross', 'square']).toContain(label?.data[0]);
  });

  it('shows its settings, keys and palette, and changes theme and language while running', async () => {
    await id('rail-settings').click();
    await studio.page.waitForTimeout(1000);
    await shots('settings');
    await studio.page.keyboard.press('Control+k');
    await id('palette').waitFor();
    await shots('palette');
    await studio.page.keyboard.press('Escape');
    await studio.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await studio.page.keyboard.press('?');
    await id('keys-sheet').waitFor();
    await shots('keys');
    await studio.page.keyboard.press('Escape');
    for (const place of ['data', 'train', 'runs', 'export']) expect(await id(`rail-${place}`).isVisible()).toBe(true);
    for (const size of [
      { width: 1600, height: 1000 },
      { width: 760, height: 560 },
    ]) {
      await studio.app.evaluate(({ BrowserWindow }, { width, height }) => {
        BrowserWindow.getAllWindows()[0].setContentSize(width, height);
      }, size);
      for (const place of ['data', 'train', 'runs', 'export', 'settings']) {
        await id(`rail-${place}`).click();
        await studio.page.waitForTimeout(300);
        await studio.shot(`${locale}-${size.width}-${place}`);
      }
    }
  });

  it('had no error in the page, and left a sound workspace', async () => {
    expect(problems).toEqual([]);
    expect(existsSync(join(studio.workspace, 'atelier.db'))).toBe(true);
  });
});
