import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as datasets from '../../src-main/db/datasets.ts';
import { getExport, insertExport, listExports } from '../../src-main/db/exports.ts';
import {
  dismissJob,
  getJob,
  getJobRequest,
  insertJob,
  interruptJobs,
  listJobs,
  setJobEnded,
  setJobRunning,
  unfinishedJobs,
} from '../../src-main/db/jobs.ts';
import { getSeries } from '../../src-main/db/curves.ts';
import { insertPoints, setRunMetrics } from '../../src-main/db/metrics.ts';
import * as marks from '../../src-main/db/run-marks.ts';
import * as states from '../../src-main/db/run-states.ts';
import * as runs from '../../src-main/db/runs.ts';
import { newId, type DatasetId, type RunId, type VersionId } from '../../src-main/shared/ids.ts';
import { tokenizerFile } from '../../src-main/shared/run.ts';
import {
  addDataset,
  addRun,
  openWriter,
  sampleManifest,
  sampleSettings,
  tempFolder,
} from '../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('datasets', () => {
  it('give back what was put in', () => {
    const store = openWriter(tempFolder());
    const version = addDataset(store, 'iris');
    expect(datasets.getVersion(store, version.id)).toEqual(version);
    expect(datasets.getDataset(store, version.dataset)).toEqual({
      summary: {
        id: version.dataset,
        name: 'iris',
        createdAt: version.createdAt,
        archived: false,
        kind: 'table',
        samples: 6,
        classes: 2,
        target: 'species',
        latestVersion: version.id,
        versions: 1,
      },
      version,
      versions: [
        { id: version.id, number: 1, createdAt: version.createdAt, change: 'imported from small.csv', samples: 6 },
      ],
      source: null,
    });
    store.close();
  });

  it('are listed by their latest version', () => {
    const store = openWriter(tempFolder());
    const first = addDataset(store, 'iris');
    const second = {
      ...first,
      id: newId('version'),
      number: datasets.nextVersionNumber(store, first.dataset),
      change: 'target: species → width',
      manifest: sampleManifest({ target: 'width', task: 'regression', classes: [] }),
    };
    datasets.insertVersion(store, second);
    expect(datasets.listDatasets(store)).toMatchObject([
      { latestVersion: second.id, versions: 2, target: 'width', classes: 0 },
    ]);
    expect(datasets.getDataset(store, first.dataset, first.id).version.id).toBe(first.id);
    store.close();
  });

  it('do not list what was made for a trial, be the study there or not', () => {
    const store = openWriter(tempFolder());
    const first = addDataset(store, 'iris');
    const made = (change: string) => {
      const number = datasets.nextVersionNumber(store, first.dataset);
      const version = { ...first, id: newId('version'), number, change };
      datasets.insertVersion(store, version);
      return version;
    };
    const own = made('recipe: bins');
    const tried = made(datasets.trialChange('rows · 3', 'recipe: without bins'));
    expect(datasets.listDatasets(store)).toMatchObject([{ latestVersion: own.id, versions: 2 }]);
    const listed = datasets.getDataset(store, first.dataset).versions.map(({ id }) => id);
    expect(listed).toEqual([own.id, first.id]);
    // Who asks for it by its id, as through the trial's run, sees it.
    expect(datasets.getDataset(store, first.dataset, tried.id).versions[0].change).toBe(
      'trial rows · 3: recipe: without bins',
    );
    store.close();
  });

  it('have one name each while in use; an archived one gives its name free and takes another when it comes back', () => {
    const store = openWriter(tempFolder());
    const first = addDataset(store, 'iris');
    expect(() => addDataset(store, 'iris')).toThrow();
    expect(datasets.freeDatasetName(store, 'iris')).toBe('iris 2');
    datasets.archiveDataset(store, first.dataset, true);
    expect(datasets.listDatasets(store)).toEqual([]);
    const second = addDataset(store, 'iris');
    expect(() => datasets.renameDataset(store, first.dataset, 'iris')).toThrow(code('name_taken'));
    datasets.archiveDataset(store, first.dataset, false);
    expect(datasets.listDatasets(store).map(({ id, name }) => [id, name])).toEqual(
      expect.arrayContaining([
        [first.dataset, 'iris 2'],
        [second.dataset, 'iris'],
      ]),
    );
    store.close();
  });

  it('that are not there are named', () => {
    const store = openWriter(tempFolder());
    expect(() => datasets.getDataset(store, 'ds_none' as DatasetId)).toThrow(code('no_such_dataset'));
    expect(() => datasets.getVersion(store, 'dv_none' as VersionId)).toThrow(code('no_such_dataset'));
    store.close();
  });
});

