import { logProbabilities } from './sampling.ts';

/** What a model's own description (generation_config.json) forbids and demands of whatever it writes, by token numbers. */
export interface ModelRules {
  /** Never. */
  never: readonly number[];
  /** Never one after another: the last of them not after the others. */
  phrases: readonly (readonly number[])[];
  /** Not as the first. */
  notFirst: readonly number[];
  /** What the last token that there is room for has to be. */
  last: number | null;
  /** Probabilities are those among what is left: a search's sums are then of these. */
  renormalized: boolean;
}

export const noRules: ModelRules = { never: [], phrases: [], notFirst: [], last: null, renormalized: false };

/** What is asked beside. */
export interface AskedRules {
  /** As many tokens one after another as are there already may not come again; 0: any may. */
  noRepeat?: number;
  /** No text ends before so many. */
  minTokens?: number;
}

/** Where a text stands. */
export interface Place {
  /** All tokens that the model has seen of it, what it was given first. */
  tokens: readonly number[];
  /** Of these those that were written. */
  written: number;
  /** So many at most. */
  most: number;
}

/** Whether any rule could forbid anything. */
export const isRuled = (rules: ModelRules, { noRepeat = 0, minTokens = 0 }: AskedRules): boolean =>
  noRepeat > 0 || minTokens > 0 || rules.last !== null || forbidsAny(rules);

const forbidsAny = ({ never, phrases, notFirst }: ModelRules): boolean =>
  never.length + phrases.length + notFirst.length > 0;

/**
 * Sets what may not come next to -Infinity, in place; all of it stays where nothing would be left. As Hugging Face's generation does by
 * no_repeat_ngram_size, bad_words_ids, min_length, forced_eos_token_id, suppress_tokens and begin_suppress_tokens.
 */
export function forbid(
  scores: Float32Array | Float64Array,
  rules: ModelRules,
  { noRepeat = 0, minTokens = 0 }: AskedRules,
  ends: ReadonlySet<number>,
  { tokens, written, most }: Place,
): void {
  const none = new Set<number>(rules.never);
  if (noRepeat > 0) for (const token of repeating(tokens, noRepeat)) none.add(token);
  for (const phrase of rules.phrases) if (endsWith(tokens, phrase.slice(0, -1))) none.add(phrase[phrase.length - 1]);
  if (written < minTokens) for (const token of ends) none.add(token);
  if (written === 0) for (const token of rules.notFirst) none.add(token);
  const { last } = rules;
  if (last !== null && written === most - 1 && last < scores.length) {
    const score = scores[last];
    scores.fill(-Infinity)[last] = Number.isFinite(score) ? score : 0;
    return;
  }
  if (scores.every((score, token) => none.has(token) || !(score > -Infinity))) return;
  for (const token of none) if (token < scores.length) scores[token] = -Infinity;
}

/** The same for a search: logarithms of probabilities, of which a demanded one costs nothing. */
export function forbidInSearch(
  scores: Float64Array,
  rules: ModelRules,
  asked: AskedRules,
  ends: ReadonlySet<number>,
  place: Place,
): Float64Array {
  forbid(scores, rules, asked, ends, place);
  if (rules.last !== null && place.written === place.most - 1) scores[rules.last] = 0;
  return rules.renormalized ? logProbabilities(scores) : scores;
}

/** What came after the same tokens before. */
function* repeating(tokens: readonly number[], count: number): Generator<number> {
  const begin = tokens.length - count + 1;
  for (let at = 0; at + count <= tokens.length; at++) {
    let same = 0;
    while (same < count - 1 && tokens[at + same] === tokens[begin + same]) same++;
    if (same === count - 1) yield tokens[at + count - 1];
  }
}

const endsWith = (tokens: readonly number[], phrase: readonly number[]): boolean =>
  phrase.length <= tokens.length && phrase.every((token, i) => token === tokens[tokens.length - phrase.length + i]);
