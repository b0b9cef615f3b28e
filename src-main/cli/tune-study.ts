import { availableParallelism } from 'node:os';
import { resolveStudy } from '../jobs/resolve.ts';
import { reasonText } from '../jobs/studies/save-study.ts';
import type { StartedStudy } from '../jobs/studies/studies.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { StudyId, VersionId } from '../shared/ids.ts';
import type { StoredTrial, StudyDetail, StudyPlan } from '../shared/study.ts';
import type { Session } from './context.ts';
import { findData } from './train-request.ts';
import { bestJson, trialJson, trialText } from './trial-lines.ts';
import { saidOfTraining, type TuneOptions } from './tune-options.ts';

/** Searches for the settings under which a net is best: a study of the workspace, whose trials are runs. */
export async function tuneStudy(
  session: Session,
  written: Record<string, unknown>,
  options: TuneOptions,
): Promise<void> {
  const { data, target, ...study } = { ...written, ...saidOfTraining(options) };
  if (typeof data !== 'string') {
    throw new AtelierError(
      'invalid_study',
      'data: must name the dataset to train on (or --data). To search over a function of your own, give --function.',
    );
  }
  if (target !== undefined && typeof target !== 'string')
    throw new AtelierError('invalid_study', 'target: must be the name of a column.');
  const workers = typeof study.workers === 'number' && study.workers >= 1 ? study.workers : 1;
  await session.own(
    async (studio) => {
      const version = await findData(session, studio, data, target);
      const planned = studio.studies.plan(study, version);
      const name =
        planned.name ?? `${studio.datasets.get(studio.datasets.version(version).dataset).summary.name} · study`;
      await studio.devices.know();
      const known = options.new ? null : unfinished(studio, name, version, planned.plan);
      if (known)
        session.out.note(`Goes on with the study "${name}" (${known.trials.length} trials so far; --new begins anew).`);
      const started = known
        ? studio.studies.resume(known.id, { workers })
        : studio.studies.start({
            ...planned,
            name,
            version,
            from: planned.from.map((text) => resolveStudy(studio.reading, text)),
          });
      await followStudy(session, studio, started, known);
    },
    { atOnce: workers, leaves: true },
  );
}

/** A study of this name that searches for just this and has not finished. */
function unfinished(studio: Studio, name: string, version: VersionId, plan: StudyPlan): StudyDetail | null {
  const found = studio.studies
    .list()
    .find(
      (each) => each.name === name && each.status !== 'finished' && each.version === version && same(each.plan, plan),
    );
  return found ? studio.studies.get(found.id) : null;
}

/** Threads are settled when a study begins. */
function same(a: StudyPlan, b: StudyPlan): boolean {
  const [x, y] = [a, b].map((plan) => {
    const { threads: _threads, ...settings } = plan.settings;
    return JSON.stringify({ ...plan, settings });
  });
  return x === y;
}

/** Tells each trial as it ends, then the best. `before`: what is known of it already. Throws where the study stopped without being done. */
export async function followStudy(
  { out }: Session,
  studio: Studio,
  { study: id, stopped }: StartedStudy,
  before: StudyDetail | null,
): Promise<void> {
  const study = studio.studies.get(id);
  const { name, plan, budget } = study;
  out.record({
    event: 'started',
    study: id,
    name,
    dataset: study.datasetName,
    version: study.version,
    metrics: plan.metrics,
    directions: plan.directions,
    trials: budget.trials,
    workers: budget.workers,
  });
  out.note(`Study ${name} (${id}): ${Object.keys(plan.space).join(', ')} for ${plan.metrics.join(', ')}`);
  if (budget.workers > availableParallelism())
    out.note(`${budget.workers} workers share ${availableParallelism()} cores.`);
  const ended = ({ state }: StoredTrial) => state !== 'running' && state !== 'waiting';
  const told = new Set((before?.trials ?? []).filter(ended).map(({ number }) => number));
  const best = { number: before?.best?.number };
  const tell = (trial: StoredTrial) => {
    if (!ended(trial) || told.has(trial.number)) return;
    told.add(trial.number);
    out.record({ event: 'trial', ...trialJson(trial), run: trial.run, seconds: seconds(trial) });
    if (out.json) return;
    best.number = studio.studies.get(id).best?.number;
    out.text(trialText(trial, best.number));
  };
  const deaf = studio.onEvent((event) => {
    if (event.type === 'trial' && event.study === id) tell(event.trial);
  });
  try {
    await stopped;
    // Those that ended in the same moment as the study.
    studio.studies.get(id).trials.forEach(tell);
  } finally {
    deaf();
  }
  finish(
    studio.studies.get(id),
    (record) => out.record(record),
    (line) => out.text(line),
    id,
  );
}

const seconds = ({ askedAt, endedAt }: StoredTrial): number | null =>
  askedAt === null || endedAt === null ? null : (endedAt - askedAt) / 1000;

function finish(
  { name, status, reason, best, counts, trials, front, plan }: StudyDetail,
  record: (line: Record<string, unknown>) => void,
  text: (line: string) => void,
  id: StudyId,
): void {
  const { complete, pruned, failed } = counts;
  const found = plan.metrics.length > 1 ? front.map((number) => trials[number]) : best ? [trials[best.number]] : [];
  const json = (trial: StoredTrial) => ({ ...bestJson(trial), run: trial.run });
  record({
    event: status,
    study: id,
    reason,
    best: best && json(trials[best.number]),
    ...(plan.metrics.length > 1 ? { front: found.map(json) } : {}),
    trials: trials.length,
    complete,
    pruned,
    failed,
  });
  if (status === 'paused') {
    throw new AtelierError(
      'study_paused',
      `The study "${name}" was paused: ${reasonText(reason!)}. "atelier studies show" tells of its trials, "atelier studies resume" goes on.`,
    );
  }
  text(`${complete} complete, ${pruned} pruned, ${failed} failed; ended by ${reasonText(reason!)}.`);
  if (!best) {
    throw new AtelierError(
      'no_trial_completed',
      `None of ${trials.length} trials gave a value: ${failed} failed, ${pruned} were pruned.`,
      [...new Set(trials.flatMap(({ ended }) => (ended ? [reasonText(ended)] : [])))].slice(0, 5),
    );
  }
  if (trials[best.number].violations?.some((over) => over > 0))
    text('No trial keeps all limits; this one comes nearest.');
  for (const trial of found.length > 0 ? found : [trials[best.number]])
    text(
      `Best: trial ${trial.number}, ${trial.values!.join(', ')} with ${JSON.stringify(trial.params)} (${trial.run ?? 'from before'})`,
    );
}
