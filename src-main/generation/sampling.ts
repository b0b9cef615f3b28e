import type { SamplingSettings } from '../shared/generation.ts';
import type { Random } from '../shared/random.ts';
import { largest } from './largest.ts';

export const plainSampling: SamplingSettings = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
};

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

/** @param allowed which tokens may come at all; null for all of them. Throws RangeError where it allows none. */
export function candidates(
  logits: Float32Array,
  settings: SamplingSettings,
  before: Before = nothingBefore,
  allowed: ((token: number) => boolean) | null = null,
): Candidates {
  const scores = penalized(logits, settings, before);
  if (allowed) for (let i = 0; i < scores.length; i++) if (!allowed(i)) scores[i] = -Infinity;
  let most = -Infinity;
  for (const score of scores) if (score > most) most = score;
  if (!(most > -Infinity)) throw new RangeError('No token is allowed.');
  if (settings.temperature === 0) {
    return { tokens: Int32Array.of(scores.indexOf(most)), probabilities: Float64Array.of(1) };
  }
  let total = 0;
  const weights = scores;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = Math.exp((weights[i] - most) / settings.temperature);
    total += weights[i];
  }
  const tokens = kept(weights, total, settings);
  const probabilities = Float64Array.from(tokens, (token) => weights[token]);
  const sum = probabilities.reduce((all, one) => all + one, 0);
  for (let i = 0; i < probabilities.length; i++) probabilities[i] /= sum;
  return { tokens, probabilities };
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
export function logProbabilities(logits: Float32Array): Float64Array {
  let most = -Infinity;
  for (const logit of logits) if (logit > most) most = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - most);
  const shift = most + Math.log(total);
  return Float64Array.from(logits, (logit) => logit - shift);
}

/** The likeliest tokens, likeliest first. */
export const likeliestTokens = (scores: Float64Array, count: number): Int32Array => largest(scores, count);

function penalized(logits: Float32Array, settings: SamplingSettings, { all, written }: Before): Float64Array {
  const scores = Float64Array.from(logits, (logit) => (Number.isNaN(logit) ? -Infinity : logit));
  const { repetitionPenalty, presencePenalty, frequencyPenalty } = settings;
  if (repetitionPenalty !== 1) {
    for (const token of all) scores[token] *= scores[token] > 0 ? 1 / repetitionPenalty : repetitionPenalty;
  }
  if (presencePenalty !== 0 || frequencyPenalty !== 0) {
    for (const [token, times] of written) scores[token] -= presencePenalty + times * frequencyPenalty;
  }
  return scores;
}

function kept(weights: Float64Array, total: number, { topK, topP, minP }: SamplingSettings): Int32Array {
  const most = topK > 0 ? Math.min(topK, weights.length) : weights.length;
  // All of a large vocabulary are seldom wanted: as many as it takes, at first a few.
  let tokens = largest(weights, topP < 1 || minP > 0 ? Math.min(most, 64) : most);
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
