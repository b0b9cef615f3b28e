import * as v from 'valibot';
import { completionId, languageModelId, name, nothing, promptId, promptText, text, versionNumber } from './fields.ts';
import { documentsSettingSchema } from '../documents.ts';
import type { TokenChoice } from '../generation.ts';
import type { JobId, PromptId } from '../ids.ts';
import type { CheckedPrompt } from '../prompt/checked.ts';
import type { TextChange } from '../prompt/edits.ts';
import {
  benchSchema,
  type Completion,
  generationSettingsSchema,
  type LanguageModel,
  type LanguageModelRef,
  languageModelRefSchema,
  mostNoteLength,
  promptEditSchema,
  type PromptDetail,
  type PromptHit,
  type PromptSummary,
  type PromptVersion,
  type RenderedPrompt,
} from '../prompt/prompt.ts';
import type { HubOffer } from '../work/hub.ts';

const hubWish = v.object({ name: text(1000), variant: v.optional(text(100)) });

/** Calls about prompts, and the language models that answer them. */
export const promptsInputs = {
  'prompts.list': nothing,
  'prompts.get': v.object({ id: promptId }),
  'prompts.create': v.object({ name, text: v.optional(promptText) }),
  /** What is written, as it stands: on disk when it is answered. */
  'prompts.edit': v.object({ id: promptId, ...promptEditSchema }),
  /** Takes the draft's last step back, or makes it again: what that changes in its text; null where there is none. */
  'prompts.undo': v.object({ id: promptId }),
  'prompts.redo': v.object({ id: promptId }),
  'prompts.set': v.object({
    id: promptId,
    name: v.optional(name),
    tags: v.optional(v.pipe(v.array(text(100)), v.maxLength(100))),
    archived: v.optional(v.boolean()),
  }),
  /** The draft as a version, which is never changed; its number. */
  'prompts.save': v.object({ id: promptId, note: v.optional(text(mostNoteLength)) }),
  'prompts.version': v.object({ id: promptId, number: versionNumber }),
  /** What is said of a version; the version itself stays as it is. */
  'prompts.annotate': v.object({ id: promptId, number: versionNumber, note: text(mostNoteLength) }),
  /** Where a text stands, in prompts and answers, the latest first. */
  'prompts.search': v.object({ text: text(1000) }),
  /** Its text becomes the draft. What the draft was is a version first. */
  'prompts.restore': v.object({ id: promptId, number: versionNumber }),
  /** What is wrong with what a text includes and draws, and what stands in those places. `id`: the prompt that it is of. */
  'prompts.check': v.object({ id: v.optional(promptId), text: promptText }),
  /** As a model would see it, with its tokens counted. */
  'prompts.render': v.object({
    model: languageModelRefSchema,
    text: promptText,
    variables: benchSchema.entries.variables,
    /** The prompt that it is of. */
    id: v.optional(promptId),
    documents: v.optional(v.nullable(documentsSettingSchema)),
  }),
  /** Asks a model; what it writes comes as events. */
  'prompts.run': v.object({
    id: promptId,
    model: languageModelRefSchema,
    variables: benchSchema.entries.variables,
    settings: generationSettingsSchema,
    version: v.optional(versionNumber),
    /** Where its passages are found. */
    documents: v.optional(v.nullable(documentsSettingSchema)),
    /** It is asked as this answer was, with the passages that it was given. */
    again: v.optional(completionId),
    branch: v.optional(
      v.object({
        of: completionId,
        row: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(63)),
        at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000)),
        /** Below 0 of a model elsewhere: see `TokenChoice`. */
        token: v.pipe(v.number(), v.integer(), v.minValue(-1000), v.maxValue(10_000_000)),
      }),
    ),
  }),
  'prompts.stop': v.object({ completion: completionId }),
  /** Each text's tokens, with their probabilities and what else was likely. */
  'prompts.tokens': v.object({ completion: completionId }),
  /** Prompts from files that the system's dialog asks for, also promptfoo's configurations; null when dismissed. */
  'prompts.import': nothing,
  /** Writes it as a file where the system's dialog says; null when dismissed. */
  'prompts.saveAs': v.object({ id: promptId }),
  /** Writes it with its tests as a promptfoo configuration where the system's dialog says; null when dismissed. */
  'prompts.saveSuite': v.object({ id: promptId }),
  'languageModels.list': nothing,
  /** The folder that the system's dialog asks for; null when dismissed. */
  'languageModels.add': nothing,
  /** What a model of Hugging Face's hub is and how large, before anything of it is downloaded. */
  'languageModels.ask': hubWish,
  /** Downloads it into the list, as a job. */
  'languageModels.download': hubWish,
  /** Takes it out of the list; its files stay. */
  'languageModels.remove': v.object({ id: languageModelId }),
  /** Puts back what was removed since the studio was opened, as it was. */
  'languageModels.putBack': v.object({ id: languageModelId }),
} as const;

export interface PromptOutputs {
  'prompts.list': PromptSummary[];
  'prompts.get': PromptDetail;
  'prompts.create': PromptId;
  'prompts.edit': null;
  'prompts.undo': TextChange[] | null;
  'prompts.redo': TextChange[] | null;
  'prompts.set': null;
  'prompts.save': number;
  'prompts.version': PromptVersion;
  'prompts.annotate': null;
  'prompts.search': PromptHit[];
  'prompts.restore': null;
  'prompts.check': CheckedPrompt;
  'prompts.render': RenderedPrompt;
  'prompts.run': Completion;
  'prompts.stop': null;
  'prompts.tokens': (TokenChoice[] | null)[];
  /** `left`: what of them the studio has no word for. `tables`: how many of their tests' rows are being imported. */
  'prompts.import': { prompts: PromptId[]; tables: number; left: string[] } | null;
  'prompts.saveAs': { path: string } | null;
  'prompts.saveSuite': { path: string; left: string[] } | null;
  'languageModels.list': LanguageModel[];
  'languageModels.add': LanguageModelRef | null;
  'languageModels.ask': HubOffer;
  'languageModels.download': JobId;
  'languageModels.remove': null;
  'languageModels.putBack': null;
}
