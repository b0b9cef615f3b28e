import type { FinishReason, TokenChoice, WrittenPart } from '../shared/generation.ts';
import { asObject, textOr } from './loose.ts';

interface Row {
  text: string;
  choices: TokenChoice[];
  finish: FinishReason | null;
}

/** The texts of an answer as they come, piece by piece or at once: `chat.completion.chunk`, `chat.completion` and `text_completion`. */
export class RemoteAnswer {
  readonly rows: Row[] = [];
  model: string | null = null;
  promptTokens: number | null = null;
  completionTokens: number | null = null;
  firstAt: number | null = null;
  readonly #first: number;
  readonly #most: number;
  readonly #told: (part: WrittenPart) => void;
  readonly #begin: readonly TokenChoice[];

  /** @param first the number of its first text among all; @param most so many texts are asked for; @param begin what each has already */
  constructor(first: number, most: number, told: (part: WrittenPart) => void, begin: readonly TokenChoice[] = []) {
    [this.#first, this.#most, this.#told, this.#begin] = [first, most, told, begin];
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

  #begun(index: number): Row {
    const text = this.#begin.map((one) => one.text).join('');
    if (text !== '') this.#told({ row: this.#first + index, text, tokens: this.#begin.length });
    return { text, choices: [...this.#begin], finish: null };
  }

  #takeChoice(choice: Record<string, unknown>): void {
    const index = countOf(choice.index) ?? 0;
    if (index >= this.#most) return;
    const row = (this.rows[index] ??= this.#begun(index));
    const said = asObject(choice.delta) ?? asObject(choice.message) ?? {};
    const text = textOr(said.content) + textOr(said.refusal) + textOr(choice.text);
    for (const one of choicesOf(asObject(choice.logprobs) ?? {})) row.choices.push(one);
    if (text !== '') {
      this.firstAt ??= performance.now();
      row.text += text;
      this.#told({ row: this.#first + index, text, tokens: row.choices.length });
    }
    if (typeof choice.finish_reason === 'string') row.finish = finishOf(choice.finish_reason);
  }
}

/** Of a chat a list of tokens with what else was likely, of a text lists side by side. */
function choicesOf({
  content,
  tokens,
  token_logprobs: own,
  top_logprobs: others,
}: Record<string, unknown>): TokenChoice[] {
  if (Array.isArray(content)) return content.map((one) => choiceOf(asObject(one) ?? {}));
  if (!Array.isArray(tokens)) return [];
  return tokens.map((token, i) => {
    const likely = Object.entries(asObject(Array.isArray(others) ? others[i] : null) ?? {})
      .map(([text, logprob]) => ({ token: text, logprob }))
      .sort((a, b) => Number(b.logprob) - Number(a.logprob));
    return choiceOf({ token: textOr(token), logprob: Array.isArray(own) ? own[i] : null, top_logprobs: likely });
  });
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
