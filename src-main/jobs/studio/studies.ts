import { getVersion } from '../../db/datasets.ts';
import { getStudy } from '../../db/studies.ts';
import type { StudyId, VersionId } from '../../shared/ids.ts';
import type { ImportanceMethod, StudyDetail, StudyImportance, StudyRequest, StudySummary } from '../../shared/study.ts';
import type { Context } from '../context.ts';
import type { Forecasts } from '../forecasts.ts';
import { planStudy, type PlannedStudy } from '../studies/study-plan.ts';
import type { MoreBudget, StartedStudy, Studies } from '../studies/studies.ts';
import { importanceOf, studyDetail, studySummaries } from '../studies/study-facts.ts';

/** The studies of a workspace. */
export class StudioStudies {
  readonly #context: Context;
  readonly #studies: Studies;
  readonly #forecasts: Forecasts;

  constructor(context: Context, studies: Studies, forecasts: Forecasts) {
    this.#context = context;
    this.#studies = studies;
    this.#forecasts = forecasts;
  }

  /** What a study file says of this version, checked. */
  plan(written: unknown, version: VersionId): PlannedStudy {
    const { store, architectures } = this.#context;
    return planStudy(written, { manifest: getVersion(store, version).manifest, architectures });
  }
  start(request: StudyRequest): StartedStudy {
    this.#forecasts.cancel();
    return this.#studies.start(request);
  }
  /** One that was paused, cut short or has finished goes on, with more of a budget where it is given. */
  resume(id: StudyId, more?: MoreBudget): StartedStudy {
    return this.#studies.resume(id, more);
  }
  /** Its runs save checkpoints and wait; nothing more is tried until it is resumed. */
  pause(id: StudyId): void {
    this.#studies.pause(id);
  }
  /** Ends it where it is. */
  finish(id: StudyId): void {
    this.#studies.finish(id);
  }
  rename(id: StudyId, name: string): void {
    this.#studies.rename(id, name);
  }
  list(): StudySummary[] {
    return studySummaries(this.#context.store);
  }
  get(id: StudyId): StudyDetail {
    return studyDetail(this.#context.store, getStudy(this.#context.store, id));
  }
  /** Which of its settings matter. */
  importance(id: StudyId, method?: ImportanceMethod): Promise<StudyImportance[]> {
    return importanceOf(this.#context.store, id, method);
  }
}
