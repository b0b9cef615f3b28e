import type { Readable } from '../../db/connection.ts';
import { countTrials, getStudy, getTrial, listStudies, listTrials, listValues } from '../../db/studies.ts';
import { bestTrial } from '../../search/best.ts';
import { loss } from '../../search/history.ts';
import { fanovaSteps } from '../../search/importance/fanova.ts';
import type { Importance } from '../../search/importance/observations.ts';
import { pedAnova } from '../../search/importance/ped-anova.ts';
import { violation } from '../../search/trial.ts';
import type { StudyId } from '../../shared/ids.ts';
import type {
  ImportanceMethod,
  StoredTrial,
  Study,
  StudyDetail,
  StudyImportance,
  StudySummary,
} from '../../shared/study.ts';
import { Breath } from '../breath.ts';
import { limitScales, searchOf } from './live-study.ts';

const noTrials: StudySummary['counts'] = { waiting: 0, running: 0, complete: 0, pruned: 0, failed: 0 };

/** The best trial of each study, with the number of complete ones it is the best of: those never change, there only come more. */
const bests = new WeakMap<Readable, Map<StudyId, { of: number; best: StudySummary['best'] }>>();

/** What is known of studies, from the store alone. Newest first. */
export function studySummaries(db: Readable): StudySummary[] {
  const counted = countTrials(db);
  return listStudies(db).map((study) => {
    const counts = { ...noTrials, ...counted.get(study.id) };
    return { ...study, counts, best: bestOf(db, study, counts.complete) };
  });
}

function bestOf(db: Readable, { id, plan }: Study, of: number): StudySummary['best'] {
  const known = bests.get(db) ?? new Map<StudyId, { of: number; best: StudySummary['best'] }>();
  bests.set(db, known);
  const kept = known.get(id);
  if (kept?.of === of) return kept.best;
  const scales = limitScales(plan.limits);
  const judge = {
    loss: (value: number) => loss(value, plan.directions[0]),
    violation: (trial: Pick<StoredTrial, 'violations'>) => violation(trial, scales),
  };
  const found = bestTrial(judge, listValues(db, id));
  const best = found && summarized(getTrial(db, id, found.number));
  known.set(id, { of, best });
  return best;
}

const summarized = ({ number, params, values, run }: NonNullable<StudySummary['best']>) => ({
  number,
  params,
  values,
  run,
});

export function studyDetail(db: Readable, study: Study): StudyDetail {
  const trials = listTrials(db, study.id);
  const search = searchOf(study, trials);
  const { best, history } = search;
  return {
    ...study,
    counts: { ...history.counts },
    best: best && summarized(trials[best.number]),
    trials,
    front: study.plan.metrics.length > 1 ? search.front.map(({ number }) => number) : [],
  };
}

/** For each metric the share of each setting; other work of this thread goes on meanwhile. Throws too_few_trials. */
export async function importanceOf(
  db: Readable,
  id: StudyId,
  method: ImportanceMethod = 'fanova',
): Promise<StudyImportance[]> {
  const study = getStudy(db, id);
  const { history } = searchOf(study, listTrials(db, id, { reports: false }));
  const pause = new Breath();
  const found: StudyImportance[] = [];
  for (const [objective, metric] of study.plan.metrics.entries()) {
    const shares =
      method === 'fanova' ? await finished(fanovaSteps(history, objective), pause) : pedAnova(history, objective);
    found.push({ method, metric, shares });
  }
  return found;
}

async function finished(working: Generator<void, Importance>, pause: Breath): Promise<Importance> {
  for (;;) {
    const { done, value } = working.next();
    if (done) return value;
    await pause.ifDue();
  }
}
