import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Connection } from '../../src-main/db/connection.ts';
import type { StudioEvent } from '../../src-main/shared/contract.ts';
import { openFakeStudio, trainRequest, until } from '../support/fake-studio.ts';
import { ownAndTrain } from '../support/own-and-train.ts';
import { isAlive } from '../support/processes.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

async function studioWithData(folder = tempFolder()) {
  const fake = openFakeStudio(folder);
  const { version } = await fake.studio.datasets.import({ paths: ['/data/quick'] }).result;
  return { ...fake, folder, version };
}

describe('a job', () => {
  it('goes through queued, running, finished, and leaves what it made', async () => {
    const { studio } = openFakeStudio(tempFolder());
    const events: StudioEvent[] = [];
    studio.onEvent((event) => events.push(event));
    const { job, result } = studio.datasets.import({ paths: ['/data/quick'], name: 'mine' });
    const imported = await result;
    expect(studio.jobs.get(job)).toMatchObject({
      kind: 'import',
      title: 'mine',
      status: 'finished',
      dataset: imported.dataset,
    });
    const told = events.flatMap((event) => (event.type === 'jobs' ? event.jobs.map((each) => each.status) : []));
    expect([...new Set(told)]).toEqual(['queued', 'running', 'finished']);
    expect(events).toContainEqual({ type: 'changed', noun: 'datasets' });
    expect(studio.datasets.get(imported.dataset)).toMatchObject({ summary: { name: 'mine', samples: 10, classes: 2 } });
    await studio.close();
  });

  it('of the same data gives the dataset that is there already, unless another name is asked for', async () => {
    const { studio } = openFakeStudio(tempFolder());
    const first = await studio.datasets.import({ paths: ['/data/quick'] }).result;
    const again = await studio.datasets.import({ paths: ['/data/quick'] }).result;
    expect(again).toEqual({ ...first, reused: true });
    const other = await studio.datasets.import({ paths: ['/data/quick'], name: 'other' }).result;
    expect(other).toMatchObject({ name: 'other', reused: false });
    expect(() => studio.datasets.import({ paths: ['/data/quick'], name: 'other' })).toThrow(code('name_taken'));
    await studio.close();
  });

  it('that fails keeps its error', async () => {
    const { studio } = openFakeStudio(tempFolder());
    const { job, result } = studio.datasets.import({ paths: ['/data/refuses'] });
    await expect(result).rejects.toMatchObject({ code: 'empty_file', details: ['line 0'] });
    expect(studio.jobs.get(job)).toMatchObject({ status: 'failed', error: { code: 'empty_file' } });
    await studio.close();
  });

  it.each(['busy', 'deaf', 'stubborn'])(
    'that is %s is cancelled within 2 s, and the next one begins',
    async (behaviour) => {
      const { studio, version, utilities } = await studioWithData();
      const started = studio.runs.start(trainRequest(version, behaviour));
      const next = studio.runs.start(trainRequest(version, 'quick'));
      await until(() => studio.runs.get(started.run).status === 'running' && utilities[1]?.pid !== undefined);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(studio.runs.get(next.run).status).toBe('queued');
      const before = Date.now();
      studio.jobs.cancel(started.job);
      await expect(started.result).rejects.toMatchObject({ code: 'cancelled' });
      expect(Date.now() - before).toBeLessThan(2000);
      expect(studio.runs.get(started.run).status).toBe('cancelled');
      expect(studio.jobs.get(started.job).status).toBe('cancelled');
      await expect(next.result).resolves.toMatchObject({ status: 'finished' });
      await studio.close();
    },
  );

  it('that waits is cancelled at once', async () => {
    const { studio, version } = await studioWithData();
    const first = studio.runs.start(trainRequest(version, 'busy'));
    const second = studio.runs.start(trainRequest(version, 'quick'));
    studio.runs.cancel(second.run);
    await expect(second.result).rejects.toMatchObject({ code: 'cancelled' });
    expect(studio.runs.get(second.run)).toMatchObject({ status: 'cancelled', startedAt: null });
    expect(studio.runs.get(first.run).status).toBe('running');
    await studio.close();
    expect(studio.jobs.active).toEqual([]);
  });

  it.each([
    ['crashes', /was ended by SIGKILL/, ['something is about to go wrong', 'it does']],
    ['exits', /ended with exit code 7/, ['giving up']],
  ])('whose process %s has failed, with its last log lines', async (behaviour, message, lines) => {
    const { studio, version, folder } = await studioWithData();
    const started = studio.runs.start(trainRequest(version, behaviour));
    await expect(started.result).rejects.toMatchObject({
      code: 'process_died',
      message: expect.stringMatching(message),
    });
    const { error } = studio.jobs.get(started.job);
    expect([...error!.details].sort()).toEqual([...lines].sort());
    expect(studio.runs.get(started.run)).toMatchObject({ status: 'failed', error: { code: 'process_died' } });
    const log = readFileSync(join(folder, 'runs', started.run, 'log.txt'), 'utf8');
    for (const line of lines) expect(log).toContain(line);
    expect(studio.runFiles.log(started.run)).toBe(log);
    await studio.close();
  });

  it('killed from outside has failed, and what it measured is kept', async () => {
    const { studio, version, utilities } = await studioWithData();
    const started = studio.runs.start(trainRequest(version, 'measures'));
    await until(async () => ((await studio.metrics.series([started.run]))[0]?.steps.length ?? 0) > 500);
    process.kill(utilities.at(-1)!.pid!, 'SIGKILL');
    await expect(started.result).rejects.toMatchObject({ code: 'process_died' });
    // It had said nothing: what it is said to have left is there all the same.
    const [, log] = /its log is in (.*)\.$/.exec(studio.runs.get(started.run).error!.message)!;
    expect(readFileSync(log, 'utf8')).toMatch(/^The train process was ended by SIGKILL/);
    const [loss, validation] = await studio.metrics.series([started.run]);
    // Of however many runs, each key is told once.
    const keys = [loss.key, validation.key];
    expect(await studio.metrics.curves([started.run, started.run])).toEqual({ keys, trainSamples: [8, 8] });
    expect(loss.steps).toEqual(loss.steps.map((_, index) => index + 1));
    expect(validation.values.every(Number.isNaN)).toBe(true);
    expect(studio.runs.get(started.run)).toMatchObject({ status: 'failed', bestEpoch: 1, parameterCount: 123 });
    await studio.close();
  });

  it('whose log cannot be written names none', async () => {
    const { studio, version, folder } = await studioWithData();
    const started = studio.runs.start(trainRequest(version, 'exits'));
    // As little can be written into a folder as onto a full disk.
    mkdirSync(join(folder, 'runs', started.run, 'log.txt'));
    await expect(started.result).rejects.toMatchObject({
      code: 'process_died',
      message: expect.stringMatching(/What was stored until then is kept\.$/),
      details: ['giving up'],
    });
    await studio.close();
  });

  it('whose process dies while it writes leaves nothing of what it wrote', async () => {
    const folder = tempFolder();
    const { studio } = openFakeStudio(folder);
    const { result } = studio.datasets.import({ paths: ['/data/dies-writing'] });
    await expect(result).rejects.toMatchObject({ code: 'process_died' });
    // What another process writes is none of its.
    expect(readdirSync(join(folder, 'blobs', 'partial'))).toEqual(['1-table']);
    await studio.close();
  });

  it('that cannot be started has failed and says so', async () => {
    const { studio } = openFakeStudio(tempFolder(), '/nowhere/utility.mjs');
    const { result } = studio.datasets.import({ paths: ['/data/quick'] });
    await expect(result).rejects.toMatchObject({ code: 'process_died' });
    await studio.close();
  });

  it('in training can be stopped early and counts as finished', async () => {
    const { studio, version } = await studioWithData();
    const started = studio.runs.start(trainRequest(version, 'measures'));
    await until(() => studio.runs.get(started.run).bestEpoch !== null);
    studio.runs.stopEarly(started.run);
    await expect(started.result).resolves.toMatchObject({
      status: 'finished',
      stoppedEarly: true,
      metrics: { 'validation/accuracy': 0.9 },
    });
    await studio.close();
  });
});

