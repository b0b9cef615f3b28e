import { describe, expect, it } from 'vitest';
import type { StudioEvent } from '../../src-main/shared/contract.ts';
import type { JobId, RunId, StudyId } from '../../src-main/shared/ids.ts';
import type { Job } from '../../src-main/shared/job.ts';
import type { StoredTrial } from '../../src-main/shared/study.ts';
import type { Preferences } from '../../src-main/shared/settings.ts';
import { TrainingNews } from '../../src-main/window/training-news.ts';

const job = (name: string, status: Job['status'], kind: Job['kind'] = 'train'): Job => ({
  id: `job_${name}` as JobId,
  kind,
  title: name,
  status,
  createdAt: 0,
  startedAt: null,
  finishedAt: null,
  progress: null,
  error: null,
  dataset: null,
  run: `run_${name}` as RunId,
  again: null,
  place: null,
});

/** What is told as these come one after the other. */
function told(wanted: Preferences['notifyTraining'], ...jobs: Job[]) {
  const news = new TrainingNews(() => wanted);
  return jobs.flatMap((each) => news.take({ type: 'jobs', jobs: [each] }));
}

const three = [
  job('a', 'running'),
  job('b', 'queued'),
  job('c', 'queued'),
  job('a', 'finished'),
  job('b', 'running'),
  job('b', 'failed'),
  job('c', 'running'),
  job('c', 'finished'),
];
const queue = { what: 'queue', run: 'run_c', finished: 2, failed: 1 };
const run = (title: string, status: string) => ({ what: 'run', run: `run_${title}`, title, status });

describe('news of trainings', () => {
  it('are the end of the last that waits', () => expect(told('queue', ...three)).toEqual([queue]));

  it('are each end, and that of all', () =>
    expect(told('each', ...three)).toEqual([run('a', 'finished'), run('b', 'failed'), run('c', 'finished'), queue]));

  it('are none where none are wanted', () => expect(told('never', ...three)).toEqual([]));

  it('of a single one are its own, once', () => {
    for (const wanted of ['queue', 'each'] as const) {
      const one = [job('a', 'running'), job('a', 'finished'), job('a', 'finished')];
      expect(told(wanted, ...one)).toEqual([run('a', 'finished')]);
    }
  });

  it('do not wait for what is paused, and are not made of what somebody cancelled or of other jobs', () => {
    expect(told('queue', job('a', 'running'), job('b', 'paused'), job('a', 'finished'))).toEqual([
      run('a', 'finished'),
    ]);
    expect(told('queue', job('a', 'running'), job('a', 'cancelled'))).toEqual([]);
    expect(told('each', job('a', 'running', 'import'), job('a', 'finished', 'import'))).toEqual([]);
    // Of before one listened.
    expect(told('each', job('a', 'finished'))).toEqual([]);
  });

  it('leaves out the single trials of a study, and tells when it is done', () => {
    const news = new TrainingNews(() => 'queue');
    const trial = { run: 'run_a' as RunId, state: 'running' } as StoredTrial;
    const study = 'st_0' as StudyId;
    const take = (event: StudioEvent) => news.take(event);
    const items = [
      ...take({ type: 'jobs', jobs: [job('a', 'running')] }),
      ...take({ type: 'trial', study, trial }),
      ...take({ type: 'jobs', jobs: [job('a', 'finished')] }),
      ...take({ type: 'trial', study, trial: { ...trial, state: 'complete' } }),
      ...take({ type: 'study-ended', study, name: 'search', failed: false }),
    ];
    expect(items).toEqual([{ what: 'study', study, title: 'search', failed: false }]);
    // Trained longer later, it is a run as any other.
    take({ type: 'jobs', jobs: [job('a', 'running')] });
    expect(take({ type: 'jobs', jobs: [job('a', 'finished')] })).toEqual([run('a', 'finished')]);
  });
});
