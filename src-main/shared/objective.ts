import type { ErrorFacts } from './errors.ts';

/** What a process that runs a person's objective function is told … */
export type ToObjective =
  | { readonly type: 'load'; readonly module: string }
  | { readonly type: 'run'; readonly params: Readonly<Record<string, unknown>> }
  /** The answer to a report. */
  | { readonly type: 'verdict'; readonly prune: boolean };

/** … and says. */
export type FromObjective =
  | { readonly type: 'ready' }
  | { readonly type: 'unusable'; readonly error: ErrorFacts }
  | { readonly type: 'report'; readonly step: number; readonly value: number }
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'threw'; readonly error: ErrorFacts }
  | { readonly type: 'pruned' };
