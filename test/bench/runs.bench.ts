// Runs at scale, generated: 1,500 runs of 150 settings and 1,500 metrics with 20 points each (45 million), and one run with a metric of a
// million points; then what is asked of them, each beside its goal. The generated workspace is kept for the next time.
//   npm run bench -- runs              BENCH_RUNS=150   BENCH_METRICS=1500   BENCH_FOLDER=/tmp/atelier-bench-runs

import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { insertDataset, insertVersion } from '../../src-main/db/datasets.ts';
import { getSeries } from '../../src-main/db/curves.ts';
import { sealCurves, putPoints } from '../../src-main/db/metrics.ts';
import { openStore, type WriteStore } from '../../src-main/db/open.ts';
import { listMetricKeys, metricColumn } from '../../src-main/db/run-metrics.ts';
import { eachListing, insertRun } from '../../src-main/db/runs.ts';
import { MetricWriter } from '../../src-main/jobs/metric-writer.ts';
import type { DatasetVersion } from '../../src-main/shared/dataset.ts';
import { newId, type RunId, type VersionId } from '../../src-main/shared/ids.ts';
import { Random } from '../../src-main/shared/random.ts';
import { allSettings, RunFields, type FieldRun } from '../../src-main/shared/run-fields.ts';
import { meets, metricsOf, parseRunFilter } from '../../src-main/shared/run-filter.ts';
import { aggregate, groupRuns } from '../../src-main/shared/run-groups.ts';
import type { MetricPoint, TrainSettings } from '../../src-main/shared/run.ts';
import { usualMetrics } from '../../src-main/shared/task.ts';

const runCount = Number(process.env.BENCH_RUNS ?? 1500);
const metricCount = Number(process.env.BENCH_METRICS ?? 1500);
const pointCount = 20;
const longCount = 1_000_000;
const folder = process.env.BENCH_FOLDER ?? join(tmpdir(), `atelier-bench-runs-${runCount}x${metricCount}`);
const migrations = resolve(import.meta.dirname, '../../migrations');
const open = (path: string): WriteStore =>
  openStore(path, { mode: 'write', owner: 'the bench', migrations, appVersion: '0.0.0-bench' });

const usual = ['train/loss', 'validation/loss', 'validation/accuracy', 'test/loss', 'test/accuracy'];
const metricNames = Array.from({ length: metricCount }, (_, i) => usual[i] ?? `layer_${i % 100}/statistic_${i}`);
const optimizers = ['sgd', 'adam', 'adamw', 'lion'] as const;

function settingsOf(i: number, random: Random): TrainSettings {
  const own = Array.from({ length: 138 }, (_, s): [string, number | string | boolean] => [
    `setting_${s}`,
    s % 3 === 0 ? random.below(5) : s % 3 === 1 ? random.uniform() : `choice ${random.below(4)}`,
  ]);
  return {
    architecture: ['mlp', 'cnn', 'resnet'][i % 3],
    architectureSettings: Object.fromEntries(own),
    epochs: 20,
    batchSize: 32,
    optimizer: optimizers[Math.floor(i / 3) % optimizers.length],
    learningRate: 10 ** -(1 + random.below(4)),
    schedule: 'cosine',
    weightDecay: 0,
    seed: i % 5,
    device: 'cpu',
    threads: 1,
    patience: 0,
  };
}

function addRun(store: WriteStore, version: VersionId, i: number, random: Random): RunId {
  const id = newId('run');
  const settings = settingsOf(i, random);
  const name = `bench · ${settings.architecture} ${i}`;
  insertRun(store, { id, name, version, task: 'classification', settings, createdAt: 1.7e12 + i * 60_000 });
  store.run(
    `UPDATE runs SET status = 'finished', started_at = created_at, finished_at = created_at + 50000 WHERE id = ?`,
    [id],
  );
  return id;
}

/** Means over batches are doubles, so every value takes its 64 bits; points come every half second or so. */
function pointsOf(random: Random): MetricPoint[] {
  const points: MetricPoint[] = [];
  for (let p = 1; p <= pointCount; p++) {
    const time = p * 0.5 + random.uniform() / 50;
    for (const key of metricNames) {
      points.push({ key, step: p * 390, epoch: p, value: 1 / p + random.uniform() / 10, time });
    }
  }
  return points;
}

