import { AtelierError } from './errors.ts';
import type { Verdict } from './prompt/verdict.ts';

/**
 * How the next token is chosen from a model's logits. Applied in this order, which is that of Hugging Face's transformers: penalties, what is
 * allowed, temperature, top-k, top-p, min-p.
 */
export interface SamplingSettings {
  /** ≥ 0; 0: always the likeliest token. */
  temperature: number;
  /** Only the k likeliest; 0 for all. Of equal ones those with lower numbers. */
  topK: number;
  /** (0, 1]; only the fewest that are together at least so probable (Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020). */
  topP: number;
  /** [0, 1]; none less probable than this share of the likeliest (Nguyen et al., "Turning Up the Heat: Min-p Sampling", 2024). */
  minP: number;
  /** > 0, 1 for none: positive logits of tokens that are there are divided by it, others multiplied (Keskar et al., "CTRL", 2019). */
  repetitionPenalty: number;
  /** Taken from the logit of each token written so far, once; may be negative. As in OpenAI's interface. */
  presencePenalty: number;
  /** The same, for each time that it was written. */
  frequencyPenalty: number;
}

/** How text is written by a language model. */
export interface GenerationSettings extends SamplingSettings {
  /** Tokens at most. */
  maxTokens: number;
  seed: number;
  /** So many texts, each by chance of its own. */
  n: number;
  /** > 1: the likeliest text as a search finds that keeps so many at a time; nothing is drawn. */
  beams: number;
  /** No run of so many tokens comes twice, what stood before the text counted; 0 or left out: any may. */
  noRepeat?: number;
  /** The model does not end a text before so many tokens. */
  minTokens?: number;
  /** Of a search: texts are compared by their log probability divided by their length to the power of it; 1 where left out: by the mean. */
  lengthPenalty?: number;
  /**
   * Of a search: whether it ends with as many finished texts as it keeps. False or left out: once no other one could become better at its present
   * length; `never`: at any length.
   */
  earlyStopping?: boolean | 'never';
  /** Writing ends before any of these. */
  stop: string[];
  /** Of each token, so many of the likeliest in its place; 0 for none, not even its own. */
  logprobs: number;
  /** What the text is held to; null: to nothing. */
  form: { kind: 'json'; schema: unknown } | { kind: 'regex'; pattern: string } | null;
}

export const usualGeneration: GenerationSettings = {
  maxTokens: 128,
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  seed: 0,
  n: 1,
  beams: 1,
  stop: [],
  logprobs: 0,
  form: null,
};

/** A search finds no more answers than it has beams. */
export const tooFewBeams = ({ n, beams }: Pick<GenerationSettings, 'n' | 'beams'>): boolean => beams > 1 && n > beams;

/** Throws `too_few_beams`. */
export function requireBeams(settings: Pick<GenerationSettings, 'n' | 'beams'>): void {
  if (!tooFewBeams(settings)) return;
  const { n, beams } = settings;
  throw new AtelierError(
    'too_few_beams',
    `A search with ${beams} beams finds ${beams} answers, and ${n} are asked for. Ask for ${beams}, or search with ${n} beams.`,
  );
}

/** `end`: the model ended it. `stop`: a stop text came. `form`: what it is held to is whole. `context`: the model sees no more. `filtered`: a service withheld the rest. */
export type FinishReason = 'end' | 'stop' | 'form' | 'tokens' | 'context' | 'stopped' | 'filtered';

/** One token in its place. Probabilities are the model's own, whatever was asked for. */
export interface TokenChoice {
  /** Below 0 of a model elsewhere, which tells texts and no numbers: only tells those in one place apart. */
  token: number;
  text: string;
  /** Natural logarithm. */
  logprob: number;
  likeliest: { token: number; text: string; logprob: number }[];
}

export interface WrittenText {
  text: string;
  tokens: number[];
  finish: FinishReason;
  /** Of a model that tells something of a text, and writes none: `text` is what it comes to in short. */
  verdict?: Verdict;
  /** With `logprobs` only. */
  choices: TokenChoice[] | null;
}

/** How likely a model finds a text. */
export interface TextLikelihood {
  /** Tokens that were foretold: without the first one, of which nothing stands before. */
  tokens: number;
  /** Code points of the text that they stand for. */
  characters: number;
  /** Mean negative natural logarithm of each token's probability. */
  loss: number;
  /** e to the power of `loss`. */
  perplexity: number;
  bitsPerCharacter: number;
  /** With `logprobs` only. */
  choices: TokenChoice[] | null;
}

/** What was added to one of the texts; all of them together are its text. */
export interface WrittenPart {
  row: number;
  text: string;
  tokens: number;
}
