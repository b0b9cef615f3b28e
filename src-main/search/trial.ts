import type { Params } from './space/parameter.ts';

/**
 * `waiting`: its settings are given, nobody has asked for it yet. `running`: handed out. The others are final; `failed` has no value,
 * be it that the objective threw, hung, was killed or gave something that is no finite number.
 */
export type TrialState = 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';

/** What people are told about a decision: a code that has words in every language, and the numbers for them. */
export type Reason = { readonly code: string } & Readonly<Record<string, string | number | boolean | null>>;

/** A trial as a store keeps it: plain JSON. A study is rebuilt from its definition and these. */
export interface TrialRecord {
  /** 0, 1, 2 … in the order asked or queued. */
  readonly number: number;
  readonly state: TrialState;
  /** Of a waiting trial those that were given; the sampler adds the rest. */
  readonly params: Params;
  /** One for each direction, once complete; of a pruned one its last report. */
  readonly values: readonly number[] | null;
  /** How far each limit is exceeded: 0 or less keeps it. Absent where the study has none. */
  readonly violations?: readonly number[];
  /** What was reported on the way, by rising step. */
  readonly reports: readonly (readonly [step: number, value: number])[];
  /** Why it was tried. */
  readonly why: Reason;
  /** Why it was pruned or failed. */
  readonly ended?: Reason;
  /** What the sampler needs to know of it again. */
  readonly notes?: SamplerNotes;
}

export type SamplerNotes = Readonly<Record<string, number | string | readonly number[]>>;

export type Direction = 'minimize' | 'maximize';

export const isFinished = ({ state }: TrialRecord) => state === 'complete' || state === 'pruned' || state === 'failed';

/** Codes of ends that came from outside: a person cancelled it, the program ended, or the whole search did. */
const fromOutside: ReadonlySet<string> = new Set(['cancelled', 'interrupted', 'stopped', 'time_up', 'no_better']);

/**
 * It crashed, hung, threw, or gave what is no finite number: its settings are bad ones. What ended it from outside says nothing of them.
 * (A crash may have had another reason, memory that another program took, say; then one good place counts as bad once, which costs far
 * less than trying settings that always crash again and again.)
 */
export const failedByItself = ({ state, ended }: TrialRecord) =>
  state === 'failed' && !(ended && fromOutside.has(ended.code));

/**
 * The sum of what limits are exceeded by, each divided by its scale (1 where none is given), so that bytes do not outweigh milliseconds;
 * 0 where all are kept.
 */
export function violation({ violations }: Pick<TrialRecord, 'violations'>, scales: readonly number[] = []): number {
  return violations ? violations.reduce((sum, each, i) => sum + Math.max(0, each) / (scales[i] ?? 1), 0) : 0;
}
