import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KnownRun } from '../../src-main/shared/run-exchange.ts';
import { exportRuns } from '../../src-main/tracking/export-runs.ts';
import { readRuns, writeFiles } from '../support/read-runs.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const context = { progress: () => undefined, signal: new AbortController().signal };

const head = {
  type: 'run',
  version: 1,
  id: 'atelier:run_1',
  name: 'a run',
  status: 'finished',
  created_at: 1_700_000_000_000,
};
const lines = (...all: unknown[]): string => all.map((line) => `${JSON.stringify(line)}\n`).join('');

/** What has no short decimal form, or none in JSON. */
const values = [
  ...[0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -0, 0, 2 ** 53 + 2, 0.1 + 0.2],
  ...[NaN, Infinity, -Infinity, -1e-17],
];

describe('runs as JSON Lines', () => {
  it('come back to the bit', async () => {
    const told = values.map((value) =>
      Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value),
    );
    const run = {
      ...head,
      experiment: 'one',
      dataset: 'iris',
      settings: { learningRate: 1e-7, name: '007', flag: false },
      metrics: { loss: 'NaN', 'test/accuracy': 0.1 + 0.2, worst: '-Infinity', zero: '-0' },
      tags: ['a', 'b c'],
      notes: 'line\n"two"',
      started_at: 1_700_000_000_001,
      finished_at: 1_700_000_100_000,
      parameters: 4803,
      samples_per_second: 1234.5678901234567,
      best_epoch: 2.5,
      stopped_early: true,
      error: { code: 'x', message: 'y' },
    };
    const steps = values.map((_, i) => i * 3 - 5);
    const curve = {
      type: 'curve',
      key: 'train/loss',
      step: steps,
      epoch: steps.map((step) => (step > 0 ? step / 7 : null)),
      time: steps.map((step) => step / 3),
      value: told,
    };
    const folder = writeFiles({ 'in.jsonl': lines(run, curve, { ...head, id: 'atelier:run_2' }) });
    const read = await readRuns([join(folder, 'in.jsonl')]);
    expect(read.runs).toHaveLength(2);
    read.runs[0].curves['train/loss'].forEach(([, value], i) => expect(value).toBe(values[i]));

    const out = join(tempFolder(), 'out.jsonl');
    const exchanged = {
      ...read.runs[0].run,
      metrics: { loss: NaN, 'test/accuracy': 0.1 + 0.2, worst: -Infinity, zero: -0 },
    };
    await exportRuns({ format: 'jsonl', out, runs: [{ folder: read.runs[0].folder, run: exchanged }] }, context);
    const written = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([run, curve]);
    const again = await readRuns([out]);
    expect(again.runs[0].digest).toBe(read.runs[0].digest);
  });

  it('are the same in whichever pieces and order their curves come', async () => {
    const a = {
      type: 'curve',
      key: 'a',
      step: [1, 2, 3, 4],
      epoch: [1, 2, 3, 4],
      time: [1, 2, 3, 4],
      value: [1, 2, 3, 4],
    };
    const part = (from: number, to: number) =>
      Object.fromEntries(Object.entries(a).map(([name, of]) => [name, Array.isArray(of) ? of.slice(from, to) : of]));
    const b = { type: 'curve', key: 'b', step: [1], value: [7] };
    const files = {
      'one.jsonl': lines(head, a, b),
      'two.jsonl': lines(head, b, part(0, 1), part(1, 4)),
      'more.jsonl': lines(head, a, b, { ...b, step: [2] }),
    };
    const folder = writeFiles(files);
    const digests = await Promise.all(
      Object.keys(files).map(async (name) => (await readRuns([join(folder, name)])).runs[0].digest),
    );
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
    // By turns: what was ever read brings nothing new, and an older copy and one in another format that has no more points bring none either.
    const [two, more] = ['two.jsonl', 'more.jsonl'].map((name) => join(folder, name));
    const read = async (path: string, known: Partial<KnownRun>) => {
      const told: KnownRun = { format: 'jsonl', digests: [], points: null, ...known };
      const { runs, unchanged, remarks } = await readRuns([path], { 'atelier:run_1': told });
      return [runs.length, unchanged, remarks.length];
    };
    expect(await read(two, { digests: [digests[0]] })).toEqual([0, 1, 0]);
    expect(await read(two, { digests: [digests[0], digests[2]], points: 6 })).toEqual([0, 1, 0]);
    expect(await read(two, { digests: [digests[2]], points: 6 })).toEqual([0, 1, 1]);
    expect(await read(two, { format: 'mlflow', digests: ['x'], points: 5 })).toEqual([0, 1, 0]);
    expect(await read(two, { digests: ['x'], points: 5 })).toEqual([1, 0, 0]);
    expect(await read(more, { digests: [digests[0]], points: 5 })).toEqual([1, 0, 0]);
    expect(await read(more, { digests: [digests[0]] })).toEqual([1, 0, 0]);
    // One that was trained here is left alone, whatever a file says of it.
    expect((await readRuns([join(folder, 'more.jsonl')], { 'atelier:run_1': null })).unchanged).toBe(1);
  });

  it('need little, and mark what goes on elsewhere', async () => {
    const file = lines(
      { ...head, id: 'mine', status: 'running' },
      { type: 'later', what: 1 },
      { type: 'curve', key: 'a', step: [1], value: [null] },
    );
    const { runs } = await readRuns([writeFiles({ 'a.ndjson': file })]);
    expect(runs[0].run).toMatchObject({
      identity: 'jsonl:mine',
      status: 'interrupted',
      settings: {},
      tags: [],
      startedAt: null,
    });
    expect(runs[0].curves.a).toEqual([[1, NaN, 0]]);
    expect(runs[0].epochs.a).toEqual([NaN]);
  });

  it.each<[string, string, RegExp]>([
    ['cut short', `${lines(head)}{"type":"curve","key":"a","st`, /line 2: this is no JSON object/],
    ['of another version', lines({ ...head, version: 2 }), /line 1: "version" is not what/],
    ['without a name', lines({ ...head, name: undefined }), /line 1: "name" is missing/],
    ['with a list for settings', lines({ ...head, settings: [] }), /line 1: "settings"/],
    ['with a metric that is a word', lines({ ...head, metrics: { a: 'high' } }), /line 1: "metrics"/],
    [
      'with a step that is no whole number',
      lines(head, { type: 'curve', key: 'a', step: [0.5], value: [1] }),
      /line 2: "step"/,
    ],
    [
      'with columns of two lengths',
      lines(head, { type: 'curve', key: 'a', step: [1, 2], value: [1] }),
      /line 2: .*equally long/,
    ],
    [
      'with a key that would harm',
      lines(head, { type: 'curve', key: '__proto__', step: [1], value: [1] }),
      /line 2: "key"/,
    ],
  ])('refuse one %s, with its line', async (_, text, message) => {
    const folder = writeFiles({ 'a.jsonl': text });
    await expect(readRuns([folder])).rejects.toMatchObject({
      code: 'broken_jsonl',
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuse one run of several, and read the others', async () => {
    const text = lines(head, { ...head, id: 'b', status: 'odd' }, { ...head, id: 'c' });
    const { runs, refused } = await readRuns([writeFiles({ 'a.jsonl': text })]);
    expect(runs.map(({ run }) => run.identity)).toEqual(['atelier:run_1', 'jsonl:c']);
    expect(refused).toMatchObject([
      { code: 'broken_jsonl', path: expect.stringMatching(/a\.jsonl, line 2$/) as string },
    ]);
  });

  it('are no other JSON Lines', async () => {
    await expect(readRuns([writeFiles({ 'rows.jsonl': '{"a":1}\n' })])).rejects.toMatchObject({ code: 'no_runs' });
  });
});

describe('runs of this workspace', () => {
  it('leave out what was told twice after a resume, and lines a crash cut short', async () => {
    const metrics = (steps: number[], value: number) => ({
      type: 'metrics',
      key: steps.map((step) => (step % 2 ? 'a' : 'b')),
      step: steps,
      epoch: steps,
      value: steps.map(() => value),
      time: steps,
    });
    const log =
      lines({ type: 'start', step: 0 }, metrics([1, 2, 3, 4, 5], 1)) +
      '{"type":"metrics","key":["a"],"st\n' +
      lines({ type: 'start', step: 2 }, metrics([3, 4, 5, 6], 2), { type: 'finished' });
    const out = join(tempFolder(), 'a.csv');
    const { runs } = await readRuns([writeFiles({ 'a.jsonl': lines({ ...head, name: '=a,"b"' }) })]);
    await exportRuns(
      { format: 'csv', out, runs: [{ folder: writeFiles({ 'run.jsonl': log }), run: runs[0].run }] },
      context,
    );
    expect(readFileSync(out, 'utf8').split('\r\n')).toEqual([
      'run,name,metric,step,epoch,seconds,value',
      ...[1, 3, 5].map((step) => `atelier:run_1,"'=a,""b""",a,${step},${step},${step},${step > 2 ? 2 : 1}`),
      ...[2, 4, 6].map((step) => `atelier:run_1,"'=a,""b""",b,${step},${step},${step},${step > 2 ? 2 : 1}`),
      '',
    ]);
  });
});
