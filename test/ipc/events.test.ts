import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventBatcher } from '../../src-main/ipc/events.ts';
import type { StudioEvent } from '../../src-main/shared/contract.ts';
import type { CompletionId, JobId, PromptId, RunId, VersionId } from '../../src-main/shared/ids.ts';
import type { Job } from '../../src-main/shared/job.ts';
import type { Completion } from '../../src-main/shared/prompt/prompt.ts';
import type { MetricPoint } from '../../src-main/shared/run.ts';

const run = 'run_0000000000000001' as RunId;
const job = (id: string, status: Job['status']) => ({ id: id as JobId, status }) as Job;
const point = (step: number) => ({ key: 'train/loss', step, epoch: 0, value: 1, time: 0 }) satisfies MetricPoint;

describe('event batches', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('delivers at most once an interval, newest job state only, metric points in order', () => {
    const deliveries: StudioEvent[][] = [];
    const batcher = new EventBatcher((events) => deliveries.push(events), 100);
    for (let i = 0; i < 50; i++) {
      batcher.push({ type: 'metrics', run, points: [point(i)] });
      batcher.push({ type: 'jobs', jobs: [job('a', i < 49 ? 'running' : 'finished')] });
      batcher.push({ type: 'changed', noun: 'runs' });
    }
    expect(deliveries).toHaveLength(0);
    vi.advanceTimersByTime(100);
    expect(deliveries).toHaveLength(1);
    const [jobs, metrics, changed] = deliveries[0];
    expect(jobs).toEqual({ type: 'jobs', jobs: [job('a', 'finished')] });
    expect(metrics.type === 'metrics' && metrics.points.map((p) => p.step)).toEqual([...Array(50).keys()]);
    expect(changed).toEqual({ type: 'changed', noun: 'runs' });
    vi.advanceTimersByTime(1000);
    expect(deliveries).toHaveLength(1);
  });

  it('tells of a change of runs once, with all of them, and with none where any may have changed', () => {
    const deliveries: StudioEvent[][] = [];
    const batcher = new EventBatcher((events) => deliveries.push(events), 100);
    const other = 'run_0000000000000002' as RunId;
    for (const runs of [[run], [other], [run]]) batcher.push({ type: 'changed', noun: 'runs', runs });
    batcher.flush();
    batcher.push({ type: 'changed', noun: 'runs', runs: [run] });
    batcher.push({ type: 'changed', noun: 'runs' });
    batcher.push({ type: 'changed', noun: 'runs', runs: [other] });
    batcher.flush();
    expect(deliveries).toEqual([
      [{ type: 'changed', noun: 'runs', runs: [run, other] }],
      [{ type: 'changed', noun: 'runs' }],
    ]);
  });

  it('tells of a profile only how far it is by now', () => {
    const deliveries: StudioEvent[][] = [];
    const batcher = new EventBatcher((events) => deliveries.push(events), 100);
    const [one, other] = ['ver_1' as VersionId, 'ver_2' as VersionId];
    for (let done = 0; done < 9; done++) batcher.push({ type: 'profile', version: one, done, total: 9 });
    batcher.push({ type: 'profile', version: other, done: 1, total: 3 });
    vi.advanceTimersByTime(100);
    expect(deliveries).toEqual([
      [
        { type: 'profile', version: one, done: 8, total: 9 },
        { type: 'profile', version: other, done: 1, total: 3 },
      ],
    ]);
  });

  it('delivers many points in pieces, in order, with what came after them last', async () => {
    vi.useRealTimers();
    const deliveries: StudioEvent[][] = [];
    const batcher = new EventBatcher((events) => deliveries.push(events), 100);
    const other = 'run_0000000000000002' as RunId;
    batcher.push({ type: 'metrics', run, points: Array.from({ length: 1500 }, (_, i) => point(i)) });
    batcher.push({ type: 'metrics', run: other, points: Array.from({ length: 800 }, (_, i) => point(i)) });
    batcher.push({ type: 'changed', noun: 'runs' });
    batcher.flush();
    // The rest follows when others have had their turn, and what is flushed meanwhile comes after it.
    expect(deliveries).toHaveLength(1);
    batcher.push({ type: 'changed', noun: 'queue' });
    batcher.flush();
    await vi.waitFor(() => expect(deliveries).toHaveLength(4));
    const told = deliveries.flat();
    const steps = (of: RunId) =>
      told.flatMap((event) =>
        event.type === 'metrics' && event.run === of ? event.points.map(({ step }) => step) : [],
      );
    expect(steps(run)).toEqual([...Array(1500).keys()]);
    expect(steps(other)).toEqual([...Array(800).keys()]);
    for (const events of deliveries) {
      const points = events.reduce((sum, event) => sum + (event.type === 'metrics' ? event.points.length : 0), 0);
      expect(points).toBeLessThanOrEqual(1000);
    }
    expect(told.slice(-2)).toEqual([
      { type: 'changed', noun: 'runs' },
      { type: 'changed', noun: 'queue' },
    ]);
  });

  it('does not change the event it was given', () => {
    const batcher = new EventBatcher(() => {}, 100);
    const first: StudioEvent = { type: 'metrics', run, points: [point(0)] };
    batcher.push(first);
    batcher.push({ type: 'metrics', run, points: [point(1)] });
    batcher.flush();
    expect(first.points).toHaveLength(1);
  });

  it('joins what a model writes, and tells at once that it has ended', () => {
    const deliveries: StudioEvent[][] = [];
    const batcher = new EventBatcher((events) => deliveries.push(events), 100);
    const [prompt, completion] = ['pr_1' as PromptId, 'cp_1' as CompletionId];
    const wrote = (text: string): StudioEvent => ({
      type: 'completion',
      news: { prompt, completion, parts: [{ row: 0, text }], ended: null },
    });
    for (const text of ['On', 'ce']) batcher.push(wrote(text));
    const ended = { prompt, completion, parts: [], ended: { id: completion } as Completion };
    expect(deliveries).toEqual([]);
    batcher.push({ type: 'completion', news: ended });
    const parts = ['On', 'ce'].map((text) => ({ row: 0, text }));
    const joined = { type: 'completion', news: { prompt, completion, parts, ended: null } };
    expect(deliveries).toEqual([[joined, { type: 'completion', news: ended }]]);
  });
});
