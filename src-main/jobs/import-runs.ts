import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { setRunMetrics } from '../db/metrics.ts';
import { readTrainerLog } from '../db/records.ts';
import { freeRunName, listRunNames } from '../db/run-marks.ts';
import { getRun, listOrigins, putRun } from '../db/runs.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { newId, type RunId } from '../shared/ids.ts';
import { numberFromJson } from '../shared/json-number.ts';
import type { ExchangedRun, ImportedRuns, KnownRun, StagedFile, StagedRun } from '../shared/run-exchange.ts';
import type { ImportedRun, MetricPoint, RunOrigin } from '../shared/run.ts';
import { runChanged, type Context } from './context.ts';
import { MetricWriter } from './metric-writer.ts';
import { settleUnfinished, unfinishedFolder } from './unfinished.ts';
import { unheard, type Started } from './work.ts';

/**
 * Reads runs of other programs, or of another workspace. Each is stored as soon as it was read whole: what is cancelled keeps those that
 * were, and importing the same again adds only what is new.
 */
export function importRuns(context: Context, paths: readonly string[]): Started<ImportedRuns> {
  const { store } = context;
  const job = newId('job');
  const staging = unfinishedFolder(store, job);
  const origins = listOrigins(store);
  const known = Object.fromEntries([
    ...ownRuns(context, origins).map((id) => [`atelier:${id}`, null] as const),
    ...[...origins].map(([identity, { origin }]) => [identity, knownOf(origin)] as const),
  ]);
  const made: Pick<ImportedRuns, 'runs' | 'added' | 'grown' | 'points'> = { runs: [], added: 0, grown: 0, points: 0 };
  let imported: ImportedRuns | undefined;
  let stopped = false;
  let failure: unknown;
  // One after the other, beside the process that reads on.
  let storing = Promise.resolve();
  const take = (staged: StagedRun): void => {
    storing = storing.then(async () => {
      if (stopped || failure !== undefined) return;
      try {
        const before = origins.get(staged.identity)?.id;
        made.runs.push(await storeRun(context, join(staging, staged.folder), before, () => stopped));
        if (before) made.grown++;
        else made.added++;
        made.points += staged.points;
      } catch (error) {
        failure = error;
      }
    });
  };
  const { result } = context.queue.submit({
    kind: 'import-runs',
    id: job,
    title: paths.map((path) => basename(path)).join(', '),
    params: { paths: [...paths], staging, known },
    message(message) {
      if (message.type === 'staged') take(message.run);
    },
    drain(outcome) {
      stopped ||= outcome.status !== 'finished';
      return storing;
    },
    finished({ unchanged, refused, remarks }) {
      if (failure !== undefined) throw failure as Error;
      imported = { ...made, unchanged, refused, remarks };
      return made.runs.length === 1 ? { run: made.runs[0] } : {};
    },
    settled() {
      settleUnfinished(store, job);
    },
  });
  return { job, result: unheard(result.then(() => imported!)) };
}

const knownOf = ({ format, digest, earlier = [], points }: RunOrigin): KnownRun => ({
  format,
  digests: [...earlier, digest],
  points: digest === '' ? null : (points ?? null),
});

function ownRuns({ store }: Context, origins: ReturnType<typeof listOrigins>): RunId[] {
  const imported = new Set([...origins.values()].map(({ id }) => id));
  return listRunNames(store).flatMap(({ id }) => (imported.has(id) ? [] : [id]));
}

/** Until its curves are stored a run says that it is not whole; an import of the same then makes it so. */
const notWhole = {
  code: 'import_cut_short',
  message:
    'The import of this run was cut short: its curves are not all here. Import it again from where it came from.',
};

/** Takes a run over that was read whole: its file of curves becomes its folder's, its row and curves follow. */
async function storeRun(
  context: Context,
  staged: string,
  before: RunId | undefined,
  stopped: () => boolean,
): Promise<RunId> {
  const { store } = context;
  const file = JSON.parse(readFileSync(join(staged, 'imported.json'), 'utf8')) as StagedFile;
  const id = before ?? newId('run');
  const run = rowOf(context, id, file, before);
  const folder = workspaceFiles.run(store.folder, id);
  mkdirSync(folder, { recursive: true });
  renameSync(join(staged, 'run.jsonl'), join(folder, 'run.jsonl'));

  store.transaction(() => {
    putRun(store, { ...run, status: 'interrupted', error: notWhole, origin: { ...run.origin, digest: '' } });
  });
  runChanged(context, id);
  await storeCurves(context, id, before !== undefined, stopped);
  if (stopped()) return id;
  store.transaction(() => {
    setRunMetrics(store, id, run.metrics);
    putRun(store, run);
  });
  runChanged(context, id);
  return id;
}

/** So many states of a run are known again. */
const mostEarlier = 100;

/** What a person has written on a run that was here before stays as it is. */
function rowOf({ store }: Context, id: RunId, file: StagedFile, before: RunId | undefined): ImportedRun {
  const { format, path, digest, points } = file;
  const { identity, experiment, dataset, ...read } = file.run as ExchangedRun;
  const there = before ? getRun(store, before) : null;
  const earlier = [...(there?.origin?.earlier ?? []), there?.origin?.digest ?? ''].filter((each) => each !== '');
  const metrics = Object.entries(read.metrics).map(([key, value]) => [key, numberFromJson(value) ?? NaN] as const);
  return {
    ...read,
    id,
    name: there?.name ?? freeRunName(store, read.name),
    notes: there ? there.notes : read.notes,
    tags: there ? there.tags : read.tags,
    archived: there?.archived ?? false,
    metrics: Object.fromEntries(metrics),
    origin: {
      ...{ format, identity, path, experiment, at: Date.now(), by: userInfo().username, digest, points },
      ...(earlier.length > 0 && { earlier: earlier.slice(-mostEarlier) }),
    },
    dataset: null,
    datasetName: dataset,
    version: null,
    versionNumber: null,
    task: null,
    fallback: null,
    job: null,
  };
}

/** In slices: the thread goes on with other work in between. `told`: whoever draws the run hears of its points. */
async function storeCurves(
  { store, events }: Context,
  run: RunId,
  told: boolean,
  stopped: () => boolean,
): Promise<void> {
  if (!existsSync(join(workspaceFiles.run(store.folder, run), 'run.jsonl'))) return;
  const writer = new MetricWriter(store, run);
  try {
    for (const line of readTrainerLog(store.folder, run)) {
      if (stopped()) return;
      if (line.type !== 'curve') continue;
      const points = line.step.map((step, i): MetricPoint => ({
        key: line.key,
        step,
        epoch: line.epoch[i] ?? NaN,
        value: numberFromJson(line.value[i]) ?? NaN,
        time: line.time[i],
      }));
      await writer.take(points);
      if (told) events.emit({ type: 'metrics', run, points });
    }
    await writer.drain();
  } finally {
    writer.close();
  }
}
