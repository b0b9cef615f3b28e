import * as v from 'valibot';
import { name, nothing, studyId, text, versionId } from './fields.ts';
import type { StudyId } from '../ids.ts';
import type { SentStudy } from '../sent-study.ts';
import type { StudyImportance, StudySummary } from '../study.ts';

/** Calls about studies. */
export const studiesInputs = {
  'studies.list': nothing,
  'studies.get': v.object({ id: studyId }),
  /** A study as its file says it, of this version (see `atelier help tune`); its trials are runs in the queue. */
  'studies.start': v.object({ version: versionId, name, study: v.record(text(200), v.unknown()) }),
  /** Its runs save checkpoints and wait. */
  'studies.pause': v.object({ id: studyId }),
  /** `trials`: so many more than were tried. */
  'studies.resume': v.object({
    id: studyId,
    trials: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
    seconds: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1e9))),
    withoutBetter: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
    workers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(256))),
  }),
  /** Ends it where it is. */
  'studies.finish': v.object({ id: studyId }),
  'studies.rename': v.object({ id: studyId, name }),
  /** What each setting has to do with the metric. */
  'studies.importance': v.object({ id: studyId }),
  /** Its trials as a CSV or for Optuna, where the system's dialog says; null when dismissed. */
  'studies.saveAs': v.object({ id: studyId }),
} as const;

export interface StudyOutputs {
  'studies.list': StudySummary[];
  'studies.get': SentStudy;
  'studies.start': StudyId;
  'studies.pause': null;
  'studies.resume': null;
  'studies.finish': null;
  'studies.rename': null;
  'studies.importance': StudyImportance[];
  'studies.saveAs': { path: string } | null;
}
