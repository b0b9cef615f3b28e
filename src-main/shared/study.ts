import type { RunId, StudyId, VersionId } from './ids.ts';
import type { ClassWeights } from './learning.ts';
import type { SettingValue } from './run.ts';

/** A search for settings: what it is, and what is known of its trials. search/ has the same shapes, and knows nothing of these. */

export type ParamValue = number | string | boolean | null;
export type Params = Readonly<Record<string, ParamValue>>;

/** What a parameter may be; `low` and `high` are both included. `when`: values of others beside which alone it exists. */
export type ParameterRange = { readonly when?: Readonly<Record<string, ParamValue | readonly ParamValue[]>> } & (
  | {
      readonly type: 'float' | 'int';
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      readonly step?: number;
    }
  | { readonly type: 'categorical'; readonly choices: readonly ParamValue[] }
  | { readonly type: 'boolean' }
);

export type Direction = 'minimize' | 'maximize';

/** A code that has words in every language, and the facts for them. */
export type Reason = { readonly code: string } & Readonly<Record<string, string | number | boolean | null>>;

/** What a metric must keep to: at most, or at least, so much. */
export interface Limit {
  readonly metric: string;
  readonly most?: number;
  readonly least?: number;
}

/** Everything that decides what is tried, but for how much of it. */
export interface StudyPlan {
  /** What every trial has in common, by the names that `atelier train` has for settings; the architecture too, where it is not searched. */
  readonly settings: Readonly<Record<string, SettingValue | ClassWeights>>;
  readonly space: Readonly<Record<string, ParameterRange>>;
  /** "width * depth <= 512" */
  readonly constraints: readonly string[];
  /** One, or several that are weighed against each other: `validation/accuracy`, `parameters` … */
  readonly metrics: readonly string[];
  readonly directions: readonly Direction[];
  readonly limits: readonly Limit[];
  /** A name, or an object with a "type" and its options. */
  readonly sampler: unknown;
  readonly pruner: unknown;
  readonly seed: number;
}

/** null: as much as it takes. */
export interface StudyBudget {
  readonly trials: number | null;
  /** Seconds of work in all. */
  readonly seconds: number | null;
  /** It ends when so many complete trials have not been better than the best before them. */
  readonly withoutBetter: number | null;
  /** A trial that works longer counts as hung. */
  readonly trialSeconds: number | null;
  /** Trials at once. */
  readonly workers: number;
}

export type StudyStatus = 'running' | 'paused' | 'finished';
export type TrialState = 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';

/** A trial as it is stored; search/trial.ts tells of the first fields. */
export interface StoredTrial {
  readonly number: number;
  readonly state: TrialState;
  readonly params: Params;
  readonly values: readonly number[] | null;
  readonly violations?: readonly number[];
  readonly reports: readonly (readonly [step: number, value: number])[];
  readonly why: Reason;
  readonly ended?: Reason;
  readonly notes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** None of those that wait, that could not be trained, or that are known from another study. */
  readonly run: RunId | null;
  /** From 0: which of those that work side by side. */
  readonly worker: number | null;
  /** Begun once, and again each time that its process died. */
  readonly tries: number;
  readonly askedAt: number | null;
  readonly endedAt: number | null;
}

export interface Study {
  readonly id: StudyId;
  readonly name: string;
  readonly status: StudyStatus;
  readonly reason: Reason | null;
  readonly version: VersionId;
  readonly datasetName: string;
  readonly versionNumber: number;
  readonly plan: StudyPlan;
  readonly budget: StudyBudget;
  /** Seconds worked until it last ended a trial, was paused or finished. */
  readonly worked: number;
  readonly createdAt: number;
}

export interface StudySummary extends Study {
  readonly counts: Readonly<Record<TrialState, number>>;
  /** The best complete trial; of several metrics the one that is best in the first. */
  readonly best: Pick<StoredTrial, 'number' | 'params' | 'values' | 'run'> | null;
}

export interface StudyDetail extends StudySummary {
  readonly trials: readonly StoredTrial[];
  /** Of several metrics: numbers of the trials that no other one beats in all. */
  readonly front: readonly number[];
}

/** Shares that sum to 1, by parameter. */
export interface StudyImportance {
  readonly method: ImportanceMethod;
  readonly metric: string;
  readonly shares: Readonly<Record<string, number>>;
}
export const importanceMethods = ['fanova', 'ped-anova'] as const;
export type ImportanceMethod = (typeof importanceMethods)[number];

/** What a new study is asked for. `start`: settings to be tried first. */
export interface StudyRequest {
  readonly name: string;
  readonly version: VersionId;
  readonly plan: StudyPlan;
  readonly budget: StudyBudget;
  readonly start: readonly Params[];
  /** Earlier studies whose complete trials count as known, as far as they lie in the space and had the same metrics. */
  readonly from: readonly StudyId[];
}

/** Facts of a run that can be searched by as well as its metrics. */
export const runFactMetrics = ['parameters', 'samples_per_second'] as const;

/** What is measured on the exported file at the end of each trial, by the names that a study may use for them. */
export const exportMetrics = ['export/size_bytes', 'export/latency_ms'] as const;

/** Whether trials of a study measure their exported file. */
export const measuresExport = ({ metrics, limits }: Pick<StudyPlan, 'metrics' | 'limits'>): boolean =>
  [...metrics, ...limits.map(({ metric }) => metric)].some((name) => name.startsWith('export/'));

/** Which way a metric gets better. */
export function directionOf(metric: string): Direction {
  return /(^|\/)(accuracy|balanced_accuracy|r2|psnr|f1|precision|recall|samples_per_second)$/.test(metric)
    ? 'maximize'
    : 'minimize';
}

/** Of numbers, less is better the one way, more the other. */
export const isBetter = (a: number, b: number, direction: Direction): boolean =>
  direction === 'maximize' ? a > b : a < b;
