import * as v from 'valibot';
import type { DatasetId, EvaluationId, GridId, JobId } from '../ids.ts';
import { isId } from '../ids.ts';
import { testSchema, type PromptTest } from '../prompt/checks.ts';
import {
  gridWishSchema,
  mostGridColumns,
  mostGridPage,
  mostGridRows,
  preferences,
  rowSourceSchema,
  type Evaluation,
  type EvaluationComparison,
  type EvaluationSummary,
  type GridAnswer,
  type GridDetail,
  type GridPage,
  type GridSummary,
} from '../prompt/grid.ts';
import { generationSettingsSchema, languageModelRefSchema } from '../prompt/prompt.ts';
import { promptId, versionNumber } from './fields.ts';

const gridId = v.custom<GridId>((x) => typeof x === 'string' && isId('grid', x));
const evaluationId = v.custom<EvaluationId>((x) => typeof x === 'string' && isId('evaluation', x));
const row = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(mostGridRows - 1));
const column = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(mostGridColumns - 1));
const judgedKind = v.picklist(['pair', 'rating']);

/** Calls about prompts side by side, and about their tests. */
export const gridsInputs = {
  'grids.list': v.object({ prompt: v.optional(promptId) }),
  'grids.get': v.object({ id: gridId }),
  'grids.page': v.object({
    id: gridId,
    offset: row,
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostGridPage)),
  }),
  'grids.answer': v.object({ id: gridId, row, column }),
  /** A file of rows, by a dialog; null where none was chosen. */
  'grids.chooseRows': v.undefined(),
  /** Made, and filled at once. */
  'grids.create': v.object({ ...gridWishSchema.entries, rows: rowSourceSchema }),
  /** Asks for all that has no answer; of only these where some are named. */
  'grids.fill': v.object({
    id: gridId,
    only: v.optional(v.pipe(v.array(v.object({ row, column })), v.maxLength(1000))),
  }),
  'grids.set': v.object({
    id: gridId,
    name: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200))),
    archived: v.optional(v.boolean()),
  }),
  'grids.rate': v.object({ id: gridId, row, column, rating: v.nullable(v.picklist([1, 2, 3, 4, 5])) }),
  'grids.prefer': v.object({
    id: gridId,
    row,
    first: column,
    second: column,
    choice: v.nullable(v.picklist(preferences)),
  }),
  /** All answers as a file (CSV, HTML or JSON Lines, by its ending), by a dialog; null where none was chosen. */
  'grids.save': v.object({ id: gridId }),
  /** Judgements as a file, by a dialog; null where none was chosen. */
  'grids.saveJudged': v.object({ id: gridId, kind: judgedKind }),
  /** Judgements as a dataset: an import. */
  'grids.makeDataset': v.object({ id: gridId, kind: judgedKind }),
  'evaluations.test': v.object({ prompt: promptId }),
  'evaluations.setTest': v.object({ prompt: promptId, test: testSchema }),
  'evaluations.list': v.object({ prompt: promptId }),
  'evaluations.get': v.object({ id: evaluationId }),
  'evaluations.start': v.object({
    prompt: promptId,
    version: v.optional(versionNumber),
    model: languageModelRefSchema,
    settings: generationSettingsSchema,
    rows: rowSourceSchema,
  }),
  'evaluations.compare': v.object({ first: evaluationId, second: evaluationId }),
} as const;

export interface GridOutputs {
  'grids.list': GridSummary[];
  'grids.get': GridDetail;
  'grids.page': GridPage;
  'grids.answer': GridAnswer;
  'grids.chooseRows': { file: string; name: string; rows: number; columns: string[] } | null;
  'grids.create': GridId;
  'grids.fill': JobId;
  'grids.set': null;
  'grids.rate': null;
  'grids.prefer': null;
  'grids.save': { path: string } | null;
  'grids.saveJudged': { path: string; judged: number } | null;
  'grids.makeDataset': DatasetId;
  'evaluations.test': PromptTest;
  'evaluations.setTest': null;
  'evaluations.list': EvaluationSummary[];
  'evaluations.get': Evaluation;
  'evaluations.start': { grid: GridId; job: JobId };
  'evaluations.compare': EvaluationComparison;
}
