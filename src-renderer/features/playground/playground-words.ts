import type { FinishReason } from '../../../src-main/shared/generation.ts';
import type { CompletionStatus } from '../../../src-main/shared/prompt/prompt.ts';
import type { LanguageModel } from '../../../src-main/shared/prompt/prompt.ts';
import type { ModelKind } from '../../../src-main/shared/prompt/model-kind.ts';
import { m } from '../../words/messages.ts';
import { leavesWord } from '../../words/remotes.ts';

const statuses: Record<CompletionStatus, () => string> = {
  running: m.completion_running,
  finished: m.completion_finished,
  stopped: m.completion_stopped,
  failed: m.completion_failed,
  interrupted: m.completion_interrupted,
};
export const completionStatusWord = (status: CompletionStatus): string => statuses[status]();

const finishes: Record<FinishReason, () => string> = {
  end: m.finish_end,
  stop: m.finish_stop,
  form: m.finish_form,
  tokens: m.finish_tokens,
  context: m.finish_context,
  stopped: m.finish_stopped,
  filtered: m.finish_filtered,
};
export const finishWord = (finish: FinishReason): string => finishes[finish]();

const kinds: Record<ModelKind, () => string> = {
  writes: m.model_writes,
  rewrites: m.model_rewrites,
  fills: m.model_fills,
  classifies: m.model_classifies,
  embeds: m.model_embeds,
  names: m.model_names,
  answers: m.model_answers,
};
/** What a model does, and where it comes from. */
export function modelFacts({ kind, path, missing, remote }: LanguageModel): string {
  if (missing) return m.model_missing();
  if (remote) return `${m.remote_mark()} · ${leavesWord(remote.reach)}`;
  const where = path === null ? m.model_of_run() : m.model_of_folder();
  return `${kind ? kinds[kind]() : m.model_unknown()} · ${where}`;
}