describe('progress', () => {
  it('is told at most four times a second', async () => {
    const { studio } = openFakeStudio(tempFolder());
    let told = 0;
    studio.onEvent((event) => {
      if (event.type === 'jobs' && event.jobs.some((job) => job.progress)) told++;
    });
    const { job } = studio.datasets.import({ paths: ['/data/busy'] });
    await until(() => told > 0);
    told = 0;
    const begun = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const seconds = (performance.now() - begun) / 1000;
    expect(told).toBeGreaterThanOrEqual(3);
    expect(told).toBeLessThanOrEqual(seconds * 4 + 1);
    expect(studio.jobs.get(job).progress).toMatchObject({ total: 1000, rate: 100, stage: 'reading' });
    await studio.close();
  });
});

describe('metric points', () => {
  it('arrive whole, in seconds, and never hold the thread for long', async () => {
    const { studio, version } = await studioWithData();
    let worst = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
    }, 1);
    const begun = performance.now();
    const started = studio.runs.start(trainRequest(version, 'flood'));
    await started.result;
    const seconds = (performance.now() - begun) / 1000;
    clearInterval(watch);
    const [series] = await studio.metrics.series([started.run]);
    expect(series).toMatchObject({ total: 100_000, sampledEvery: 20 });
    expect(series.steps).toHaveLength(10_000);
    process.stderr.write(`100,000 points in ${seconds.toFixed(2)} s, worst gap ${worst.toFixed(0)} ms\n`);
    // Loose, for a loaded machine; the report states what was measured.
    expect(worst).toBeLessThan(500);
    await studio.close();
  });
});

