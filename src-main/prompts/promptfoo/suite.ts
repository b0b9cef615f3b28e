import type { GridRow } from '../../shared/prompt/grid.ts';
import type { PromptCheck } from '../../shared/prompt/checks.ts';

/** What a promptfoo configuration (promptfoo.dev/docs/configuration/reference) and the studio both know. */
export interface PromptSuite {
  prompts: { name: string; text: string }[];
  checks: PromptCheck[];
  /** Values of the variables, with the columns that checks look at. */
  rows: GridRow[];
  /** What could not be said the other way, for people: one sentence each. */
  left: string[];
}
