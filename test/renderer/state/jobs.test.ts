import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../../src-main/shared/ids.ts';
import type { RunId } from '../../../src-main/shared/ids.ts';
import type { Job } from '../../../src-main/shared/job.ts';
import { Jobs } from '../../../src-renderer/state/jobs.svelte.ts';
import { fakeBridge } from '../fake-bridge.ts';

const job = (more: Partial<Job> = {}) =>
  ({ id: newId('job'), createdAt: 1, kind: 'train', title: 't', status: 'running', progress: null, ...more }) as Job;

describe('jobs', () => {
  it('tells once when one has come to its end', () => {
    const jobs = new Jobs(fakeBridge({}));
    const ended = vi.fn();
    jobs.onEnded(ended);
    const one = job();
    jobs.take([one]);
    jobs.take([{ ...one, status: 'finished' }]);
    jobs.take([{ ...one, status: 'finished' }]);
    expect(ended).toHaveBeenCalledTimes(1);
  });
  it('forgets how a training ended whose run is trained once more', () => {
    const jobs = new Jobs(fakeBridge({}));
    const run = 'run_1' as RunId;
    jobs.take([job({ kind: 'train', run, status: 'failed', createdAt: 1 })]);
    jobs.take([job({ kind: 'train', run, status: 'queued', createdAt: 2 })]);
    expect(jobs.all.map(({ createdAt }) => createdAt)).toEqual([2]);
    expect(jobs.failed).toEqual([]);
  });
  it('tells what was cut short from what went wrong', () => {
    const jobs = new Jobs(fakeBridge({}));
    jobs.take([job({ title: 'a', status: 'failed' }), job({ title: 'b', status: 'interrupted' })]);
    expect(jobs.failed.map(({ title }) => title).sort()).toEqual(['a', 'b']);
    expect(jobs.cutShort.map(({ title }) => title)).toEqual(['b']);
  });
  it('stands in the order in which it comes to an end', () => {
    const jobs = new Jobs(fakeBridge({}));
    const training = (title: string, status: Job['status'], place: number | null, createdAt: number) =>
      job({ kind: 'train', title, status, place, createdAt });
    jobs.take([
      training('done', 'finished', null, 1),
      training('second', 'queued', 7, 2),
      training('works', 'running', null, 3),
      training('first', 'paused', 2, 4),
      training('failed', 'failed', null, 5),
    ]);
    expect(jobs.inOrder.map(({ title }) => title)).toEqual(['works', 'first', 'second', 'failed', 'done']);
    // What is paused neither works nor is about to.
    expect(jobs.active.map(({ title }) => title).sort()).toEqual(['second', 'works']);
  });
  it('adds up what is known of those under way', () => {
    const jobs = new Jobs(fakeBridge({}));
    const progress = (done: number, total: number, remaining: number | null) =>
      ({ done, total, remaining, unit: 'samples', rate: 1, stage: 'training' }) as const;
    jobs.take([
      job({ progress: progress(1, 4, 30) }),
      job({ progress: progress(3, 4, 10) }),
      job({ progress: progress(9, 0, null) }),
    ]);
    expect([jobs.progress, jobs.remaining, jobs.active.length]).toEqual([0.5, 30, 3]);
  });
});
