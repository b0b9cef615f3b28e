import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunId } from '../../src-main/shared/ids.ts';
import type { Studio, StudioOptions } from '../../src-main/jobs/studio.ts';
import { openFakeStudio, trainRequest, until } from '../support/fake-studio.ts';
import { ownAndTrain } from '../support/own-and-train.ts';
import { isAlive } from '../support/processes.ts';
import { tempFolder } from '../support/temp-workspace.ts';

type Queue = Pick<StudioOptions, 'goesOn' | 'atOnce' | 'machine'>;
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const quiet = { machine: { cores: 2, freeMemory: () => 2 ** 34 } };

async function studioWithData(queue: Queue = quiet, folder = tempFolder()) {
  const fake = openFakeStudio(folder, undefined, queue);
  const { version } = await fake.studio.datasets.import({ paths: ['/data/quick'] }).result;
  const train = (behaviour: string) => fake.studio.runs.start(trainRequest(version, behaviour));
  return { ...fake, folder, version, train };
}

/** All of a checkpoint that its owner reads. */
function checkpointHeader(training: { step: number; epoch: number; offset: number }): Buffer {
  const header = Buffer.from(JSON.stringify({ __metadata__: { training: JSON.stringify(training) } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

const status = (studio: Studio, run: RunId) => studio.runs.get(run).status;

describe('the queue of trainings', () => {
  it('is worked off in the order that people give it', async () => {
    const { studio, train } = await studioWithData();
    const first = train('resumable');
    const [a, b, c, d] = ['quick', 'quick', 'quick', 'quick'].map(train);
    const inOrder = () =>
      studio.jobs.active
        .filter((job) => job.place !== null)
        .sort((x, y) => x.place! - y.place!)
        .map((job) => job.run);
    studio.runs.move(d.run, 'front');
    studio.runs.move(a.run, 'down');
    studio.runs.move(c.run, 'up');
    studio.runs.move(b.run, 'back');
    studio.runs.move(c.run, 'up');
    expect(() => studio.runs.move(first.run, 'down')).toThrow(code('run_begun'));
    expect(() => studio.runs.move(a.run, { before: first.run })).toThrow(code('run_begun'));
    studio.runs.move(b.run, { before: d.run });
    studio.runs.move(b.run, { before: b.run });
    expect(inOrder()).toEqual([c.run, b.run, d.run, a.run]);
    studio.runs.move(b.run, 'back');
    expect(inOrder()).toEqual([c.run, d.run, a.run, b.run]);
    studio.runs.cancel(first.run);
    await Promise.all([a, b, c, d].map((each) => each.result));
    const begun = [a, b, c, d].sort((x, y) => studio.runs.get(x.run).startedAt! - studio.runs.get(y.run).startedAt!);
    expect(begun.map((each) => each.run)).toEqual([c.run, d.run, a.run, b.run]);
    expect(() => studio.runs.move(a.run, 'front')).toThrow(code('run_ended'));
    await studio.close();
  });

  it('pauses a training that works: its process goes, the next one begins, and it goes on when it is resumed', async () => {
    const { studio, train, utilities } = await studioWithData();
    const first = train('resumable');
    await until(async () => (await studio.metrics.series([first.run])).length > 0);
    const { pid } = utilities.at(-1)!;
    const second = train('resumable');
    studio.runs.pause(first.run);
    await until(() => status(studio, first.run) === 'paused');
    await until(() => !isAlive(pid!) && status(studio, second.run) === 'running');
    expect(studio.jobs.get(first.job)).toMatchObject({ status: 'paused', progress: null, startedAt: null });
    studio.runs.resume(first.run);
    expect(status(studio, first.run)).toBe('queued');
    studio.runs.cancel(second.run);
    await expect(first.result).resolves.toMatchObject({ status: 'finished', metrics: { 'test/resumed': 1 } });
    expect(() => studio.runs.pause(first.run)).toThrow(code('run_ended'));
    await studio.close();
  });

  it('pauses one that waits, which keeps its place', async () => {
    const { studio, train } = await studioWithData();
    const first = train('resumable');
    const second = train('quick');
    const third = train('quick');
    studio.runs.pause(second.run);
    studio.runs.cancel(first.run);
    await third.result;
    expect(status(studio, second.run)).toBe('paused');
    const fourth = train('resumable');
    const fifth = train('quick');
    studio.runs.resume(second.run);
    studio.runs.cancel(fourth.run);
    await fifth.result;
    expect(studio.runs.get(second.run).startedAt!).toBeLessThanOrEqual(studio.runs.get(fifth.run).startedAt!);
    await studio.close();
  });

  it('takes back a pause that was not heard yet', async () => {
    const { studio, train } = await studioWithData();
    const first = train('resumable');
    await until(async () => (await studio.metrics.series([first.run])).length > 0);
    studio.runs.pause(first.run);
    studio.runs.resume(first.run);
    await expect(first.result).resolves.toMatchObject({ metrics: { 'test/resumed': 1 } });
    await studio.close();
  });

  it('is paused as a whole, which the workspace remembers', async () => {
    const { studio, train, folder } = await studioWithData();
    studio.jobs.hold(true);
    const first = train('quick');
    // What is no training goes on.
    await studio.datasets.import({ paths: ['/data/quick'] }).result;
    expect(status(studio, first.run)).toBe('queued');
    await studio.close();
    const { studio: later } = openFakeStudio(folder, undefined, { ...quiet, goesOn: true });
    expect(later.jobs.queue).toEqual({ held: true, atOnce: 'auto' });
    expect(status(later, first.run)).toBe('queued');
    later.jobs.hold(false);
    await until(() => status(later, first.run) === 'finished');
    await later.close();
  });

  it('has as many at once as there is room for, or as people say', async () => {
    const { studio, train } = await studioWithData({ machine: { cores: 4, freeMemory: () => 2 ** 34 }, atOnce: 2 });
    const runs = [train('resumable'), train('resumable'), train('resumable')];
    expect(runs.map(({ run }) => status(studio, run))).toEqual(['running', 'running', 'queued']);
    expect(studio.runs.get(runs[0].run).settings.threads).toBeLessThanOrEqual(2);
    studio.jobs.setAtOnce(3);
    expect(status(studio, runs[2].run)).toBe('running');
    for (const { run } of runs) studio.runs.cancel(run);
    await Promise.allSettled(runs.map((each) => each.result));
    await studio.close();
  });

  it('goes on after errors, and takes up what failed once more', async () => {
    const { studio, train } = await studioWithData();
    const runs = ['quick', 'crashes', 'quick', 'exits', 'quick'].map(train);
    await Promise.allSettled(runs.map((each) => each.result));
    expect(runs.map(({ run }) => status(studio, run))).toEqual([
      'finished',
      'failed',
      'finished',
      'failed',
      'finished',
    ]);
    const again = studio.runs.continueFailed();
    expect(again.map(({ run }) => run)).toEqual([runs[1].run, runs[3].run]);
    expect(() => studio.runs.continue(runs[1].run)).toThrow(code('run_waits'));
    await Promise.allSettled(again.map((each) => each.result));
    // The failure before is no longer among the jobs: its run has another.
    const failed = studio.jobs.list().filter((job) => job.status === 'failed');
    expect(failed.map((job) => job.id).sort()).toEqual(again.map(({ job }) => job).sort());
    expect(() => studio.runs.continue(runs[0].run)).toThrow(code('run_finished'));
    await studio.close();
  });

  it('leaves alone what diverged and would again: it goes on from its best checkpoint at a lower rate', async () => {
    const { studio, train, folder } = await studioWithData();
    const { run, result, job } = train('diverges');
    await expect(result).rejects.toMatchObject({ code: 'diverged' });
    const crashed = train('crashes');
    await Promise.allSettled([crashed.result]);
    expect(studio.runs.failed()).toEqual({ again: [crashed.run], diverged: [run] });
    expect(studio.jobs.get(job).again).toBeNull();
    for (const how of [{}, { anew: true }, { from: 'best' }]) {
      expect(() => studio.runs.resume(run, how)).toThrow(code('run_diverged'));
    }
    const add = (learningRate?: number) => studio.runs.addEpochs(run, { epochs: 2, learningRate });
    expect(() => add()).toThrow(code('run_diverged'));
    expect(() => add(0.001)).toThrow(code('run_diverged'));
    // It diverged before its first epoch had ended: there is nothing to go back to, whatever was saved later.
    const of = (name: string) => join(folder, 'runs', run, 'checkpoints', `${name}.safetensors`);
    writeFileSync(of('last'), checkpointHeader({ step: 90, epoch: 9, offset: 0 }));
    expect(() => add(0.0001)).toThrow(code('no_checkpoint'));
    expect(readFileSync(of('last'))).toEqual(checkpointHeader({ step: 90, epoch: 9, offset: 0 }));
    writeFileSync(of('best'), checkpointHeader({ step: 10, epoch: 1, offset: 0 }));
    studio.jobs.hold(true);
    add(0.0001);
    expect(readFileSync(of('last'))).toEqual(readFileSync(of('best')));
    expect(studio.runs.getTrained(run)).toMatchObject({ status: 'queued', error: null });
    expect(studio.runs.getTrained(run).settings).toMatchObject({
      epochs: 3,
      learningRate: 0.001,
      stretches: [{ step: 10, epoch: 1, epochsBefore: 2, learningRate: 0.0001 }],
    });
    await studio.close();
  });

  it('begins where it was told to, also where another program takes the queue up', async () => {
    const { studio, train, folder } = await studioWithData({ ...quiet, goesOn: true });
    const [anew, other] = ['crashes', 'crashes'].map(train);
    await Promise.allSettled([anew.result, other.result]);
    studio.jobs.hold(true);
    studio.runs.continue(anew.run, { anew: true });
    studio.runs.continue(other.run, { from: 'epoch-000001' });
    await studio.close();
    const started: unknown[] = [];
    const { studio: later } = openFakeStudio(folder, undefined, { ...quiet, goesOn: true }, (message) => {
      if (message.type === 'start' && message.kind === 'train')
        started.push([message.params.resume, message.params.from]);
    });
    later.jobs.hold(false);
    await until(() => [anew, other].every(({ run }) => status(later, run) === 'failed'));
    expect(started).toEqual([
      [false, undefined],
      [true, 'epoch-000001'],
    ]);
    await later.close();
  });
});

describe('closing', () => {
  it('lets trainings wait, and the next opening goes on with them', async () => {
    const { studio, train, folder } = await studioWithData({ ...quiet, goesOn: true });
    const first = train('resumable');
    const second = train('quick');
    await until(async () => (await studio.metrics.series([first.run])).length > 0);
    await studio.close();
    const { studio: later } = openFakeStudio(folder, undefined, { ...quiet, goesOn: true });
    expect(later.notices).toEqual([]);
    await until(() => status(later, second.run) === 'finished');
    expect(later.runs.get(first.run)).toMatchObject({ status: 'finished', metrics: { 'test/resumed': 1 } });
    expect(later.runs.get(first.run).startedAt!).toBeLessThanOrEqual(later.runs.get(second.run).startedAt!);
    await later.close();
  });

  it('ends a training that does not hear of it within 2.5 s: it goes on from its last checkpoint', async () => {
    const { studio, train, folder, utilities } = await studioWithData({ ...quiet, goesOn: true });
    const first = train('stubborn');
    await until(() => studio.jobs.get(first.job).progress !== null);
    const before = Date.now();
    await studio.close();
    expect(Date.now() - before).toBeLessThan(3000);
    await until(() => !isAlive(utilities[1].pid!));
    const { studio: later } = openFakeStudio(folder, undefined, quiet);
    expect(status(later, first.run)).toBe('queued');
    await later.close();
  });

  it('leaves what waits to whoever goes on with the queue', async () => {
    const { studio, version, folder } = await studioWithData();
    const later = studio.runs.start(trainRequest(version, 'quick'), { later: true });
    const now = studio.runs.start(trainRequest(version, 'quick'));
    await now.result;
    expect(status(studio, later.run)).toBe('queued');
    expect(studio.jobs.own).toEqual([]);
    await studio.close();
    const { studio: other } = openFakeStudio(folder, undefined, quiet);
    await other.runs.start(trainRequest(version, 'quick')).result;
    expect(status(other, later.run)).toBe('queued');
    other.runs.resume(later.run);
    await until(() => status(other, later.run) === 'finished');
    await other.close();
  });
});

describe('an owner that is killed', () => {
  it('loses none: what worked is interrupted and can go on, what waited goes on by itself', async () => {
    const folder = tempFolder();
    const { child, run, waiting } = await ownAndTrain(folder, 2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { studio } = openFakeStudio(folder, undefined, { ...quiet, goesOn: true });
    expect(status(studio, run)).toBe('interrupted');
    expect(studio.jobs.get(studio.runs.get(run).job!)).toMatchObject({ status: 'interrupted', again: 'anew' });
    // Paused before the end: still so.
    expect(waiting.map((each) => status(studio, each))).toEqual(['running', 'paused']);
    studio.runs.cancel(waiting[0]);
    const { run: same } = studio.runs.continue(run, { first: true });
    expect(same).toBe(run);
    await until(() => status(studio, run) === 'running');
    studio.runs.stopEarly(run);
    await until(() => status(studio, run) === 'finished');
    await studio.close();
  });
});
