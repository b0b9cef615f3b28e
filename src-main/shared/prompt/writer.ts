import type { ErrorFacts } from '../errors.ts';
import type { GenerationSettings, WrittenPart, WrittenText } from '../generation.ts';
import type { GenerateParams } from '../work/generate.ts';
import type { CompletionFacts, LaidOutPrompt } from './prompt.ts';
import type { Turn } from './turns.ts';

/** What is asked of the process that keeps a language model open. */
export type WriterRequest = { id: number } & (
  | { type: 'render'; model: GenerateParams['model']; prompt: WriterPrompt }
  | {
      type: 'write';
      model: GenerateParams['model'];
      prompt: WriterPrompt;
      settings: GenerationSettings;
      threads: number;
      /** Tokens that the text begins with. */
      begun: readonly number[];
    }
  /** Ends a `write`, which answers with what it has. */
  | { type: 'stop'; of: number }
);

/** A text to go on with, or turns. */
export type WriterPrompt = string | Turn[];

export interface WriterResult {
  given: string;
  texts: WrittenText[];
  stopped: boolean;
  facts: CompletionFacts;
}

export type WriterResponse = { id: number } & (
  | { ok: true; value: LaidOutPrompt | WriterResult | null }
  | { ok: false; error: ErrorFacts }
  /** What the model is given, once that is known; then what it writes. */
  | { ok: undefined; given?: string; part?: WrittenPart }
);
