import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { budgetFields, isObject, readBudget } from '../jobs/studies/study-plan.ts';
import { parseStudy } from '../search/study-file.ts';
import type { Params } from '../search/space/parameter.ts';
import { Study } from '../search/study.ts';
import type { TrialRecord } from '../search/trial.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Session } from './context.ts';
import { TuneJournal } from './tune-journal.ts';
import { bestJson, trialJson, trialText } from './trial-lines.ts';
import { saidOfFunction, type TuneOptions } from './tune-options.ts';
import { TuneWorkers } from './tune-workers.ts';

const usualTrials = 100;

/** Searches for the parameters under which a person's own function is best. It is kept until it has ended, and goes on after a kill. */
export async function tuneFunction(
  session: Session,
  written: Record<string, unknown>,
  options: TuneOptions & { function: string },
): Promise<void> {
  const { out, host } = session;
  const { start = [], ...said } = { ...written, ...saidOfFunction(options) };
  const isBudget = ([field]: [string, unknown]): boolean => budgetFields.includes(field);
  const search = Object.fromEntries(Object.entries(said).filter((entry) => !isBudget(entry)));
  const budget = readBudget(said, usualTrials);
  const definition = parseStudy(search);
  const module = session.path(options.function);
  if (!statSync(module, { throwIfNoEntry: false })?.isFile()) {
    throw new AtelierError('no_such_file', `${module} is no file.`);
  }
  const { workers: atOnce } = budget;
  // Whether it was cut short is asked before anything is kept of it.
  startOf(new Study(definition), start);
  const journal = openJournal(session, { written: { ...search, start }, module }, options.new ?? false);
  const study = new Study(definition, journal?.records);
  if (study.trials.length === 0) for (const trial of startOf(study, start)) journal?.put(trial);
  else out.note(`Goes on with ${study.trials.length} trials from before it was cut short (--new begins anew).`);
  if (atOnce > 2 * availableParallelism()) {
    out.note(`${atOnce} workers share ${availableParallelism()} cores.`);
  }
  const workers = new TuneWorkers(study, module, budget, {
    spawn: host.spawnUtility,
    output: (text) => void host.stderr.write(text),
    began: (trial) => journal?.put(trial),
    ended: (trial, seconds) => {
      // What Ctrl-C ended is tried by whoever goes on.
      if (trial.ended?.code !== 'cancelled') journal?.put(trial);
      out.record({ event: 'trial', ...trialJson(trial), seconds: Math.round(seconds * 1000) / 1000 });
      out.text(trialText(trial, study.best?.number));
    },
  });
  let isDone = true;
  const stop = host.onInterrupt(() => {
    isDone = false;
    workers.stop('cancelled');
  });
  try {
    await workers.run().finally(stop);
    finish(session, study);
  } finally {
    journal?.close(isDone);
  }
}

/** Settings that the study file wants tried first, as trials that wait. Throws invalid_study or outside_space. */
function startOf(study: Study, start: unknown): TrialRecord[] {
  if (!Array.isArray(start) || !start.every(isObject))
    throw new AtelierError('invalid_study', 'start: must be a list of settings by name.');
  return start.map((params) => study.enqueue(params as Params));
}

/** null: it cannot be kept, which is no reason not to search. */
function openJournal({ folder, out }: Session, search: unknown, anew: boolean): TuneJournal | null {
  try {
    return TuneJournal.open(folder, search, { anew });
  } catch (error) {
    const isBusy = error instanceof AtelierError && error.code === 'workspace_in_use';
    out.note(
      isBusy
        ? 'Another process works on the very same search: this one is not kept, and begins anew if it is cut short.'
        : `This search cannot be kept, and begins anew if it is cut short: ${(error as Error).message}`,
    );
    return null;
  }
}

function finish({ out }: Session, study: Study): void {
  const { complete, pruned, failed } = study.history.counts;
  const several = study.definition.directions.length > 1;
  const { best } = study;
  out.record({
    event: 'finished',
    best: best && bestJson(best),
    ...(several ? { front: study.front.map(bestJson) } : {}),
    trials: study.trials.length,
    complete,
    pruned,
    failed,
  });
  if (!best)
    throw new AtelierError(
      'no_trial_completed',
      `None of ${study.trials.length} trials gave a value: ${failed} failed, ${pruned} were pruned.`,
    );
  const found = several ? study.front : [best];
  out.text(`${complete} complete, ${pruned} pruned, ${failed} failed.`);
  for (const trial of found)
    out.text(`Best: trial ${trial.number}, ${trial.values!.join(', ')} with ${JSON.stringify(trial.params)}`);
  if (study.history.violation(best) > 0) out.text('No trial keeps all limits; this one comes nearest.');
}
