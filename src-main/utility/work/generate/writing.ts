import type { NextToken } from '../../../runtime/next-token.ts';
import { forbid, isRuled, noRules, type ModelRules } from '../../../generation/rules.ts';
import { Constraint } from '../../../generation/constraint.ts';
import { likeliestTokens, logProbabilities, sampled } from '../../../generation/sampling.ts';
import { TextWriter, type TokenReader } from '../../../generation/text-writer.ts';
import type { TokenTrie } from '../../../generation/token-trie.ts';
import type { Grammar, Language } from '../../../generation/grammar/grammar.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type {
  FinishReason,
  GenerationSettings,
  TokenChoice,
  WrittenPart,
  WrittenText,
} from '../../../shared/generation.ts';
import { Random, streams } from '../../../shared/random.ts';
import { requireRoom } from './prompt-length.ts';

/** A model with what is needed to read and to write with it. */
export interface Writer {
  model: NextToken;
  reader: TokenReader;
  /** A text of its own is written, not more of the prompt. */
  begins?: boolean;
  /** Tokens that end a text. */
  ends: ReadonlySet<number>;
  /** What the model forbids and demands of it. */
  rules?: ModelRules;
  /** Of the tokens that it is given so many count as written: those that it has to begin with. */
  forced?: number;
  /** Tokens that it sees at most, prompt and text together. */
  context: number;
}

export interface WritingHooks {
  told(part: WrittenPart): void;
  /** Lets messages in; throws where it was cancelled. */
  pause(): Promise<void>;
  /** Somebody has read enough. */
  stopRequested(): boolean;
}

/** What texts are held to, and the vocabulary by its bytes. */
export interface Form {
  grammar: { grammar: Grammar; language: Language };
  trie: TokenTrie;
}

export interface Written {
  texts: WrittenText[];
  /** Milliseconds from the prompt to the first token. */
  firstTokenMs: number;
  /** All texts together, after the first token. */
  tokensPerSecond: number;
}

/** One of the texts while it is written. */
interface Row {
  readonly index: number;
  readonly random: Random;
  readonly writer: TextWriter;
  readonly constraint: Constraint | null;
  readonly before: { all: Set<number>; written: Map<number, number> };
  readonly tokens: number[];
  readonly choices: TokenChoice[];
  finish: FinishReason | null;
}

/**
 * Writes `n` texts after a prompt, side by side, each drawn by chance of its own. Throws `prompt_too_long`.
 * @param begun tokens that they all begin with, whatever the model would rather say; they count among those written
 */
export async function write(
  { model, reader, ends, context, begins = false, rules = noRules }: Writer,
  prompt: readonly number[],
  settings: GenerationSettings,
  form: Form | null,
  hooks: WritingHooks,
  begun: readonly number[] = [],
): Promise<Written> {
  requireRoom({ tokens: prompt.length }, context);
  const most = Math.min(settings.maxTokens, context - prompt.length);
  const rows = Array.from({ length: settings.n }, (_, index): Row => ({
    index,
    random: new Random(settings.seed, streams.write, index),
    writer: new TextWriter(reader, settings.stop, begins),
    constraint: form && new Constraint(form.grammar, form.trie, reader.bytes!),
    before: { all: new Set(prompt), written: new Map() },
    tokens: [],
    choices: [],
    finish: null,
  }));
  const began = performance.now();
  let firstTokenMs = 0;
  let count = 0;
  model.reset();
  let alive = rows;
  for (let fed: number[][] = [[...prompt]]; ;) {
    const logits = await model.feed(fed);
    for (const [i, row] of alive.entries()) {
      // From the prompt all go on alike.
      advance(row, logits[fed.length === 1 ? 0 : i], { settings, reader, ends, rules, prompt, most, hooks, begun });
      count++;
    }
    firstTokenMs ||= performance.now() - began;
    await hooks.pause();
    if (hooks.stopRequested()) for (const row of alive) row.finish ??= 'stopped';
    const going = alive.filter(({ finish }) => finish === null);
    if (going.length === 0) break;
    model.keep(going.map((row) => (fed.length === 1 ? 0 : alive.indexOf(row))));
    alive = going;
    fed = going.map(({ tokens }) => [tokens[tokens.length - 1]]);
  }
  const seconds = (performance.now() - began - firstTokenMs) / 1000;
  return {
    texts: rows.map((row) => ended(row, settings, hooks)),
    firstTokenMs,
    tokensPerSecond: count > rows.length && seconds > 0 ? (count - rows.length) / seconds : 0,
  };
}

