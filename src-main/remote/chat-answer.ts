import type { FinishReason, TokenChoice, WrittenPart } from '../shared/generation.ts';
import { asObject, textOr } from './loose.ts';

interface Row {
  text: string;
  choices: TokenChoice[];
  finish: FinishReason | null;
}

/** The texts of an answer as they come, piece by piece or at once: `chat.completion.chunk` and `chat.completion`. */
export class ChatAnswer {
  readonly rows: Row[] = [];
  model: string | null = null;
  promptTokens: number | null = null;
  completionTokens: number | null = null;
  firstAt: number | null = null;
  readonly #first: number;
  readonly #most: number;
  readonly #told: (part: WrittenPart) => void;

  /** @param first the number of its first text among all; @param most so many texts are asked for */
  constructor(first: number, most: number, told: (part: WrittenPart) => void) {
    [this.#first, this.#most, this.#told] = [first, most, told];
  }

  /** Whether each text that has come has its end. */
  get ended(): boolean {
    return this.rows.length > 0 && this.rows.every((row) => !row || row.finish !== null);
  }

  /** Takes one piece; false where it is none. */
  take(value: unknown): boolean {
    const piece = asObject(value);
    if (!piece) return false;
    if (typeof piece.model === 'string') this.model = piece.model;
    const usage = asObject(piece.usage);
    if (usage) {
      this.promptTokens = countOf(usage.prompt_tokens) ?? this.promptTokens;
      this.completionTokens = countOf(usage.completion_tokens) ?? this.completionTokens;
    }
    if (!Array.isArray(piece.choices)) return usage !== null;
    for (const one of piece.choices) this.#takeChoice(asObject(one) ?? {});
    return true;
  }

  #takeChoice(choice: Record<string, unknown>): void {
    const index = countOf(choice.index) ?? 0;
    if (index >= this.#most) return;
    const row = (this.rows[index] ??= { text: '', choices: [], finish: null });
    const said = asObject(choice.delta) ?? asObject(choice.message) ?? {};
    const text = textOr(said.content) + textOr(said.refusal);
    const logprobs = asObject(choice.logprobs)?.content;
    if (Array.isArray(logprobs)) for (const one of logprobs) row.choices.push(choiceOf(asObject(one) ?? {}));
    if (text !== '') {
      this.firstAt ??= performance.now();
      row.text += text;
      this.#told({ row: this.#first + index, text, tokens: row.choices.length });
    }
    if (typeof choice.finish_reason === 'string') row.finish = finishOf(choice.finish_reason);
  }
}

/** A server cannot tell its own end from a text that it was to stop at: `stop` is both. */
const finishOf = (reason: string): FinishReason =>
  reason === 'length' ? 'tokens' : reason === 'content_filter' ? 'filtered' : 'end';

const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;

/** What servers say of a token that cannot be. */
const least = -9999;

/** Servers tell texts: numbers only keep those in one place apart. */
function choiceOf(one: Record<string, unknown>): TokenChoice {
  const named = (value: Record<string, unknown>, token: number) => ({
    token,
    text: textOr(value.token),
    logprob: typeof value.logprob === 'number' ? Math.max(least, Math.min(0, value.logprob)) : least,
  });
  const others = (Array.isArray(one.top_logprobs) ? one.top_logprobs : []).map((other, i) =>
    named(asObject(other) ?? {}, -1 - i),
  );
  const own = others.find(({ text }) => text === textOr(one.token));
  return { ...named(one, own?.token ?? -1 - others.length), likeliest: others };
}