describe('runs', () => {
  it('go through their states', () => {
    const store = openWriter(tempFolder());
    const version = addDataset(store);
    const id = addRun(store, version);
    expect(runs.getRun(store, id)).toMatchObject({
      status: 'queued',
      settings: sampleSettings,
      metrics: {},
      bestEpoch: null,
    });
    states.setRunRunning(store, id, 10);
    states.setRunBest(store, id, { epoch: 2, parameterCount: 99 });
    expect(runs.getRun(store, id)).toMatchObject({
      status: 'running',
      startedAt: 10,
      bestEpoch: 2,
      parameterCount: 99,
    });
    const outcome = { parameterCount: 99, samplesPerSecond: 5, peakMemoryBytes: 6, bestEpoch: 3, stoppedEarly: true };
    states.setRunFinished(store, id, outcome, 20);
    setRunMetrics(store, id, { 'test/accuracy': 0.5, 'test/loss': NaN });
    expect(runs.getRun(store, id)).toMatchObject({
      status: 'finished',
      finishedAt: 20,
      stoppedEarly: true,
      metrics: { 'test/accuracy': 0.5, 'test/loss': NaN },
    });
    expect(runs.listRuns(store)).toEqual([runs.getRun(store, id)]);
    store.close();
  });

  it('can be renamed, noted, archived; those that are not there are named', () => {
    const store = openWriter(tempFolder());
    const id = addRun(store, addDataset(store));
    marks.renameRun(store, id, 'better');
    marks.setRunNotes(store, id, '笔记');
    marks.archiveRun(store, id, true);
    expect(runs.listRuns(store)).toEqual([]);
    expect(runs.listRuns(store, { archived: true })).toMatchObject([{ name: 'better', notes: '笔记', archived: true }]);
    expect(() => marks.renameRun(store, 'run_none' as RunId, 'x')).toThrow(code('no_such_run'));
    store.close();
  });
});

describe('jobs', () => {
  it('go through their states; an ended one stays ended', () => {
    const store = openWriter(tempFolder());
    const id = newId('job');
    insertJob(store, { id, kind: 'import', title: 'x.csv', createdAt: 1, dataset: null, run: null });
    setJobRunning(store, id, 2);
    const error = { code: 'empty_file', message: 'It is empty.', details: ['line 1'] };
    setJobEnded(store, id, { status: 'failed', error, dataset: null, run: null, now: 3 });
    expect(getJob(store, id)).toMatchObject({ status: 'failed', startedAt: 2, finishedAt: 3, error });
    setJobEnded(store, id, { status: 'finished', error: null, dataset: null, run: null, now: 4 });
    expect(interruptJobs(store, 5)).toBe(0);
    expect(getJob(store, id).status).toBe('failed');
    dismissJob(store, id);
    expect(listJobs(store)).toEqual([]);
    store.close();
  });
});

describe('imports', () => {
  it('keep what was asked, for another time; it can be asked again of what failed or was cut short', () => {
    const store = openWriter(tempFolder());
    const job = (id = newId('job')) => ({
      id,
      kind: 'import' as const,
      title: 'x',
      createdAt: 1,
      dataset: null,
      run: null,
    });
    const [cut, failed, asked] = [job(), job(), { paths: ['/data/x'] }];
    insertJob(store, cut, asked);
    insertJob(store, failed, asked);
    const old = job();
    insertJob(store, old);
    expect(getJob(store, cut.id).again).toBeNull();
    const error = { code: 'process_died', message: '', details: [] };
    setJobEnded(store, failed.id, { status: 'failed', error, dataset: null, run: null, now: 3 });
    expect(interruptJobs(store, 5)).toBe(2);
    expect([cut, failed, old].map(({ id }) => getJob(store, id).again)).toEqual(['anew', 'anew', null]);
    expect(getJobRequest(store, cut.id)).toEqual(asked);
    expect(getJobRequest(store, old.id)).toBeNull();
    dismissJob(store, failed.id);
    expect(unfinishedJobs(store, [cut.id, failed.id, 'nonsense'])).toEqual(new Set([cut.id]));
    store.close();
  });

  it('say where a dataset came from last, by name, and which blobs are kept', () => {
    const store = openWriter(tempFolder());
    const first = addDataset(store, 'iris');
    expect(datasets.getOrigin(store, first.dataset)).toBeNull();
    expect(datasets.getDataset(store, first.dataset).source).toBeNull();
    const second = { ...first, id: newId('version'), number: 2 };
    datasets.insertVersion(store, second, { paths: ['/data/secret/iris.csv'] });
    datasets.insertVersion(store, { ...first, id: newId('version'), number: 3 });
    expect(datasets.getOrigin(store, first.dataset)).toMatchObject({ version: second.id });
    expect(datasets.getDataset(store, first.dataset).source).toBe('iris.csv');
    const from = (...paths: string[]) => datasets.datasetsFrom(store, paths).map(({ name, sheet }) => [name, sheet]);
    expect(from('/data/secret/iris.csv')).toEqual([['iris', null]]);
    expect([from('/data/iris.csv'), from('/data/secret/iris.csv', '/data/b.csv'), from()]).toEqual([[], [], []]);
    const other = addDataset(store, 'sheet');
    const origin = { paths: ['/data/secret/iris.csv'], sheet: '2026' };
    datasets.insertVersion(store, { ...other, id: newId('version'), number: 2 }, origin);
    expect(from('/data/secret/iris.csv').sort()).toEqual([
      ['iris', null],
      ['sheet', '2026'],
    ]);
    datasets.archiveDataset(store, other.dataset, true);
    expect(from('/data/secret/iris.csv')).toEqual([['iris', null]]);
    expect(datasets.isBlobKept(store, first.manifest.blobs.split)).toBe(true);
    expect(datasets.isBlobKept(store, 'd'.repeat(64))).toBe(false);
    store.close();
  });
});

