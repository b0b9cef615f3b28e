import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, Input, Output, StudioBridge } from '../../src-main/shared/contract.ts';
import type { RunId, VersionId } from '../../src-main/shared/ids.ts';
import { makeTable } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

/** Three trainings as people queue them: put in another order, one paused and resumed, the app killed and started again. */
describe('the queue of trainings', () => {
  let folder: string;
  let studio: StudioApp;
  let version: VersionId;

  const ask = async <C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> => {
    const reply = await studio.page.evaluate(
      ([name, value]) => {
        const bridge = (globalThis as unknown as { studio: StudioBridge }).studio;
        return bridge.invoke(name as 'app.info', value as undefined);
      },
      [channel, input] as const,
    );
    if (!reply.ok) throw new Error(`${channel}: ${reply.error.code}: ${reply.error.message}`);
    return reply.value as unknown as Output<C>;
  };
  const status = async (run: RunId) => (await ask('runs.get', { id: run })).status;
  const becomes = (run: RunId, wanted: string) =>
    expect.poll(() => status(run), { timeout: 60_000, interval: 100 }).toBe(wanted);
  const queue = (name: string, epochs: number) =>
    ask('runs.queue', {
      version,
      name,
      architecture: 'mlp',
      architectureSettings: {},
      epochs,
      batchSize: 8,
      optimizer: 'adam',
      learningRate: 1e-5,
      seed: 1,
      device: 'cpu',
    });
  const openRun = async (name: string) => {
    await studio.page.getByTestId('rail-runs').click();
    const back = studio.page.getByTestId('back-to-runs');
    if (await back.isVisible()) await back.click();
    await studio.page.getByRole('row').filter({ hasText: name }).first().dblclick();
    await studio.page.getByTestId('run-page').waitFor();
  };
  const jobOf = (name: string) => studio.page.getByTestId('job').filter({ hasText: name });
  const waiting = async () => {
    const jobs = await studio.page
      .locator('[data-testid="job"][data-kind="train"][data-status="queued"]')
      .allInnerTexts();
    return jobs.map((text) => ['first', 'second', 'third'].find((name) => text.includes(name)));
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-queue-'));
    makeTable(join(folder, 'trees.csv'));
    studio = await launchStudio({ folder });
    await studio.page.getByTestId('welcome').waitFor();
    await studio.drop([join(folder, 'trees.csv')]);
    await studio.page.getByTestId('import-confirm').click();
    await studio.page.getByTestId('sample-table').waitFor({ timeout: 60_000 });
    version = (await ask('datasets.list', undefined))[0].latestVersion;
    await ask('preferences.set', { trainingsAtOnce: 1 });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is reordered, paused and resumed, and outlives a kill of the app', async () => {
    const { page } = studio;
    const first = await queue('first', 10_000);
    const second = await queue('second', 10_000);
    const third = await queue('third', 3);
    await becomes(first, 'running');

    await page.getByTestId('status-jobs').click();
    await expect.poll(waiting).toEqual(['second', 'third']);
    await jobOf('third').getByTestId('queue-up').click();
    await expect.poll(waiting).toEqual(['third', 'second']);
    await jobOf('second').dragTo(jobOf('third'));
    await expect.poll(waiting).toEqual(['second', 'third']);
    await jobOf('second').dragTo(jobOf('third'));
    await expect.poll(waiting).toEqual(['third', 'second']);
    await jobOf('third').focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(waiting).toEqual(['second', 'third']);
    // It keeps the keys where it has gone, and the arrows go on from there.
    const held = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await expect.poll(held).toContain('third');
    await page.keyboard.press('Alt+Home');
    await expect.poll(waiting).toEqual(['third', 'second']);
    await expect.poll(held).toContain('third');
    await page.keyboard.press('ArrowDown');
    await expect.poll(held).toContain('second');
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(waiting).toEqual(['second', 'third']);
    await jobOf('third').getByTestId('queue-front').click();
    await expect.poll(waiting).toEqual(['third', 'second']);
    await studio.shot('queue-tray');
    await page.keyboard.press('Escape');

    // Paused: its process goes, what waits begins, and it keeps what it has done.
    await openRun('first');
    await expect.poll(async () => (await ask('runs.get', { id: first })).bestEpoch, { timeout: 60_000 }).not.toBeNull();
    // By the pointer, while thousands of epochs a second are told of.
    await page.getByTestId('pause-run').click({ timeout: 10_000 });
    await becomes(first, 'paused');
    await page.getByTestId('resume-run').waitFor();
    await studio.shot('queue-paused');
    await becomes(third, 'finished');
    await becomes(second, 'running');
    expect((await ask('runs.checkpoints', { id: first })).map(({ name }) => name).sort()).toEqual(['best', 'last']);
    await page.getByTestId('resume-run').click();
    await becomes(first, 'queued');
    const [{ step }] = await ask('runs.checkpoints', { id: first });
    await expect
      .poll(async () => (await ask('runs.get', { id: second })).bestEpoch, { timeout: 60_000 })
      .not.toBeNull();

    const main = studio.app.process();
    const gone = new Promise((resolve) => main.once('exit', resolve));
    main.kill('SIGKILL');
    await gone;
    studio = await launchStudio({ folder });
    await studio.page.getByTestId('rail-runs').waitFor();
    // What waited goes on by itself, from where it was; what worked waits for a person.
    expect(await status(second)).toBe('interrupted');
    await becomes(first, 'running');
    await expect
      .poll(async () => (await ask('runs.checkpoints', { id: first }))[0].step, { timeout: 60_000 })
      .toBeGreaterThan(step!);
    await openRun('second');
    await studio.page.getByTestId('resume-run').click();
    await becomes(second, 'queued');
    await ask('runs.stopEarly', { id: first });
    await becomes(first, 'finished');
    await becomes(second, 'running');
    await studio.page.getByTestId('stop-early').click();
    await becomes(second, 'finished');

    // Epochs added to what has finished, as a stretch that is stated.
    await openRun('third');
    await studio.page.getByTestId('add-epochs-run').click();
    await studio.page.getByTestId('add-epochs-count').fill('2');
    await studio.page.getByTestId('add-epochs-says').waitFor();
    await studio.shot('queue-add-epochs');
    await studio.page.getByTestId('add-epochs-do').click();
    await expect.poll(async () => (await ask('runs.get', { id: third })).settings.epochs).toBe(5);
    await becomes(third, 'finished');
    expect((await ask('runs.get', { id: third })).settings.stretches).toMatchObject([{ epoch: 3, epochsBefore: 3 }]);
    await studio.shot('queue-finished');
  });
});
