import * as v from 'valibot';
import type { SplitName } from '../dataset.ts';
import type { ErrorFacts } from '../errors.ts';
import type { GenerationSettings, WrittenText } from '../generation.ts';
import {
  isId,
  type CompletionId,
  type EvaluationId,
  type GridId,
  type JobId,
  type PromptId,
  type VersionId,
} from '../ids.ts';
import type { CheckScore, PromptTest } from './checks.ts';
import type { Expansion, Meaning } from './expand.ts';
import {
  generationSettingsSchema,
  languageModelRefSchema,
  type CompletionFacts,
  type LanguageModelRef,
} from './prompt.ts';
import type { Turn } from './turns.ts';
import type { Verdict } from './verdict.ts';

/** Prompts × models × settings, asked for each of a number of rows. */

export const mostGridRows = 10_000;
export const mostGridCells = 50_000;
export const mostGridColumns = 64;

export interface GridColumn {
  prompt: PromptId;
  promptName: string;
  version: number;
  model: LanguageModelRef;
  modelName: string;
  settings: GenerationSettings;
  /** Of a prompt that shows examples: what it stood for when the grid was made. Not told in lists. */
  meaning?: Meaning & Pick<Expansion, 'includes'>;
}

/** Values by name. Those that a prompt does not name say what its answer should be, or nothing. */
export type GridRow = Record<string, string>;

/** `leaked`: how many of the rows stand among the examples that a prompt shows. */
export type GridSource = { leaked?: number } & (
  | { kind: 'version'; version: VersionId; name: string; number: number; split: SplitName | null }
  | { kind: 'file'; name: string }
  /** The values on the bench. */
  | { kind: 'bench' }
);

export interface GridSummary {
  id: GridId;
  name: string;
  createdAt: number;
  columns: GridColumn[];
  source: GridSource;
  rows: number;
  finished: number;
  /** Of these, answers that were there already. */
  cached: number;
  failed: number;
  rated: number;
  compared: number;
  /** What fills it, while it does. */
  job: JobId | null;
  archived: boolean;
}
export const cellsOf = ({ columns, rows }: Pick<GridSummary, 'columns' | 'rows'>): number => columns.length * rows;

export interface GridDetail {
  summary: GridSummary;
  /** Names of the rows' values, in their order. */
  names: string[];
}

/** As a table shows it. */
export interface GridCell {
  status: 'waiting' | 'finished' | 'failed';
  /** Of a long answer its beginning. */
  text: string;
  cut: boolean;
  cached: boolean;
  error: ErrorFacts | null;
  rating: number | null;
}
export interface GridPage {
  offset: number;
  rows: { values: GridRow; cells: GridCell[]; preferences: GridPreference[] }[];
}
export const mostGridPage = 200;
/** Characters of a cell and of a value in a page. */
export const shownCell = 400;

/** An answer with all that it came of. */
export interface GridAnswer extends Omit<GridCell, 'cut'> {
  completion: CompletionId | null;
  given: string | null;
  facts: CompletionFacts | null;
  tokens: number | null;
  /** Of a model that writes none. */
  verdict: Verdict | null;
}

export const preferences = ['A', 'B', 'tie', 'both bad'] as const;
export type Preference = (typeof preferences)[number];
export interface GridPreference {
  /** Columns; `first` is A. */
  first: number;
  second: number;
  choice: Preference;
}
/** The other way round. */
export const mirrored = (choice: Preference): Preference => (choice === 'A' ? 'B' : choice === 'B' ? 'A' : choice);

/** Which rows a grid is made for, as the window asks for them. */
export const rowSourceSchema = v.union([
  v.object({
    version: v.custom<VersionId>((x) => typeof x === 'string' && isId('version', x)),
    split: v.nullable(v.picklist(['train', 'validation', 'test'])),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostGridRows)),
  }),
  /** A file that was chosen: what `grids.chooseRows` called it. */
  v.object({ file: v.pipe(v.string(), v.maxLength(100)) }),
  v.object({ bench: v.custom<PromptId>((x) => typeof x === 'string' && isId('prompt', x)) }),
]);
export type RowSource = v.InferOutput<typeof rowSourceSchema>;

export const gridWishSchema = v.object({
  /** Without a version: the draft, of which one is made. */
  prompts: v.pipe(
    v.array(
      v.object({
        prompt: v.custom<PromptId>((x) => typeof x === 'string' && isId('prompt', x)),
        version: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
      }),
    ),
    v.minLength(1),
    v.maxLength(mostGridColumns),
  ),
  models: v.pipe(v.array(languageModelRefSchema), v.minLength(1), v.maxLength(mostGridColumns)),
  settings: v.pipe(v.array(generationSettingsSchema), v.minLength(1), v.maxLength(mostGridColumns)),
  name: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(200))),
});
export type GridWish = v.InferOutput<typeof gridWishSchema>;

/** One cell that is to be written; `index` is what it is told by. */
export interface GridTask {
  index: number;
  /** Of `models`. */
  model: number;
  /** Of `settings`. */
  settings: number;
  /** A text to go on with, or turns. */
  prompt: string | Turn[];
  asked: string;
}
/** All that is asked but of which models. */
export interface GridAsked {
  settings: GenerationSettings[];
  /** Those of a model stand together. */
  tasks: GridTask[];
  /** What was asked already, and of which models (see `completions.model`). */
  known: Record<string, string[]>;
  threads: number;
}
export interface GridResult {
  written: number;
}

/** What came of a task. `model`: what identifies the model, as it was read. */
export type GridNews = { index: number } & (
  | { model: string; answer: { given: string; text: WrittenText; facts: CompletionFacts } }
  /** It was asked before, in this grid or another. */
  | { model: string; answer: null }
  | { error: ErrorFacts }
);

export interface Evaluation {
  id: EvaluationId;
  prompt: PromptId;
  version: number;
  grid: GridId;
  modelName: string;
  settings: GenerationSettings;
  createdAt: number;
  source: GridSource;
  rows: number;
  /** Of the rows: two with the same can be compared. */
  sha256: string;
  test: PromptTest;
  scores: CheckScore[];
  passed: boolean;
}
/** Without what each row came to. */
export type EvaluationSummary = Omit<Evaluation, 'scores'> & { scores: Omit<CheckScore, 'each'>[] };

/** What a comparison looks at. */
export type ComparedTest = Pick<Evaluation, 'sha256' | 'test' | 'scores'>;
export interface EvaluationComparison {
  /** Of the checks that both have. */
  checks: {
    kind: CheckScore['kind'];
    first: number;
    second: number;
    rows: number;
    /** Rows that only the one has right; null where a measure is compared. */
    onlyFirst: number | null;
    onlySecond: number | null;
    /** Of the second's mean less the first's, 95 %; null where right and wrong are compared. */
    interval: [low: number, high: number] | null;
    /** Two-sided: McNemar's exact test, or the paired bootstrap. */
    p: number;
  }[];
}
