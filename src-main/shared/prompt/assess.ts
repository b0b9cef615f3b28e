import type { CheckScore, PromptCheck } from './checks.ts';
import type { GridRow } from './grid.ts';

/** Answers that are looked at, by a process of its own. */
export interface AssessParams {
  checks: PromptCheck[];
  rows: GridRow[];
  /** Of each row; null where there is none. Without them it is only looked whether rows and checks go together. */
  answers: (string | null)[] | null;
  /** Of each check: what another model said of each answer; null where none is asked. */
  said: (Said[] | null)[];
  /** Of each check that is a script: what it came to for the first answers that there are, in a process before. */
  verdicts?: ScriptVerdict[][];
}
/** `score`: [0, 1]. `error`: why it said nothing; null where there was nothing to say. */
export type Said = { text: string } | { score: number } | { error: string } | null;
/** What an assertion came to for an answer. */
export type ScriptVerdict = { score: number } | { error: string };
export interface AssessResult {
  scores: CheckScore[];
}