function generate(): void {
  const beside = `${folder}.part`;
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  const store = open(beside);
  const random = new Random(1);
  const version: DatasetVersion = {
    id: newId('version'),
    dataset: newId('dataset'),
    number: 1,
    createdAt: 1,
    change: 'generated',
    manifest: {
      kind: 'table',
      samples: 1,
      columns: [],
      target: null,
      task: null,
      classes: [],
      image: null,
      splits: { train: 1, validation: 0, test: 0 },
      splitSource: 'random',
      splitSeed: 0,
      blobs: { table: 'a'.repeat(64), split: 'b'.repeat(64) },
      sources: [],
      rejectedCount: 0,
      rejected: [],
      notes: [],
    },
  };
  insertDataset(store, { id: version.dataset, name: 'bench', createdAt: 1 });
  insertVersion(store, version);
  for (let i = 0; i < runCount; i++) {
    store.relaxed(() => {
      const run = addRun(store, version.id, i, random);
      putPoints(store, run, pointsOf(random));
      sealCurves(store, run);
    });
    if (i % 50 === 49) process.stderr.write(`\r${i + 1} of ${runCount} runs`);
  }
  process.stderr.write('\r');
  const long = addRun(store, version.id, runCount, random);
  for (let from = 0; from < longCount; from += 100_000) {
    store.relaxed(() => {
      const points = Array.from({ length: 100_000 }, (_, i): MetricPoint => {
        const step = from + i;
        return { key: 'train/loss', step, epoch: step / 390, value: random.normal(), time: step / 1000 };
      });
      putPoints(store, long, points);
      sealCurves(store, long);
    });
  }
  store.close();
  renameSync(beside, folder);
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

/** Median of milliseconds of the processor, since other work on the machine makes the clock lie; and by the clock. */
function time(turns: number, body: () => void): { processor: number; clock: number } {
  const processor: number[] = [];
  const clock: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const begun = performance.now();
    const before = process.threadCpuUsage();
    body();
    const { user, system } = process.threadCpuUsage(before);
    processor.push((user + system) / 1000);
    clock.push(performance.now() - begun);
  }
  return { processor: middle(processor), clock: middle(clock) };
}

function told(what: string, goal: string, reached: string): void {
  console.log(`${what.padEnd(58)} ${goal.padStart(16)}   ${reached}`);
}
const inMs = ({ processor, clock }: { processor: number; clock: number }): string =>
  `${processor.toFixed(1)} ms of the processor, ${clock.toFixed(1)} by the clock`;

/** Fifty metrics of a run, as a trainer tells them; `paced`: 100,000 points a second, else as fast as they are stored. */
async function ingest(paced: boolean): Promise<void> {
  const path = `${folder}-ingest`;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  const store = open(path);
  const random = new Random(2);
  const version = newId('version');
  const dataset = newId('dataset');
  insertDataset(store, { id: dataset, name: 'bench', createdAt: 1 });
  store.run(
    `INSERT INTO dataset_versions (id, dataset, number, created_at, change, manifest, kind, samples, classes) VALUES (?, ?, 1, 1, '', '{}', 'table', 1, 0)`,
    [version, dataset],
  );
  const run = addRun(store, version, 0, random);
  const writer = new MetricWriter(store, run);
  const batches = Array.from({ length: 50 }, (_, batch) =>
    Array.from({ length: 10_000 }, (_, i): MetricPoint => {
      const step = batch * 200 + Math.floor(i / 50);
      return { key: `train/metric_${i % 50}`, step, epoch: step / 390, value: random.uniform(), time: step / 100 };
    }),
  );
  let longest = 0;
  const before = process.cpuUsage();
  const begun = performance.now();
  const beat = setInterval(() => {}, 1);
  for (const [batch, points] of batches.entries()) {
    writer.add(points);
    const until = begun + (batch + 1) * 100;
    while (paced && performance.now() < until) {
      const turn = performance.now();
      const used = process.threadCpuUsage();
      await new Promise((done) => setImmediate(done));
      if (performance.now() - turn > 1) {
        const { user, system } = process.threadCpuUsage(used);
        longest = Math.max(longest, Math.min((user + system) / 1000, performance.now() - turn));
      }
    }
    // A trainer's messages come one by one too.
    if (!paced) await new Promise((done) => setImmediate(done));
  }
  await writer.drain();
  writer.close();
  clearInterval(beat);
  const taken = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  const stored = getSeries(store, run).reduce((sum, { total }) => sum + total, 0);
  store.close();
  rmSync(path, { recursive: true, force: true });
  const rate = (seconds: number) => Math.round(stored / seconds).toLocaleString('en');
  if (paced) {
    told('held at the longest by 100,000 points a second', '≤ 8 ms', `${longest.toFixed(1)} ms of the processor`);
  } else {
    const used = (user + system) / 1e6;
    told('ingest, points a second', '≥ 100,000', `${rate(used)} of the processor, ${rate(taken)} by the clock`);
  }
}