describe('the owner', () => {
  it('killed mid-run finds job and run interrupted at the next opening, and the database whole', async () => {
    const folder = tempFolder();
    const { child, run, utility } = await ownAndTrain(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { studio } = openFakeStudio(folder);
    expect(studio.notices.map((notice) => notice.code)).toEqual(['jobs_interrupted']);
    expect(await studio.integrity()).toBe('ok');
    expect(studio.runs.get(run)).toMatchObject({ status: 'interrupted', error: { code: 'interrupted' } });
    expect(studio.jobs.list().find((job) => job.run === run)).toMatchObject({ status: 'interrupted' });
    expect((await studio.metrics.series([run]))[0].steps.length).toBeGreaterThan(0);
    // The orphan notices that nobody listens any more.
    await until(() => !isAlive(utility));
    await studio.close();
  });
});

describe('a full disk', () => {
  it('fails the job with one clear error; the next one works when there is space again', async () => {
    // The connection is the studio's own business: caught here as it is opened.
    const opened = vi.spyOn(Connection.prototype, 'pragma');
    const { studio } = openFakeStudio(tempFolder());
    const connection = opened.mock.contexts.at(-1) as Connection;
    connection.pragma(`max_page_count = ${connection.pragma('page_count')}`);
    const attempt = async () => studio.datasets.import({ paths: ['/data/quick'], name: 'x'.repeat(200_000) }).result;
    await expect(attempt()).rejects.toMatchObject({ code: 'disk_full' });
    connection.pragma('max_page_count = 1000000');
    await expect(attempt()).resolves.toMatchObject({ reused: false });
    expect(await studio.integrity()).toBe('ok');
    await studio.close();
  });

  it('has room again before it is stored that an import has filled it, and the import can be done again', async () => {
    const opened = vi.spyOn(Connection.prototype, 'pragma');
    const folder = tempFolder();
    const { studio } = openFakeStudio(folder);
    const connection = opened.mock.contexts.at(-1) as Connection;
    const { job, result } = studio.datasets.import({ paths: ['/data/fills-the-disk'] });
    const unfinished = join(folder, 'blobs', 'unfinished', job);
    const stored = () => connection.get<{ status: string }>('SELECT status FROM jobs')?.status;
    await until(() => existsSync(join(unfinished, 'pass', 'pixels')));
    connection.pragma(`max_page_count = ${connection.pragma('page_count')}`);
    await expect(result).rejects.toMatchObject({ code: 'no_space' });
    expect(existsSync(unfinished)).toBe(false);
    expect(stored()).toBe('running');
    connection.pragma('max_page_count = 1000000');
    await until(() => stored() === 'failed');
    expect(studio.jobs.get(job)).toMatchObject({ status: 'failed', error: { code: 'no_space' }, again: 'anew' });
    await studio.close();
  });
});
