import * as v from 'valibot';
import type { ErrorFacts } from '../errors.ts';
import { usualGeneration, type GenerationSettings, type SuggestedSettings, type WrittenText } from '../generation.ts';
import { documentsSettingSchema, type DocumentsSetting, type Retrieved } from '../documents.ts';
import { textChangeSchema, type TextChange } from './edits.ts';
import type { ModelKind } from './model-kind.ts';
import type { DrawnExamples } from './examples.ts';
import type { IncludedPrompt } from './expand.ts';
import { isId, type CompletionId, type EndpointId, type LanguageModelId, type PromptId, type RunId } from '../ids.ts';
import { modelNameSchema, type Reach, type RemoteFacts, type RemoteInterface, type RemoteWait } from '../remote.ts';

/** Characters of a prompt at most. */
export const mostPromptLength = 4 * 2 ** 20;

/** A language model that runs here: a run trained here, or a folder that was added. */
export type LocalModelRef = { run: RunId } | { folder: LanguageModelId };
/** One elsewhere, by the name that its endpoint has for it. */
export interface RemoteModelRef {
  remote: EndpointId;
  model: string;
}
export type LanguageModelRef = LocalModelRef | RemoteModelRef;

export const languageModelRefSchema = v.union([
  v.object({ run: v.custom<RunId>((x) => typeof x === 'string' && isId('run', x)) }),
  v.object({ folder: v.custom<LanguageModelId>((x) => typeof x === 'string' && isId('model', x)) }),
  v.object({
    remote: v.custom<EndpointId>((x) => typeof x === 'string' && isId('endpoint', x)),
    model: modelNameSchema,
  }),
]);

/** Tells it from all others. */
export const modelKey = (ref: LanguageModelRef): string =>
  'run' in ref ? ref.run : 'folder' in ref ? ref.folder : `${ref.remote}/${ref.model}`;

export interface LanguageModel {
  ref: LanguageModelRef;
  name: string;
  /** Of a folder. */
  path: string | null;
  /** The folder is no longer there. */
  missing: boolean;
  /** What it does; null where that cannot be told, or is nothing that can be done here. */
  kind: ModelKind | null;
  /** Where it is, if not here. */
  remote?: { endpoint: string; host: string; reach: Reach; agreed: boolean; interface: RemoteInterface };
}

const number = (min: number, max: number) => v.pipe(v.number(), v.minValue(min), v.maxValue(max));
const whole = (min: number, max: number) => v.pipe(number(min, max), v.integer());

/** `GenerationSettings` as the window sends them. */
export const generationSettingsSchema = v.object({
  maxTokens: whole(1, 100_000),
  temperature: number(0, 100),
  topK: whole(0, 1_000_000),
  topP: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  minP: number(0, 1),
  repetitionPenalty: v.pipe(v.number(), v.gtValue(0), v.maxValue(100)),
  presencePenalty: number(-100, 100),
  frequencyPenalty: number(-100, 100),
  seed: whole(0, 2 ** 32 - 1),
  n: whole(1, 64),
  beams: whole(1, 64),
  stop: v.pipe(v.array(v.pipe(v.string(), v.maxLength(1000))), v.maxLength(20)),
  logprobs: whole(0, 100),
  form: v.nullable(
    v.union([
      v.object({ kind: v.literal('json'), schema: v.unknown() }),
      v.object({ kind: v.literal('regex'), pattern: v.pipe(v.string(), v.maxLength(10_000)) }),
    ]),
  ),
});

/** What lies around a prompt while it is worked on: values, model, settings. It has no versions. */
export const benchSchema = v.object({
  model: v.nullable(languageModelRefSchema),
  variables: v.record(v.pipe(v.string(), v.maxLength(200)), v.pipe(v.string(), v.maxLength(mostPromptLength))),
  settings: generationSettingsSchema,
  documents: v.optional(v.nullable(documentsSettingSchema)),
});
export interface Bench {
  model: LanguageModelRef | null;
  variables: Record<string, string>;
  settings: GenerationSettings;
  /** Where its passages come from; without it `{{passages}}` is a variable like others. */
  documents?: DocumentsSetting | null;
}

/** What a new prompt is tried with; alternatives of each token are kept to look at. */
export const usualSettings: GenerationSettings = { ...usualGeneration, logprobs: 5 };

/** What is done to a draft: its text whole, or by what has changed, or what lies around it. */
export interface PromptEdit {
  text?: string;
  /** `length`: of the text afterwards. */
  changes?: { made: TextChange[]; length: number };
  bench?: Bench;
}
export const promptEditSchema = {
  text: v.optional(v.pipe(v.string(), v.maxLength(mostPromptLength))),
  changes: v.optional(
    v.object({
      made: v.pipe(v.array(textChangeSchema(mostPromptLength)), v.maxLength(100_000)),
      length: whole(0, mostPromptLength),
    }),
  ),
  bench: v.optional(benchSchema),
};