/** The folder of the generated workspace, made where it is not there yet. */
export function benchWorkspace(): string {
  if (!existsSync(folder)) generate();
  return folder;
}

export default async function bench(): Promise<void> {
  benchWorkspace();
  const points = runCount * metricCount * pointCount + longCount;
  const bytes = statSync(join(folder, 'atelier.db')).size;
  told(`${points.toLocaleString('en')} points`, 'goal', 'reached');
  told('bytes a point in the whole database', '≤ 20', (bytes / points).toFixed(2));
  await ingest(false);
  await ingest(true);

  const opening = time(1, () => open(folder).close());
  told('opening the workspace, once', '', inMs(opening));
  const store = open(folder);
  const listed = time(5, () => void [...eachListing(store, { metrics: usualMetrics })]);
  told('list of runs', '< 1000 ms', inMs(listed));
  const [{ id: changed }] = eachListing(store, { metrics: usualMetrics });
  const some = { ids: [changed], archived: true, metrics: usualMetrics };
  told('  the one of them that has changed', '', inMs(time(20, () => void [...eachListing(store, some)])));

  const runs = [...eachListing(store, { metrics: usualMetrics })];
  const parsed = time(3, () => void runs.map((run) => allSettings(JSON.parse(run.settings) as TrainSettings)));
  told('  their settings', '', inMs(parsed));
  const settings = runs.map((run) => allSettings(JSON.parse(run.settings) as TrainSettings));
  const fields = new RunFields(new Set(settings.flatMap((each) => Object.keys(each))), listMetricKeys(store));
  const rowsWith = (metrics: readonly string[]): FieldRun[] => {
    const columns = new Map(
      metrics.map((key) => {
        const { runs: ids, values } = metricColumn(store, key);
        return [key, new Map(ids.map((id, i) => [id, values[i] ?? undefined]))];
      }),
    );
    return runs.map((run, i) => ({ run, settings: settings[i], metric: (key) => columns.get(key)?.get(run.id) }));
  };
  const text = 'architecture = resnet and layer_7/statistic_107 < 0.4 and learning_rate < 1e-2 and setting_3 in (1, 2)';
  let found = 0;
  const filtered = time(5, () => {
    const filter = parseRunFilter(text, fields);
    found = rowsWith(metricsOf(filter)).filter((row) => meets(row, filter)).length;
  });
  told(`filter by two settings, a list and a metric (${found} runs)`, '< 300 ms', inMs(filtered));
  let groups = 0;
  const grouped = time(5, () => {
    const wanted = usual.map((name) => fields.find(name)!);
    const by = ['architecture', 'optimizer', 'learning_rate'].map((name) => fields.find(name)!);
    const made = groupRuns(rowsWith(usual), by);
    groups = made.map((group) => wanted.map((field) => aggregate(group.runs, field))).length;
  });
  told(`group by three settings, five metrics (${groups} groups)`, '< 300 ms', inMs(grouped));

  const twenty = runs.slice(1, 21).map(({ id }) => id);
  const read = time(5, () => twenty.forEach((id) => void getSeries(store, id, { keys: ['validation/loss'] })));
  told('twenty curves read', '< 300 ms', inMs(read));

  const long = runs[0].id;
  for (const share of [1, 0.5, 0.25, 0.1, 0.01]) {
    let at = 0;
    const zoomed = time(20, () => {
      const from = Math.floor((at++ / 20) * (1 - share) * longCount);
      getSeries(store, long, { keys: ['train/loss'], from, to: from + share * longCount, maxPoints: 4000 });
    });
    told(`a window of ${share * 100} % of a million points`, '< 33 ms', inMs(zoomed));
  }
  store.close();
}
