import { describe, expect, it } from 'vitest';
import type { VersionId } from '../../src-main/shared/ids.ts';
import { atelier } from '../support/fake-host.ts';
import { openFakeStudio, trainRequest, until } from '../support/fake-studio.ts';
import { tempFolder } from '../support/temp-workspace.ts';

async function given() {
  const fake = openFakeStudio(tempFolder());
  const { version } = await fake.studio.datasets.import({ paths: ['/data/quick'] }).result;
  return {
    ...fake,
    version,
    ask: (architecture: string, change = {}) =>
      fake.studio.training.forecast({ ...trainRequest(version, architecture), ...change }),
  };
}

describe('a forecast', () => {
  it('is asked once for what makes a difference, and makes no run and no job', async () => {
    const { studio, utilities, ask } = await given();
    const before = utilities.length;
    const forecast = await ask('quick');
    expect(forecast).toMatchObject({ parameters: 123, secondsPerEpoch: { expected: 2 }, device: 'cpu' });
    expect(await ask('quick', { seed: 7, learningRate: 0.5, patience: 3, name: 'other' })).toBe(forecast);
    expect(utilities).toHaveLength(before + 1);
    expect((await ask('quick', { batchSize: 64 })).peakMemory.expected).toBe(64e6);
    expect(utilities).toHaveLength(before + 2);
    expect(studio.runs.list()).toEqual([]);
    expect(studio.jobs.list().map(({ kind }) => kind)).toEqual(['import']);
    await studio.close();
  });

  it('gives way to the next question, to a run, and to the end', async () => {
    const { studio, version, ask, utilities } = await given();
    const cancelled = { code: 'cancelled' };
    const first = ask('busy');
    await until(() => utilities.length === 2);
    const second = ask('busy', { batchSize: 64 });
    await expect(first).rejects.toMatchObject(cancelled);
    const { result } = studio.runs.start(trainRequest(version, 'quick'));
    await expect(second).rejects.toMatchObject(cancelled);
    await result;
    const third = ask('busy');
    studio.training.cancelForecast();
    await expect(third).rejects.toMatchObject(cancelled);
    const fourth = ask('busy');
    await Promise.all([studio.close(), expect(fourth).rejects.toMatchObject(cancelled)]);
  });

  it('is not made while a run trains', async () => {
    const { studio, version, ask } = await given();
    await ask('quick');
    const { run, job, result } = studio.runs.start(trainRequest(version, 'busy'));
    await until(() => studio.jobs.get(job).status === 'running');
    await expect(ask('quick', { batchSize: 64 })).rejects.toMatchObject({ code: 'forecast_busy' });
    // What is known is told all the same.
    expect(await ask('quick')).toMatchObject({ parameters: 123 });
    studio.runs.cancel(run);
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    await studio.close();
  });

  it('tells what went wrong, and refuses settings as a run does', async () => {
    const { studio, ask } = await given();
    await expect(ask('refuses')).rejects.toMatchObject({ code: 'empty_file' });
    await expect(ask('crashes')).rejects.toMatchObject({ code: 'process_died' });
    await expect(ask('quick', { architectureSettings: { hidden: 100_000 } })).rejects.toMatchObject({
      code: 'invalid_settings',
    });
    await expect(ask('quick', { version: 'dv_none' as VersionId })).rejects.toMatchObject({ code: 'no_such_dataset' });
    await studio.close();
  });
});

describe('atelier train --dry-run', () => {
  it('tells time and memory with their ranges, and makes no run', async () => {
    const folder = tempFolder();
    const { studio } = openFakeStudio(folder);
    await studio.datasets.import({ paths: ['/data/quick'] }).result;
    await studio.close();
    const args = ['train', '--data', 'fake', '--architecture', 'quick', '--epochs', '3', '--dry-run'];
    const { code, lines } = await atelier(folder, [...args, '--json']);
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        event: 'forecast',
        device: 'cpu',
        threads: expect.any(Number) as number,
        parameters: 123,
        epochs: 3,
        steps_per_epoch: 1,
        seconds_per_epoch: { expected: 2, low: 1, high: 4 },
        seconds_to_begin: 1,
        seconds: { expected: 7, low: 4, high: 13 },
        peak_memory_bytes: { expected: 32e6, low: 16e6, high: 64e6 },
        own_memory_bytes: 1e6,
        free_memory_bytes: 1e9,
        measured: true,
      },
    ]);
    const { stdout } = await atelier(folder, args);
    expect(stdout).toMatch(/an epoch +about 2 s \(1 s to 4 s\), 1 step\n3 epochs +about 7 s/);
    const runs = await atelier(folder, ['runs', 'list', '--json']);
    expect(runs.lines).toEqual([]);
  });

  it('says so where it was not tried, and where memory will not do', async () => {
    const folder = tempFolder();
    const { studio } = openFakeStudio(folder);
    await studio.datasets.import({ paths: ['/data/quick'] }).result;
    await studio.close();
    const args = ['train', '--data', 'fake', '--architecture', 'quick', '--batch', '2000', '--dry-run'];
    const { code, stdout, stderr } = await atelier(folder, args);
    expect(code).toBe(0);
    expect(stdout).toContain('not tried');
    expect(stdout).toMatch(/peak memory +about 2.0 GB \(1.0 GB to 4.0 GB\); 1.0 GB are free/);
    expect(stderr).toContain('smaller --batch');
  });
});
