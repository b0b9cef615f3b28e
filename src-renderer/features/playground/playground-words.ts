import type { FinishReason } from '../../../src-main/shared/generation.ts';
import type { CompletionStatus } from '../../../src-main/shared/prompt/prompt.ts';
import { m } from '../../words/messages.ts';

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
};
export const finishWord = (finish: FinishReason): string => finishes[finish]();