describe('exports', () => {
  it('are listed newest first, by run', () => {
    const store = openWriter(tempFolder());
    const run = addRun(store, addDataset(store));
    const parity = {
      samples: 10,
      split: 'test',
      maxDifference: 1e-7,
      agreement: 1,
      tolerance: 1e-5,
      passed: true,
    } as const;
    const stepsBefore = [{ input: 'words', column: 'words', step: 2, kind: 'html' }];
    const made = { run, bytes: 5, sha256: 'd'.repeat(64), parity, stepsBefore };
    const [a, b] = [newId('export'), newId('export')];
    insertExport(store, { ...made, id: a, createdAt: 1, path: '/x/a.onnx' });
    insertExport(store, { ...made, id: b, createdAt: 2, path: '/x/b.onnx' });
    expect(listExports(store, run).map((each) => each.fileName)).toEqual(['b.onnx', 'a.onnx']);
    const first = {
      ...made,
      id: a,
      createdAt: 1,
      path: '/x/a.onnx',
      fileName: 'a.onnx',
      folder: null,
      tokenizer: null,
    };
    expect(getExport(store, a)).toEqual(first);
    // What takes tokens has its tokenizer beside it.
    const path = join(tempFolder(), 'c.onnx');
    writeFileSync(tokenizerFile(path), '{}');
    const c = newId('export');
    insertExport(store, { ...made, id: c, createdAt: 3, path });
    expect(getExport(store, c).tokenizer).toBe(join(path, '..', 'c.tokenizer.json'));
    store.close();
  });
});

describe('metric points', () => {
  it('come back exactly, NaN and infinity included; a step told twice keeps the later value', () => {
    const store = openWriter(tempFolder());
    const run = addRun(store, addDataset(store));
    const values = [0.1, -0, NaN, Infinity, -Infinity, 1e-310, 3];
    insertPoints(
      store,
      run,
      values.map((value, step) => ({ key: 'train/loss', step, epoch: step / 7, value, time: step / 8 })),
    );
    insertPoints(store, run, [{ key: 'train/loss', step: 6, epoch: 1, value: 4, time: 1 }]);
    insertPoints(store, run, [{ key: 'validation/loss', step: 6, epoch: 1, value: 5, time: 1 }]);
    const series = getSeries(store, run);
    expect(series.map((each) => each.key)).toEqual(['train/loss', 'validation/loss']);
    expect(series[0].values).toEqual([...values.slice(0, 6), 4]);
    expect(series[0].epochs.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5].map((step) => step / 7));
    expect(series[0].times.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5].map((step) => step / 8));
    expect(series[0]).toMatchObject({ total: 7, sampledEvery: 1 });
    expect(getSeries(store, run, { keys: ['validation/loss'] })).toHaveLength(1);
    expect(runs.getRun(store, run).metrics).toEqual({ 'train/loss': 4, 'validation/loss': 5 });
    store.close();
  });

  it('beyond the limit are thinned to each bucket’s extremes, in order, with every spike kept', () => {
    const store = openWriter(tempFolder());
    const run = addRun(store, addDataset(store));
    const value = (step: number) => (step === 33_333 ? 99 : step === 44_444 ? -99 : Math.sin(step / 1000));
    const points = Array.from({ length: 50_000 }, (_, step) => ({
      key: 'a',
      step,
      epoch: 0,
      value: value(step),
      time: 0,
    }));
    const bytes = () => (store as unknown as { pragma(source: string): number }).pragma('page_count') * 4096;
    const empty = bytes();
    insertPoints(store, run, points);
    const [series] = getSeries(store, run, { maxPoints: 1000 });
    expect(series.total).toBe(50_000);
    expect(series.sampledEvery).toBe(100);
    expect(series.steps.length).toBeLessThanOrEqual(1000);
    expect(series.steps).toEqual([...series.steps].sort((a, b) => a - b));
    expect(Math.max(...series.values)).toBe(99);
    expect(Math.min(...series.values)).toBe(-99);
    // What the tables take while they are empty is not the points'.
    expect((bytes() - empty) / 50_000).toBeLessThan(16);
    store.close();
  });
});
