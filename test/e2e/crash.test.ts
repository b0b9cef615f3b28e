import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, Input, Output, StudioBridge } from '../../src-main/shared/contract.ts';
import type { RunId, VersionId } from '../../src-main/shared/ids.ts';
import { makeTable } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

/** Processes are killed as a full machine would kill them; the window, the store and what was trained so far must live on. */
describe('kill -9', () => {
  let folder: string;
  let studio: StudioApp;

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
  const trainForLong = async (version: VersionId) => {
    const run = await ask('runs.start', {
      version,
      architecture: 'mlp',
      architectureSettings: {},
      epochs: 10_000,
      batchSize: 8,
      optimizer: 'adam',
      learningRate: 1e-5,
      seed: 1,
      device: 'cpu',
    });
    // A best checkpoint exists: there is something to lose.
    await expect.poll(async () => (await ask('runs.get', { id: run })).bestEpoch, { timeout: 60_000 }).not.toBeNull();
    return run;
  };
  const utilityPid = (name: string) =>
    studio.app.evaluate(
      ({ app }, wanted) => app.getAppMetrics().find((process) => process.name === wanted)?.pid ?? null,
      name,
    );
  let version: VersionId;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-crash-'));
    makeTable(join(folder, 'trees.csv'));
    studio = await launchStudio({ folder });
    await studio.page.getByTestId('welcome').waitFor();
    await studio.drop([join(folder, 'trees.csv')]);
    await studio.page.getByTestId('import-confirm').click();
    await studio.page.getByTestId('sample-table').waitFor({ timeout: 60_000 });
    version = (await ask('datasets.list', undefined))[0].latestVersion;
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('of the trainer fails the run with its last words and leaves the window working', async () => {
    const run = await trainForLong(version);
    const pid = await utilityPid('Atelier train');
    expect(pid).not.toBeNull();
    process.kill(pid!, 'SIGKILL');
    await expect.poll(() => status(run), { timeout: 10_000 }).toBe('failed');
    const { error, bestEpoch } = await ask('runs.get', { id: run });
    expect(error?.code).toBe('process_died');
    expect(bestEpoch).not.toBeNull();
    expect(await studio.page.getByTestId('rail-runs').isVisible()).toBe(true);
    // What was trained until then can still be exported.
    await ask('exports.start', { run });
    const exporting = async () => (await ask('jobs.list', undefined)).find((job) => job.kind === 'export')!;
    await expect.poll(async () => (await exporting()).status, { timeout: 60_000 }).not.toMatch(/queued|running/);
    expect(await exporting()).toMatchObject({ status: 'finished', error: null });
  });

  it('cancels a running training within two seconds', async () => {
    const run = await trainForLong(version);
    const job = (await ask('runs.get', { id: run })).job!;
    await ask('jobs.cancel', { id: job });
    await expect.poll(() => status(run), { timeout: 2_500, interval: 50 }).toBe('cancelled');
  });

  it('of the app marks the run interrupted at the next start, and the database is sound', async () => {
    const run = await trainForLong(version);
    const trainer = await utilityPid('Atelier train');
    const points = async () => (await ask('runs.metrics', { runs: [run], keys: ['validation/loss'] })).values.length;
    await expect.poll(points, { timeout: 10_000 }).toBeGreaterThan(0);
    const stored = await points();
    const main = studio.app.process();
    const gone = new Promise((resolve) => main.once('exit', resolve));
    main.kill('SIGKILL');
    await gone;
    studio = await launchStudio({ folder });
    await studio.page.getByTestId('rail-runs').waitFor();
    expect(await status(run)).toBe('interrupted');
    expect(await ask('app.integrity', undefined)).toBe('ok');
    // What the window had been told is there, and what was on its way may be.
    expect(await points()).toBeGreaterThanOrEqual(stored);
    // Nobody trains on for a window that is gone.
    await expect.poll(() => isAlive(trainer!), { timeout: 10_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