export interface PromptSummary {
  id: PromptId;
  name: string;
  tags: string[];
  createdAt: number;
  /** When it was written on last. */
  editedAt: number;
  archived: boolean;
  versions: number;
  /** Answers, those of grids among them. */
  completions: number;
}

/** A prompt as it was at one time; never changed. */
export interface PromptVersion {
  /** From 1. */
  number: number;
  /** SHA-256 of its text in UTF-8: the same text of one prompt is the same version. */
  sha256: string;
  createdAt: number;
  note: string;
  text: string;
}

export type CompletionStatus = 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

/** One asking of a model, with all that it takes to ask again. */
export interface Completion {
  id: CompletionId;
  prompt: PromptId;
  version: number;
  createdAt: number;
  status: CompletionStatus;
  request: CompletionRequest;
  /** What the model was given: values filled in, turns laid out. Null where it came to none. */
  given: string | null;
  /** As far as they were written. */
  texts: CompletionText[];
  facts: CompletionFacts | null;
  error: ErrorFacts | null;
  /** Told while it is written, not kept. */
  waiting?: RemoteWait | null;
}

export interface CompletionRequest {
  model: LanguageModelRef;
  modelName: string;
  variables: Record<string, string>;
  settings: GenerationSettings;
  /** It goes on from another one's tokens, of which the last is another than that had; of a model elsewhere from its text, `begin`. */
  branch: { of: CompletionId; row: number; tokens: number[]; begin?: string } | null;
  /** Which versions of other prompts it includes. */
  includes?: IncludedPrompt[];
  /** Which rows it shows, by their numbers in the dataset's version. */
  examples?: ShownExamples[];
  /** The passages that it was given, which stand among its variables as well. */
  retrieved?: Retrieved | null;
}
export type ShownExamples = Omit<DrawnExamples, 'rows' | 'columns'> & { rows: number[] };

/** Without each token's choices, which are many: see `prompts.tokens`. */
export type CompletionText = Pick<WrittenText, 'text'> & Partial<Pick<WrittenText, 'tokens' | 'finish' | 'verdict'>>;

export interface CompletionFacts {
  /** Null where a model elsewhere does not tell. */
  promptTokens: number | null;
  /** Null of a model elsewhere. */
  context: number | null;
  cached: boolean;
  /** Milliseconds. */
  loadMs: number;
  firstTokenMs: number;
  tokensPerSecond: number;
  /** SHA-256 of what the model computes with, as it was read; of one elsewhere, of its address and name. */
  weights: string;
  /** Of what was asked before there were several: not there. */
  kind?: ModelKind;
  /** Of a model elsewhere. */
  remote?: RemoteFacts;
}

export interface PromptDetail {
  summary: PromptSummary;
  /** As it stands, whether or not there is a version of it. */
  text: string;
  bench: Bench;
  /** Newest first, without their texts but for the newest's. */
  versions: Omit<PromptVersion, 'text'>[];
  /** Newest first; so many at most are listed, without what their models were given. */
  completions: Completion[];
}
export const mostCompletionsListed = 200;

/** Where a text that was looked for stands. */
export interface PromptHit {
  prompt: PromptId;
  name: string;
  place: 'draft' | 'version' | 'note' | 'answer';
  /** Not of a draft. */
  version: number | null;
  /** Of an answer. */
  completion: CompletionId | null;
  at: number;
  /** With some of what stands around it, in one line. */
  excerpt: string;
}
export const mostPromptHits = 100;
export const mostNoteLength = 1000;

/** A prompt as a certain model would see it. */
export interface LaidOutPrompt {
  text: string;
  /** Null of a model elsewhere, which alone could count them; so is `context`. */
  tokens: number | null;
  /** It has more tokens, which nobody counted: it is far too long already. */
  atLeast?: boolean;
  context: number | null;
  /** Whether its turns are laid out by the model's own template; null where it has no turns. */
  template: boolean | null;
  /** Bytes of weights. */
  bytes: number;
  /** What its makers write with, as an offer. */
  suggested?: SuggestedSettings | null;
  kind: ModelKind;
}
export interface RenderedPrompt extends LaidOutPrompt {
  /** What would be put in for its passages; null where none are wanted. */
  retrieved: Retrieved | null;
}

/** What comes of a completion while it is written. */
export interface CompletionNews {
  prompt: PromptId;
  completion: CompletionId;
  /** Text added to each of its texts; null with `ended`. */
  parts: { row: number; text: string }[];
  ended: Completion | null;
  /** That a server asks for patience; null: it writes again. */
  waiting?: RemoteWait | null;
}
