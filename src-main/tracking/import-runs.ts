import { join } from 'node:path';
import { AtelierError, errorFacts } from '../shared/errors.ts';
import type { Progress } from '../shared/job.ts';
import type { FromUtility } from '../shared/work.ts';
import type { ImportRunsParams, ImportRunsResult, KnownRun } from '../shared/run-exchange.ts';
import type { RunSourceFormat } from '../shared/run.ts';
import { kindOf } from './files.ts';
import { jsonl } from './jsonl/read.ts';
import { mlflowDatabase } from './mlflow/database.ts';
import { mlflow } from './mlflow/read.ts';
import type { FoundRun, RunSource } from './run-source.ts';
import { Staging } from './staging.ts';
import { tensorboard } from './tensorboard/read.ts';

const sources: readonly RunSource[] = [mlflow, mlflowDatabase, jsonl, tensorboard];

export interface ImportRunsContext {
  progress(report: Pick<Progress, 'stage' | 'unit' | 'done' | 'total'>): void;
  /** A run was read whole. */
  post(message: Extract<FromUtility, { type: 'staged' }>): void;
  signal: AbortSignal;
}

/**
 * Reads runs that other programs or other workspaces wrote down, one after the other, into folders of the workspace. A run that cannot be
 * read is refused and told; it holds up none of the others. Throws `no_runs` where there is nothing to read, and the one refusal where
 * that is all there was.
 */
export async function importRuns(params: ImportRunsParams, context: ImportRunsContext): Promise<ImportRunsResult> {
  const found = await findAll(params.paths, context.signal);
  const total = found.reduce((sum, { run }) => sum + run.bytes, 0);
  const result: ImportRunsResult = { unchanged: 0, refused: [], remarks: [] };
  const remarks = new Set<string>();
  const seen = new Set<string>();
  let done = 0;
  let before = 0;
  for (const [place, { run, format }] of found.entries()) {
    context.signal.throwIfAborted();
    const folder = String(place);
    const staging = await Staging.open(join(params.staging, folder));
    const report = () => context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(done, total), total });
    try {
      const read = await run.read({
        signal: context.signal,
        curve: (block) => staging.curve(block),
        read(bytes) {
          done += bytes;
          report();
        },
        remark: (words) => remarks.add(words),
      });
      const { identity } = read;
      const digest = await staging.finish(read, format, run.path);
      const known = Object.hasOwn(params.known, identity) ? params.known[identity] : undefined;
      const there = known && whatIsThere(known, { format, digest, points: staging.points });
      if (seen.has(identity)) {
        remarks.add('A run lies in the source more than once: it was read once.');
        await staging.discard();
      } else if (known === null || there) {
        result.unchanged++;
        if (there === 'older')
          remarks.add('A run has fewer points there than were imported before: it stays as it is here.');
        await staging.discard();
      } else context.post({ type: 'staged', run: { folder, identity, points: staging.points } });
      seen.add(identity);
    } catch (error) {
      await staging.discard();
      context.signal.throwIfAborted();
      const { code, message } = errorFacts(error);
      // A full disk is no fault of the run's.
      if (!(error instanceof AtelierError)) throw error;
      result.refused.push({ path: run.path, code, message });
    }
    before += run.bytes;
    done = before;
    report();
  }
  const [refused] = result.refused;
  if (refused && result.refused.length === found.length) {
    const more = found.length > 1 ? ` (and ${found.length - 1} more like it)` : '';
    throw new AtelierError(refused.code, `No run could be imported. ${refused.message}${more}`);
  }
  return { ...result, remarks: [...remarks] };
}

/** Whether all that was read is here already: as it was read at some time, from a copy of another format, or from an older one. */
function whatIsThere(
  { format, digests, points }: KnownRun,
  read: { format: RunSourceFormat; digest: string; points: number },
): 'same' | 'older' | null {
  if (digests.includes(read.digest)) return 'same';
  if (points === null) return null;
  if (read.points < points) return 'older';
  return read.points === points && read.format !== format ? 'same' : null;
}

interface Found {
  run: FoundRun;
  format: RunSourceFormat;
}

async function findAll(paths: readonly string[], signal: AbortSignal): Promise<Found[]> {
  const all: Found[] = [];
  for (const path of paths) {
    const there = await kindOf(path);
    if (!there) throw new AtelierError('source_vanished', `${path} is not there. Say where the runs lie.`);
    if (there.kind === 'link') {
      throw new AtelierError(
        'not_readable',
        `${path} is a link. Links are not followed: name the file or folder itself.`,
      );
    }
    const before = all.length;
    for (const source of sources) {
      for (const run of (await source.find(path, signal)) ?? []) all.push({ run, format: source.format });
    }
    if (all.length === before) {
      throw new AtelierError(
        'no_runs',
        `There are no runs in ${path}. Runs are read from MLflow's folders (mlruns, one of its experiments or runs, each with a meta.yaml) and its database (mlflow.db), from JSON Lines that "atelier runs export --format jsonl" wrote, and from TensorBoard's event files (events.out.tfevents.…).`,
      );
    }
  }
  return all;
}
