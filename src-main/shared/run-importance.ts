import type { SettingValue } from './run.ts';

/** How much each setting has to do with what became of a metric, over some runs. */
export interface RunImportance {
  metric: string;
  /** Those that have the metric as a finite number; all else is said of these. */
  runs: number;
  /** Runs that were asked about and do not have it. */
  without: number;
  /** Most important first. */
  settings: SettingImportance[];
  /** The share of the variance that only combinations of settings explain, 0…1. */
  combined: number;
  /** How well the forest foretells runs that it has not seen: R², below 0 where it is worse than the mean; null where that has no meaning. */
  foretold: number | null;
  /** Settings with another word in each run, which no forest can learn from. */
  leftOut: string[];
}

export interface SettingImportance {
  key: string;
  /** Of the variance of the metric, what this setting explains alone, 0…1. */
  share: number;
  /** Of numbers: Spearman's rank correlation with the metric, -1…1; null for words, or where it has no meaning. */
  correlation: number | null;
  /** Where there are few values: the metric's mean for each, in the order of values. `null` stands for runs without the setting. */
  levels: { value: SettingValue | null; mean: number; runs: number }[];
  /** Settings that changed together with this one in every run: what is said of it may be theirs. */
  together: string[];
}

/** Below these few runs an importance is a guess; below `leastRuns` there is none. */
export const fewRuns = 10;
export const leastRuns = 4;