interface Rules {
  settings: GenerationSettings;
  reader: TokenReader;
  ends: ReadonlySet<number>;
  rules: ModelRules;
  prompt: readonly number[];
  most: number;
  hooks: WritingHooks;
  begun: readonly number[];
}

/** One token more. */
function advance(row: Row, told: Float32Array, given: Rules): void {
  const { settings, reader, ends, most, hooks, begun } = given;
  const { constraint, before, tokens, writer } = row;
  const logits = ruled(row, told, given);
  const fits = constraint?.next(most - tokens.length);
  const mayEnd = constraint?.mayEnd ?? true;
  if (fits?.size === 0) {
    row.finish = 'form';
    return;
  }
  const allowed = fits && ((token: number) => (ends.has(token) ? mayEnd : fits.has(token)));
  const token =
    tokens.length < begun.length
      ? begun[tokens.length]
      : sampled(logits, settings, before, allowed ?? null, row.random);
  if (settings.logprobs > 0) row.choices.push(choice(reader, tokens, token, told, settings.logprobs));
  if (ends.has(token)) {
    row.finish = 'end';
    return;
  }
  tokens.push(token);
  before.all.add(token);
  before.written.set(token, (before.written.get(token) ?? 0) + 1);
  const text = writer.add(token);
  if (constraint) take(constraint, token, tokens.length <= begun.length);
  if (text !== '') hooks.told({ row: row.index, text, tokens: tokens.length });
  if (writer.stopped) row.finish = 'stop';
  else if (constraint?.mustEnd) row.finish = 'form';
  else if (tokens.length >= most) row.finish = most < settings.maxTokens ? 'context' : 'tokens';
}

/** What may come, by the model's rules and what was asked. What is held to a form comes to its end as that says: only what never comes is left out. */
function ruled({ constraint, tokens }: Row, logits: Float32Array, { settings, ends, rules, prompt, most }: Rules) {
  const holds = constraint ? { ...noRules, never: rules.never } : rules;
  const asked = constraint ? {} : settings;
  if (!isRuled(holds, asked)) return logits;
  const scores = logits.slice();
  forbid(scores, holds, asked, ends, { tokens: [...prompt, ...tokens], written: tokens.length, most });
  return scores;
}

/** Throws `begin_unfit` where it is one that was given and not chosen. */
function take(constraint: Constraint, token: number, given: boolean): void {
  try {
    constraint.take(token);
  } catch (error) {
    if (!given) throw error;
    throw new AtelierError(
      'begin_unfit',
      'What the text is to begin with does not fit the form that it is held to. Begin with something else, or leave the form out.',
    );
  }
}

function ended(row: Row, { logprobs }: GenerationSettings, hooks: WritingHooks): WrittenText {
  const rest = row.writer.end();
  if (rest !== '') hooks.told({ row: row.index, text: rest, tokens: row.tokens.length });
  return {
    text: row.writer.text,
    tokens: row.tokens,
    finish: row.finish ?? 'stopped',
    choices: logprobs > 0 ? row.choices : null,
  };
}

/** What the token reads as where it stands: bytes that are half a character as their numbers. */
export function choice(
  reader: TokenReader,
  before: readonly number[],
  token: number,
  logits: Float32Array,
  count: number,
): TokenChoice {
  const scores = logProbabilities(logits);
  const named = (id: number) => ({ token: id, text: pieceText(reader, before, id), logprob: scores[id] });
  return { ...named(token), likeliest: Array.from(likeliestTokens(scores, count), named) };
}

function pieceText({ bytes, decode }: TokenReader, before: readonly number[], token: number): string {
  const own = bytes?.[token];
  if (!own) return bytes ? '' : decode([...before, token]).slice(decode(before).length);
  const text = new TextDecoder().decode(own);
  return text.includes('\ufffd') ? [...own].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('') : text;
}
