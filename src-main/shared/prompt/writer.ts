import type { ErrorFacts } from '../errors.ts';
import type { GenerationSettings, TokenChoice, WrittenPart, WrittenText } from '../generation.ts';
import type { RemoteTarget, RemoteWait } from '../remote.ts';
import type { AskedModel, GenerateParams } from '../work/generate.ts';
import type { CompletionFacts, LaidOutPrompt } from './prompt.ts';
import type { Turn } from './turns.ts';

/** What is asked of the process that keeps a language model open, or of the one that asks those elsewhere. */
export type WriterRequest<M extends AskedModel = GenerateParams['model']> = { id: number } & (
  | { type: 'render'; model: GenerateParams['model']; prompt: WriterPrompt }
  | {
      type: 'write';
      model: M;
      prompt: WriterPrompt;
      settings: GenerationSettings;
      threads: number;
      /** Tokens that the text begins with. */
      begun: readonly number[];
      /** Of a model elsewhere, whose tokens are texts: those that it begins with. */
      begin?: readonly TokenChoice[];
    }
  /** Ends a `write`, which answers with what it has. */
  | { type: 'stop'; of: number }
);

/** What the one that asks elsewhere is asked. */
export type RemoteQuestion = Extract<WriterRequest<{ remote: RemoteTarget }>, { type: 'write' }>;

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
  | { ok: undefined; given?: string; part?: WrittenPart; waiting?: RemoteWait | null }
);
