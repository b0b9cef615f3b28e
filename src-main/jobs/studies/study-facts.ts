import type { Readable } from '../../db/connection.ts';
import { getStudy, listStudies, listTrials } from '../../db/studies.ts';
import { fanova } from '../../search/importance/fanova.ts';
import { pedAnova } from '../../search/importance/ped-anova.ts';
import type { Study as Search } from '../../search/study.ts';
import type { StudyId } from '../../shared/ids.ts';
import type {
  ImportanceMethod,
  StoredTrial,
  Study,
  StudyDetail,
  StudyImportance,
  StudySummary,
} from '../../shared/study.ts';
import { searchOf } from './live-study.ts';

/** What is known of studies, from the store alone. Newest first. */
export const studySummaries = (db: Readable): StudySummary[] =>
  listStudies(db).map((study) => {
    const trials = listTrials(db, study.id);
    return summary(study, trials, searchOf(study, trials));
  });

export function studyDetail(db: Readable, study: Study): StudyDetail {
  const trials = listTrials(db, study.id);
  const search = searchOf(study, trials);
  const front = study.plan.metrics.length > 1 ? search.front.map(({ number }) => number) : [];
  return { ...summary(study, trials, search), trials, front };
}

function summary(study: Study, trials: readonly StoredTrial[], search: Search): StudySummary {
  const { best } = search;
  return {
    ...study,
    counts: { ...search.history.counts },
    best: best && {
      number: best.number,
      params: best.params,
      values: best.values,
      run: trials[best.number].run,
    },
  };
}

/** For each metric the share of each setting. Throws too_few_trials. */
export function importanceOf(db: Readable, id: StudyId, method: ImportanceMethod = 'fanova'): StudyImportance[] {
  const study = getStudy(db, id);
  const { history } = searchOf(study, listTrials(db, id));
  const measure = method === 'fanova' ? fanova : pedAnova;
  return study.plan.metrics.map((metric, objective) => ({ method, metric, shares: measure(history, objective) }));
}
