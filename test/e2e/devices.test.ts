import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTable } from '../support/e2e-data.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

const words = {
  en: { untested: /not been tested/, tested: /Tested/, passed: 'Passed' },
  'zh-CN': { untested: /尚未/, tested: /测试$/, passed: '通过' },
};

/** Settings → Devices through the real window: what there is, the test with its progress, its results, and cancelling it. */
describe.each(locales)('the devices in %s', (locale) => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const shots = async (name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${colorScheme}-${name}`);
    }
  };

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-data-'));
    makeTable(join(data, 'trees.csv'));
    studio = await launchStudio({ locale });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('are listed with what is missing', async () => {
    await id('rail-settings').click();
    await id('settings-devices').click();
    await id('devices').waitFor({ timeout: 60_000 });
    expect(await id('device-cpu').getAttribute('data-status')).toBe('untested');
    expect(await id('device-webgpu').count()).toBe(1);
    expect(await id('devices-tested').innerText()).toMatch(words[locale].untested);
    await shots('devices-untested');
  });

  it('are tested by a job that can be cancelled', async () => {
    await id('devices-test').focus();
    await studio.page.keyboard.press('Enter');
    await id('devices-progress').waitFor();
    await id('devices-cancel').click();
    await id('devices-tested').waitFor({ timeout: 5_000 });
    expect(await id('device-cpu').getAttribute('data-status')).toBe('untested');
  });

  it('show what the test found, and when', async () => {
    await id('devices-test').focus();
    await studio.page.keyboard.press('Enter');
    await id('devices-progress').waitFor();
    await shots('devices-testing');
    await studio.page.locator('[data-testid=device-cpu][data-status=passed]').waitFor({ timeout: 120_000 });
    expect(await id('device-cpu').innerText()).toContain(words[locale].passed);
    // Memory and two speeds: in thousands or not, as busy as the machine may be.
    const figures = await id('device-cpu').locator('td').allInnerTexts();
    expect(figures.filter((text) => /^\d/.test(text.trim()))).toHaveLength(3);
    expect(await id('devices-tested').innerText()).toMatch(words[locale].tested);
    await shots('devices-tested');
  });

  it('can be chosen for a run: automatic, and those that work', async () => {
    await studio.drop([join(data, 'trees.csv')]);
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
    await id('rail-train').click();
    await id('setting-device').click();
    await studio.page.getByRole('option').first().waitFor();
    const options = await studio.page.getByRole('option').allInnerTexts();
    expect(options.length).toBeGreaterThanOrEqual(2);
    expect(options[1]).toBe('CPU');
  });
});
