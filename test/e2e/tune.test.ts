import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudioBridge } from '../../src-main/shared/contract.ts';
import type { TrainSettings } from '../../src-main/shared/run.ts';
import { done, samples } from '../support/built-cli.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** From the train form to the winner's longer training. */
describe.runIf(!process.env.ATELIER_TEST_BINARY)('a study', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    await done(workspace, 'import', join(samples, 'glyphs'));
    studio = await launchStudio({ folder });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is begun with "tune this" beside settings of the sample CNN, and each trial is a run', async () => {
    await id('rail-train').click();
    await id('architecture-cnn').click();
    await id('setting-channels').fill('4,8');
    await id('setting-hidden').fill('16');
    await id('setting-epochs').fill('2');
    await id('tune-learningRate').click();
    await id('tune-dropout').click();
    await id('tune-high-dropout').fill('2');
    expect(await id('tune-button').getAttribute('aria-disabled')).toBe('true');
    await id('tune-high-dropout').fill('0.4');
    await id('tune-button').click();
    await id('tune-trials').fill('4');
    await id('tune-start').click();
    await id('study-page').waitFor({ timeout: 60_000 });
    await studio.page.locator('[data-testid=study-page][data-status=finished]').waitFor({ timeout: 120_000 });
    expect(await id('study-state').innerText()).toContain('4 of 4 trials');
    expect(await id('tune-history').isVisible()).toBe(true);
    expect(await id('trial-details').innerText()).toContain('Learning rate');
    await studio.shot('tune-history');
    await id('study-page').getByRole('tab', { name: 'Trials' }).click();
    const rows = studio.page.locator('[data-testid=trials-table] [role=row][data-key]');
    await expect.poll(() => rows.count()).toBe(4);
    await studio.shot('tune-trials');
  });

  it('is drawn in every plot, and a point opens its run', async () => {
    const { page } = studio;
    for (const [tab, plot] of [
      ['parallel', 'parallel'],
      ['slice', 'slice-dropout'],
      ['pairs', 'tune-pairs'],
      ['reports', 'tune-reports'],
      ['edf', 'tune-edf'],
      ['timeline', 'tune-timeline'],
      ['history', 'tune-history'],
    ]) {
      await id(`tab-${tab}`).click();
      await page.locator(`[data-testid=${plot}] canvas[data-drawn]`).waitFor();
    }
    // The best one has a ring around it.
    const ring = await page.locator('[data-testid=tune-history] circle.outline').boundingBox();
    await page.mouse.dblclick(ring!.x + ring!.width / 2, ring!.y + ring!.height / 2);
    await id('run-page').waitFor();
    await id('rail-tune').click();
  });

  it('has a winner that trains on', async () => {
    await id('trial-longer').click();
    await id('run-page').waitFor();
    // The run had finished before: what is waited for is stored with its longer settings, and nothing works any more.
    const finished = async () => {
      const { runs, jobs } = await studio.page.evaluate(async () => {
        const { studio: bridge } = globalThis as unknown as { studio: StudioBridge };
        return {
          runs: await bridge.invoke('runs.list', undefined),
          jobs: await bridge.invoke('jobs.list', undefined),
        };
      });
      if (!runs.ok || !jobs.ok || jobs.value.some(({ status }) => status === 'running')) return null;
      if (runs.value.some(({ status }) => status !== 'finished')) return null;
      return runs.value.map(({ settings }) => (JSON.parse(settings) as TrainSettings).epochs).sort();
    };
    await expect.poll(finished, { timeout: 120_000 }).toEqual([2, 2, 2, 4]);
  });
});
