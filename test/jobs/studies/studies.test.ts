import { describe, expect, it } from 'vitest';
import type { StudyId } from '../../../src-main/shared/ids.ts';
import type { Studio } from '../../../src-main/jobs/studio.ts';
import { openFakeStudio, until } from '../../support/fake-studio.ts';
import { tempFolder } from '../../support/temp-workspace.ts';

const lr = { type: 'float', low: 1e-4, high: 1, log: true };
const code = (wanted: string) => expect.objectContaining({ code: wanted });

async function begin(change: Record<string, unknown> = {}, folder = tempFolder()) {
  const workers = (change.workers as number | undefined) ?? 1;
  const { studio } = openFakeStudio(folder, undefined, { atOnce: workers });
  const { version } = await studio.datasets.import({ paths: ['/data/quick'] }).result;
  const study = {
    architecture: 'scores',
    settings: { device: 'cpu' },
    pruner: 'none',
    sampler: 'random',
    space: { lr },
    trials: 4,
    ...change,
  };
  const start = () =>
    studio.studies.start({ ...studio.studies.plan(study, version), name: 'search', version, from: [] });
  return { studio, folder, version, start };
}

const statesOf = (studio: Studio, id: StudyId) => studio.studies.get(id).trials.map(({ state }) => state);

describe('a study of trainings', () => {
  it('makes a run of each trial, tagged with its name, and ends with the best', async () => {
    const { studio, start } = await begin({ settings: { device: 'cpu', batch: 8 } });
    const { study: id, stopped } = start();
    await stopped;
    const study = studio.studies.get(id);
    expect(study).toMatchObject({ name: 'search', status: 'finished', reason: { code: 'trials_done', trials: 4 } });
    for (const { number, run, params, values, reports, why, worker, tries } of study.trials) {
      expect(studio.runs.get(run!)).toMatchObject({
        name: `search · ${number}`,
        status: 'finished',
        tags: ['search'],
        settings: { learningRate: params.lr, batchSize: 8, seed: 1 },
      });
      const score = 1 - Math.abs(Math.log10(params.lr as number) + 2) / 10;
      expect(values![0]).toBeCloseTo(score, 12);
      expect(reports.map(([step]) => step)).toEqual([1, 2, 3]);
      expect([why.code, worker, tries]).toEqual(['random', 0, 1]);
    }
    const bestValue = Math.max(...study.trials.map(({ values }) => values![0]));
    expect(study.best!.values).toEqual([bestValue]);
    expect(() => studio.studies.resume(id)).toThrow(code('study_finished'));
    // A budget given later lets it go on, where it was.
    await studio.studies.resume(id, { trials: 2 }).stopped;
    expect(studio.studies.get(id)).toMatchObject({
      status: 'finished',
      counts: { complete: 6 },
      budget: { trials: 6 },
    });
    await studio.close();
  });

  it('ends trials that are worse than the others on the way, and their runs with them', async () => {
    const { studio, start } = await begin({
      pruner: { type: 'threshold', low: 0.31 },
      sampler: 'grid',
      space: { lr: { type: 'categorical', choices: [0.01, 1] } },
    });
    const { study: id, stopped } = start();
    const result = await stopped;
    expect(result.reason).toEqual({ code: 'nothing_left' });
    const trials = studio.studies.get(id).trials;
    const [good, bad] = [0.01, 1].map((rate) => trials.find(({ params }) => params.lr === rate)!);
    expect(good).toMatchObject({ state: 'complete', values: [1] });
    expect(bad).toMatchObject({ state: 'pruned', values: [0.8 / 3], ended: { code: 'below_threshold' } });
    await until(() => studio.runs.get(bad.run!).status === 'cancelled');
    await studio.close();
  });

  it('is paused with its runs and goes on with the same ones', async () => {
    const { studio, start } = await begin();
    const { study: id, stopped } = start();
    await until(() => (studio.studies.get(id).trials[0]?.reports.length ?? 0) > 0);
    studio.studies.pause(id);
    expect(await stopped).toMatchObject({ status: 'paused', reason: { code: 'by_person' } });
    const [{ run }] = studio.studies.get(id).trials;
    await until(() => studio.runs.get(run!).status === 'paused');
    expect(() => studio.studies.pause(id)).toThrow(code('study_not_running'));
    await studio.studies.resume(id).stopped;
    expect(statesOf(studio, id)).toEqual(['complete', 'complete', 'complete', 'complete']);
    expect(studio.studies.get(id).trials[0]).toMatchObject({ run, tries: 1 });
    await studio.close();
  });

  it('is paused by closing and goes on in another process', async () => {
    const { studio, start, folder } = await begin();
    const { study: id } = start();
    await until(() => (studio.studies.get(id).trials[0]?.reports.length ?? 0) > 0);
    await studio.close();
    const { studio: later } = openFakeStudio(folder);
    expect(later.studies.get(id)).toMatchObject({ status: 'paused', reason: { code: 'closed' } });
    await later.studies.resume(id).stopped;
    expect(statesOf(later, id)).toEqual(['complete', 'complete', 'complete', 'complete']);
    expect(later.runs.list()).toHaveLength(4);
    await later.close();
  });

  it('goes by itself after a good end where the queue goes on', async () => {
    const folder = tempFolder();
    const first = openFakeStudio(folder, undefined, { goesOn: true });
    const { version } = await first.studio.datasets.import({ paths: ['/data/quick'] }).result;
    const plan = first.studio.studies.plan(
      { architecture: 'scores', settings: { device: 'cpu' }, space: { lr }, trials: 3 },
      version,
    );
    const { study: id } = first.studio.studies.start({ ...plan, name: 'search', version, from: [] });
    await until(() => (first.studio.studies.get(id).trials[0]?.reports.length ?? 0) > 0);
    await first.studio.close();
    const { studio: later } = openFakeStudio(folder, undefined, { goesOn: true });
    await until(() => later.studies.get(id).status === 'finished');
    expect(later.studies.get(id).trials.map(({ number }) => number)).toEqual([0, 1, 2]);
    await later.close();
  });

  it('marks trials that hang, that die three times, and whose settings do not go together; goes on with the others', async () => {
    const { studio, start } = await begin({
      sampler: 'grid',
      trial_timeout: 1.5,
      settings: { device: 'cpu', 'augment.mixup': 0.2 },
      space: {
        hidden: { type: 'categorical', choices: [13, 14, 64] },
        loss: { type: 'categorical', choices: ['cross-entropy', 'focal'] },
      },
      constraints: ['hidden == 64 or loss == "cross-entropy"'],
    });
    const { study: id, stopped } = start();
    await stopped;
    const { trials } = studio.studies.get(id);
    const of = (hidden: number, loss: string) =>
      trials.find(({ params }) => params.hidden === hidden && params.loss === loss)!;
    expect(trials).toHaveLength(4);
    expect(of(13, 'cross-entropy')).toMatchObject({ state: 'failed', ended: { code: 'hung', seconds: 1.5 } });
    expect(of(14, 'cross-entropy')).toMatchObject({ state: 'failed', tries: 3, ended: { code: 'crashed', times: 3 } });
    expect(of(64, 'focal')).toMatchObject({ state: 'failed', run: null, ended: { code: 'refused' } });
    expect(of(64, 'cross-entropy')).toMatchObject({ state: 'complete' });
    await until(() => studio.jobs.active.length === 0);
    await studio.close();
  });

  it('ends by time, keeping what was told, and by no better results', async () => {
    const { studio, start } = await begin({
      trials: null,
      timeout: 0.5,
      space: { lr, hidden: { type: 'categorical', choices: [13] } },
    });
    const timed = start();
    expect(await timed.stopped).toMatchObject({ status: 'finished', reason: { code: 'time_up' } });
    expect(studio.studies.get(timed.study).trials).toMatchObject([
      { state: 'pruned', values: null, ended: { code: 'time_up' } },
    ]);
    await until(() => studio.jobs.active.length === 0);
    await studio.close();
    const other = await begin({ until_no_better: 2, space: { lr: { type: 'categorical', choices: [0.01] } } });
    const idle = other.start();
    expect(await idle.stopped).toMatchObject({ reason: { code: 'no_better', trials: 2 } });
    expect(statesOf(other.studio, idle.study)).toHaveLength(3);
    await other.studio.close();
  });

  it('tries given settings first, and takes over what an earlier study knows', async () => {
    const { studio, start, version } = await begin({ start: [{ lr: 0.01 }], trials: 2 });
    const first = start();
    await first.stopped;
    expect(studio.studies.get(first.study).trials[0]).toMatchObject({
      params: { lr: 0.01 },
      values: [1],
      why: { code: 'given' },
    });
    const plan = studio.studies.plan(
      { architecture: 'scores', settings: { device: 'cpu' }, space: { lr }, trials: 1 },
      version,
    );
    const second = studio.studies.start({ ...plan, name: 'search', version, from: [first.study] });
    expect(await second.stopped).toMatchObject({ name: 'search 2' });
    const { trials, best, budget } = studio.studies.get(second.study);
    expect(trials.map(({ why, run }) => [why.code, run !== null])).toEqual([
      ['known', false],
      ['known', false],
      [trials[2].why.code, true],
    ]);
    expect([best!.number, budget.trials]).toEqual([0, 1]);
    await studio.close();
  });

  it('weighs several metrics, and keeps limits', async () => {
    const { studio, start } = await begin({
      metrics: ['accuracy', 'parameters'],
      limits: ['accuracy >= 0.9'],
      sampler: 'random',
    });
    const { study: id, stopped } = start();
    await stopped;
    const { trials, front, plan } = studio.studies.get(id);
    expect(plan.directions).toEqual(['maximize', 'minimize']);
    expect(trials.every(({ values, violations }) => values!.length === 2 && violations!.length === 1)).toBe(true);
    const best = Math.max(...trials.filter(({ violations }) => violations![0] <= 0).map(({ values }) => values![0]));
    expect(front.map((number) => trials[number].values![0])).toEqual([best]);
    await studio.close();
  });
});
