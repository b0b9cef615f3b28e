import * as v from 'valibot';
import type { Column } from './dataset.ts';
import { Random } from './random.ts';

/** Judging what was generated: which of two answers to a prompt is better, or how good one is. */

export type JudgedKind = 'pair' | 'rating';

/** The columns that are judged: of a pair two answers, of a rating one. */
export interface Judged {
  /** Null: answers that stand by themselves. */
  prompt: string | null;
  answers: string[];
}

const columnName = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));
/** What is left out is guessed: see `guessJudged`. */
export const judgedWishSchema = v.object({
  prompt: v.optional(v.nullable(columnName)),
  answers: v.optional(v.pipe(v.array(columnName), v.minLength(1), v.maxLength(2))),
});
export type JudgedWish = v.InferOutput<typeof judgedWishSchema>;

export const answersOf: Record<JudgedKind, 1 | 2> = { pair: 2, rating: 1 };

/**
 * The classes of a judged labelling, by id from 1: they are always these. Of pairs A is the first column of answers, B the second, wherever they
 * are shown; ratings go from bad to excellent, as in ITU-T P.800.
 */
export const judgedClasses: Record<JudgedKind, readonly string[]> = {
  pair: ['A', 'B', 'tie', 'both bad'],
  rating: ['1', '2', '3', '4', '5'],
};

/** As the labelling's row has it: the same columns are the same text. */
export const packJudged = ({ prompt, answers }: Judged): string => JSON.stringify({ prompt, answers });
export const unpackJudged = (text: string): Judged => JSON.parse(text) as Judged;

/**
 * Whether the second answer of a sample is shown on the left. Drawn by lot for each sample of each labelling, so that who prefers a side prefers
 * no column; `seed`: the labelling's id.
 */
export function isSwapped(seed: string, sample: number): boolean {
  let hash = 2166136261;
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 16777619);
  return new Random(hash >>> 0, sample).below(2) === 1;
}

const promptNames = /^(prompt|instruction|question|query|input|context|request|user)s?$/i;
const answerWord = '(?:answer|response|completion|output|generation|reply|continuation|text|model)';
const pairNames: readonly [RegExp, RegExp][] = [
  [new RegExp(`^${answerWord}[ _-]?a$`, 'i'), new RegExp(`^${answerWord}[ _-]?b$`, 'i')],
  [new RegExp(`^${answerWord}[ _-]?1$`, 'i'), new RegExp(`^${answerWord}[ _-]?2$`, 'i')],
  [new RegExp(`^${answerWord}[ _-]?0$`, 'i'), new RegExp(`^${answerWord}[ _-]?1$`, 'i')],
  [/^chosen$/i, /^rejected$/i],
  [/^a$/i, /^b$/i],
];
const answerNames = /^(answer|response|completion|output|generation|reply|continuation|chosen|text)s?$/i;

/** The column of prompts, by its name; null where none is called so. */
export const guessPrompt = (columns: readonly Pick<Column, 'name'>[]): string | null =>
  columns.find(({ name }) => promptNames.test(name))?.name ?? null;

/** Which columns are judged, by their names, else by how many hold texts; null where that does not tell. What was given stays. */
export function guessJudged(
  columns: readonly Pick<Column, 'name' | 'type'>[],
  kind: JudgedKind,
  given: JudgedWish = {},
): Judged | null {
  const names = columns.map(({ name }) => name);
  const texts = columns.filter(({ type }) => type === 'text').map(({ name }) => name);
  const free = (name: string | undefined): name is string =>
    name !== undefined && name !== given.prompt && !given.answers?.includes(name);
  const named = given.prompt ?? guessPrompt(columns.filter(({ name }) => free(name)));
  const answers = given.answers ?? namedAnswers(names.filter(free), kind);
  if (answers) {
    const left = texts.filter((name) => free(name) && !answers.includes(name));
    const prompt = named ?? (left.length === 1 ? left[0] : null);
    return { prompt: given.prompt === undefined ? prompt : given.prompt, answers };
  }
  const left = texts.filter((name) => free(name) && name !== named);
  const wanted = answersOf[kind];
  if (left.length === wanted) return { prompt: given.prompt === undefined ? named : given.prompt, answers: left };
  if (named === null && given.prompt === undefined && left.length === wanted + 1)
    return { prompt: left[0], answers: left.slice(1) };
  return null;
}

function namedAnswers(names: readonly string[], kind: JudgedKind): string[] | null {
  if (kind === 'rating') {
    const found = names.find((name) => answerNames.test(name));
    return found === undefined ? null : [found];
  }
  for (const [a, b] of pairNames) {
    const pair = [names.find((name) => a.test(name)), names.find((name) => b.test(name))];
    if (pair[0] !== undefined && pair[1] !== undefined) return [pair[0], pair[1]];
  }
  return null;
}
