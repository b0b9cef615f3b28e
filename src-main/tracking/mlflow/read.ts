import { basename, dirname, join } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import type { ExchangedRun } from '../../shared/run-exchange.ts';
import { entriesOf, filesBelow, kindOf, readSmall } from '../files.ts';
import type { FoundRun, RunSink, RunSource } from '../run-source.ts';
import { cleanName } from '../settings.ts';
import { Meta } from './meta.ts';
import { epochMetric, readEpochs } from './epochs.ts';
import { readMetric } from './metric-file.ts';
import { exchanged, statuses } from './run.ts';

/** MLflow's file store: `mlruns/<experiment>/<run>/` with meta.yaml, params/, metrics/ and tags/, a file for each. */
export const mlflow: RunSource = { format: 'mlflow', find };

/** The folder of a run, of an experiment, of several, or the one in which `mlruns` lies. */
async function find(path: string, signal: AbortSignal): Promise<FoundRun[] | null> {
  if ((await kindOf(path))?.kind !== 'folder') return null;
  if (await isRun(path)) return [await found(path)];
  const runs = await runsIn(path, signal);
  if (runs.length > 0) return runs;
  for (const { path: experiment, name, kind } of await entriesOf(path)) {
    // MLflow's trash, and the registry of its models.
    if (kind === 'folder' && !name.startsWith('.') && name !== 'models')
      runs.push(...(await runsIn(experiment, signal)));
  }
  if (runs.length > 0) return runs;
  const inner = join(path, 'mlruns');
  return basename(path) !== 'mlruns' && (await kindOf(inner))?.kind === 'folder' ? find(inner, signal) : null;
}

async function runsIn(experiment: string, signal: AbortSignal): Promise<FoundRun[]> {
  const runs: FoundRun[] = [];
  for (const { path, kind } of await entriesOf(experiment)) {
    signal.throwIfAborted();
    if (kind === 'folder' && (await isRun(path))) runs.push(await found(path));
  }
  return runs;
}

/** An experiment has a meta.yaml as well, but no such folders. */
async function isRun(path: string): Promise<boolean> {
  if ((await kindOf(join(path, 'meta.yaml')))?.kind !== 'file') return false;
  const names = (await entriesOf(path)).flatMap(({ name, kind }) => (kind === 'folder' ? [name] : []));
  return ['metrics', 'params', 'artifacts'].some((name) => names.includes(name));
}

async function found(path: string): Promise<FoundRun> {
  let bytes = 0;
  for (const file of await filesBelow(join(path, 'metrics'))) bytes += (await kindOf(file.path))?.bytes ?? 0;
  return { path, bytes, read: (sink) => read(path, sink) };
}

async function read(path: string, sink: RunSink): Promise<ExchangedRun> {
  const meta = (await Meta.read(join(path, 'meta.yaml')))!;
  const id = meta.text('run_id') || meta.text('run_uuid') || basename(path);
  if (meta.text('lifecycle_stage') === 'deleted') {
    throw new AtelierError(
      'deleted_run',
      `${path} is in MLflow's trash. Restore it there ("mlflow runs restore") to import it.`,
    );
  }
  const startedAt = meta.moment('start_time');
  const metrics: Record<string, number> = {};
  const files = await filesBelow(join(path, 'metrics'));
  const told = files.find(({ name }) => name === epochMetric);
  const points = {
    began: startedAt ?? 0,
    epochs: told ? await readEpochs(told.path, sink.signal) : new Map<number, number>(),
  };
  for (const { name, path: file } of files) {
    const key = cleanName(name);
    if (key === '' || key === '__proto__' || name === epochMetric) continue;
    const value = await readMetric(file, key, points, sink);
    if (value !== undefined) metrics[key] = value;
  }
  return exchanged({
    id,
    name: meta.text('run_name'),
    status: meta.one('status', statuses, 'interrupted'),
    experiment: await experimentOf(path),
    startedAt,
    finishedAt: meta.moment('end_time'),
    params: await texts(join(path, 'params'), sink),
    tags: await texts(join(path, 'tags'), sink),
    metrics,
  });
}

/** The files of params/ or tags/, whose names may have folders in them. */
async function texts(folder: string, sink: RunSink): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { name, path } of await filesBelow(folder)) {
    sink.signal.throwIfAborted();
    found.set(name, await readSmall(path));
  }
  return found;
}

async function experimentOf(run: string): Promise<string> {
  try {
    const meta = await Meta.read(join(dirname(run), 'meta.yaml'));
    return meta?.text('name') ?? '';
  } catch {
    // A broken one is no fault of the run's.
    return '';
  }
}
