import * as v from 'valibot';
import { AtelierError } from '../errors.ts';
import { isId, type LanguageModelId, type RunId } from '../ids.ts';
import { filled } from './fill.ts';
import { languageModelRefSchema } from './prompt.ts';

/** What answers of a prompt are held to. */

/** Where a row says what its answer should be: one of its columns, or a text with `{{names}}` of them. */
const wantedSchema = v.union([
  v.object({ column: v.pipe(v.string(), v.minLength(1), v.maxLength(1000)) }),
  v.object({ text: v.pipe(v.string(), v.maxLength(100_000)) }),
]);
export type Wanted = v.InferOutput<typeof wantedSchema>;

const folderSchema = v.custom<LanguageModelId>((x) => typeof x === 'string' && isId('model', x));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const mostScriptLength = 20_000;

export const checkSchema = v.variant('kind', [
  v.object({ kind: v.picklist(['exact', 'contains', 'regex']), wanted: wantedSchema }),
  v.object({ kind: v.literal('number'), wanted: wantedSchema, tolerance: v.pipe(v.number(), v.minValue(0)) }),
  v.object({ kind: v.literal('json') }),
  v.object({ kind: v.literal('schema'), schema: v.unknown() }),
  v.object({ kind: v.picklist(['bleu', 'chrf', 'rouge-l', 'similarity']), wanted: wantedSchema }),
  /** An expression or the body of a function of `output`, `vars` and `expected`: true, false or a number from 0 to 1. */
  v.object({
    kind: v.literal('javascript'),
    script: v.pipe(v.string(), v.maxLength(mostScriptLength)),
    wanted: v.optional(wantedSchema),
  }),
  /** The class that a run trained here, or a classifier's folder, gives the answer. */
  v.object({
    kind: v.literal('classifier'),
    run: v.custom<RunId>((x) => typeof x === 'string' && isId('run', x)),
    wanted: wantedSchema,
  }),
  v.object({ kind: v.literal('classifier'), folder: folderSchema, wanted: wantedSchema }),
  /** How alike answer and expected text are in meaning, by the folder of an encoder: the cosine of their embeddings, 0 where it is below. */
  v.object({ kind: v.literal('embedding'), folder: folderSchema, wanted: wantedSchema }),
  /** Another model says from 1 to 5 how well the answer does what the rubric asks. */
  v.object({
    kind: v.literal('judge'),
    model: languageModelRefSchema,
    rubric: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(10_000)),
  }),
]);
export type PromptCheck = v.InferOutput<typeof checkSchema>;
export type CheckKind = PromptCheck['kind'];
/** Those that compare texts alone. */
export const answerChecks = [
  'exact',
  'contains',
  'regex',
  'number',
  'json',
  'schema',
  'bleu',
  'chrf',
  'rouge-l',
  'similarity',
] as const satisfies readonly CheckKind[];
export type AnswerCheck = (typeof answerChecks)[number];
export const checkKinds = [
  ...answerChecks,
  'embedding',
  'javascript',
  'classifier',
  'judge',
] as const satisfies readonly CheckKind[];

export const testSchema = v.object({
  checks: v.pipe(v.array(checkSchema), v.maxLength(20)),
  /** Each check's score must come up to it; null: nothing is held up. */
  gate: v.nullable(share),
});
export type PromptTest = v.InferOutput<typeof testSchema>;
export const noTest: PromptTest = { checks: [], gate: null };

/** How answers did by one check. */
export interface CheckScore {
  kind: CheckKind;
  /** [0, 1]: the share of answers that pass, or the measure over all of them. */
  score: number;
  /** Of each row, in their order: [0, 1], null where there is no answer to look at. */
  each: (number | null)[];
  /** Why a row could not be looked at by this check: at most a few. */
  problems: { row: number; message: string }[];
}

/** Those that pass or fail; others measure. */
const passing: readonly CheckKind[] = ['exact', 'contains', 'regex', 'number', 'json', 'schema', 'classifier'];
/** Whether two versions' answers are compared as right and wrong, not by how much. */
export const isPassed = ({ kind, each }: Pick<CheckScore, 'kind' | 'each'>): boolean =>
  passing.includes(kind) || (kind === 'javascript' && each.every((one) => one === null || one === 0 || one === 1));

/** What the gate looks at: the least of the checks' scores; 0 where there is none. */
export const leastScore = (scores: readonly Pick<CheckScore, 'score'>[]): number =>
  scores.length === 0 ? 0 : Math.min(...scores.map(({ score }) => score));

export const passesGate = (scores: readonly Pick<CheckScore, 'score'>[], gate: number | null): boolean =>
  gate === null || leastScore(scores) >= gate;

/** Whether a check is of the same thing as another, so that their scores can be compared. */
export const sameCheck = (a: PromptCheck, b: PromptCheck): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a row's answer should be. Throws `no_expected`. */
export function wantedOf(wanted: Wanted, row: Readonly<Record<string, string>>): string {
  if ('text' in wanted) return filled(wanted.text, row);
  if (Object.hasOwn(row, wanted.column)) return row[wanted.column];
  throw new AtelierError(
    'no_expected',
    `A row has no "${wanted.column}", which says what its answer should be. It has: ${Object.keys(row).slice(0, 20).join(', ')}.`,
  );
}
