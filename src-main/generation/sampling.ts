import type { SamplingSettings } from '../shared/generation.ts';
import type { Random } from '../shared/random.ts';
import { largest } from './largest.ts';

/** What came before. */
export interface Before {
  /** Prompt and what was written, which the repetition penalty counts. */
  all: ReadonlySet<number>;
  /** How often each token was written since the prompt, which presence and frequency penalties count. */
  written: ReadonlyMap<number, number>;
}

export const nothingBefore: Before = { all: new Set(), written: new Map() };

/** Tokens that may be drawn, likeliest first, and how probable each is; together 1. */
export interface Candidates {
  tokens: Int32Array;
  probabilities: Float64Array;
}

/** Which tokens may come at all; null for all of them. */
export type Allowed = ((token: number) => boolean) | null;

/** Throws RangeError where none is allowed. */
export function candidates(
  logits: Float32Array,
  settings: SamplingSettings,
  before: Before = nothingBefore,
  allowed: Allowed = null,
): Candidates {
  const scores = penalized(logits, settings, before, allowed);
  if (settings.temperature === 0) {
    return { tokens: Int32Array.of(likeliest(scores)), probabilities: Float64Array.of(1) };
  }
  return kept(weighted(scores, settings.temperature), settings);
}

/** `draw` of `candidates`, without putting a whole vocabulary in order for one token. Throws RangeError where none is allowed. */
export function sampled(
  logits: Float32Array,
  settings: SamplingSettings,
  before: Before,
  allowed: Allowed,
  random: Random,
): number {
  if (settings.temperature === 0) {
    // Chance goes on alike whatever is asked.
    random.uniform();
    return likeliest(isPlain(settings, allowed) ? logits : penalized(logits, settings, before, allowed));
  }
  const scores = penalized(logits, settings, before, allowed);
  const weights = weighted(scores, settings.temperature);
  const { topK, topP, minP } = settings;
  if (topK > 0 || topP < 1 || minP > 0) return draw(kept(weights, settings), random);
  return drawFromAll(weights, random);
}

/** What is drawn is most often among the likeliest: as many are put in order as it takes. */
function drawFromAll({ each, total }: Weights, random: Random): number {
  let left = random.uniform() * total;
  for (let [count, seen] = [first, 0]; ; count *= 4) {
    const tokens = largest(each, Math.min(count, each.length));
    for (; seen < tokens.length; seen++) {
      left -= each[tokens[seen]];
      if (left < 0) return tokens[seen];
    }
    // What rounding has left over.
    if (seen === each.length) return tokens[0];
  }
}

/** One of them. */
export function draw({ tokens, probabilities }: Candidates, random: Random): number {
  let left = random.uniform();
  for (let i = 0; i < tokens.length; i++) {
    left -= probabilities[i];
    if (left < 0) return tokens[i];
  }
  // What rounding has left over.
  return tokens[0];
}

/** Logarithms of the probabilities that the model itself gives, whatever is asked for: log softmax. */
export function logProbabilities(logits: Float32Array | Float64Array): Float64Array {
  // Walked by number: a vocabulary is long, and this is done for each token.
  let most = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i] > most) most = logits[i];
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i] - most);
  const shift = most + Math.log(total);
  const scores = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) scores[i] = logits[i] - shift;
  return scores;
}

/** The likeliest tokens, likeliest first. */
export const likeliestTokens = (scores: Float64Array, count: number): Int32Array => largest(scores, count);

/** Nothing is done to the logits. */
const isPlain = (settings: SamplingSettings, allowed: Allowed): boolean =>
  allowed === null &&
  settings.repetitionPenalty === 1 &&
  settings.presencePenalty === 0 &&
  settings.frequencyPenalty === 0;

/** As new numbers. Logarithms of probabilities may stand for logits. */
export function penalized(
  logits: Float32Array | Float64Array,
  settings: SamplingSettings,
  { all, written }: Before,
  allowed: Allowed = null,
): Float64Array {
  const scores = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) scores[i] = Number.isNaN(logits[i]) ? -Infinity : logits[i];
  const { repetitionPenalty, presencePenalty, frequencyPenalty } = settings;
  if (repetitionPenalty !== 1) {
    for (const token of all) scores[token] *= scores[token] > 0 ? 1 / repetitionPenalty : repetitionPenalty;
  }
  if (presencePenalty !== 0 || frequencyPenalty !== 0) {
    for (const [token, times] of written) scores[token] -= presencePenalty + times * frequencyPenalty;
  }
  if (allowed) for (let i = 0; i < scores.length; i++) if (!allowed(i)) scores[i] = -Infinity;
  return scores;
}

/** Of equal ones that with the lowest number; NaN is none. Throws RangeError where none is allowed. */
function likeliest(scores: Float64Array | Float32Array): number {
  let best = -1;
  let most = -Infinity;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] > most) {
      most = scores[i];
      best = i;
    }
  }
  if (best < 0) throw new RangeError('No token is allowed.');
  return best;
}

/** How probable each token is, times `total`. */
interface Weights {
  each: Float64Array;
  total: number;
}

/** In the place of the scores. */
function weighted(scores: Float64Array, temperature: number): Weights {
  const most = scores[likeliest(scores)];
  let total = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = Math.exp((scores[i] - most) / temperature);
    total += scores[i];
  }
  return { each: scores, total };
}

/** All of a large vocabulary are seldom wanted: as many as it takes, at first so many. */
const first = 64;

function kept(weights: Weights, settings: SamplingSettings): Candidates {
  const tokens = filtered(weights, settings);
  const probabilities = Float64Array.from(tokens, (token) => weights.each[token]);
  const sum = probabilities.reduce((all, one) => all + one, 0);
  for (let i = 0; i < probabilities.length; i++) probabilities[i] /= sum;
  return { tokens, probabilities };
}

function filtered({ each: weights, total }: Weights, { topK, topP, minP }: SamplingSettings): Int32Array {
  const most = topK > 0 ? Math.min(topK, weights.length) : weights.length;
  let tokens = largest(weights, topP < 1 || minP > 0 ? Math.min(most, first) : most);
  const mass = topK > 0 && topP < 1 ? sumOf(weights, largest(weights, most)) : total;
  for (;;) {
    const end = enough(weights, tokens, mass, topP, minP);
    if (end !== null) return tokens.subarray(0, end);
    if (tokens.length === most) return tokens;
    tokens = largest(weights, Math.min(most, tokens.length * 4));
  }
}

const sumOf = (weights: Float64Array, tokens: Int32Array): number =>
  tokens.reduce((sum, token) => sum + weights[token], 0);

/** After how many of these, likeliest first, the rest is left out; null where that is further on. */
function enough(weights: Float64Array, tokens: Int32Array, mass: number, topP: number, minP: number): number | null {
  const least = Math.max(Number.MIN_VALUE, minP * weights[tokens[0]]);
  let sum = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (i > 0 && weights[tokens[i]] < least) return i;
    sum += weights[tokens[i]];
    if (topP < 1 && sum >= topP * mass) return i + 1;
  }
  return null;
}
