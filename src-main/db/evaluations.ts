import { AtelierError } from '../shared/errors.ts';
import type { EvaluationId, GridId, PromptId } from '../shared/ids.ts';
import { noTest, type CheckScore, type PromptTest } from '../shared/prompt/checks.ts';
import type { Evaluation, GridColumn, GridSource } from '../shared/prompt/grid.ts';
import type { Readable, Writable } from './connection.ts';
import { gridKey } from './grids.ts';
import { promptKey } from './prompts.ts';

/** What a prompt is held to; nothing where that was never said. */
export function getTest(db: Readable, prompt: PromptId): PromptTest {
  const row = db.get<{ test: string }>(`SELECT test FROM prompt_tests WHERE prompt = ?`, [promptKey(db, prompt)]);
  return row ? (JSON.parse(row.test) as PromptTest) : noTest;
}

export function putTest(db: Writable, prompt: PromptId, test: PromptTest): void {
  db.run(
    `INSERT INTO prompt_tests (prompt, test) VALUES (?, ?) ON CONFLICT (prompt) DO UPDATE SET test = excluded.test`,
    [promptKey(db, prompt), JSON.stringify(test)],
  );
}

interface EvaluationRow extends Pick<
  Evaluation,
  'id' | 'prompt' | 'version' | 'grid' | 'createdAt' | 'rows' | 'sha256'
> {
  columns: string;
  source: string;
  test: string;
  scores: string;
  passed: number;
}

function evaluationOf({ columns, source, test, scores, passed, ...row }: EvaluationRow): Evaluation {
  const [{ modelName, settings }] = JSON.parse(columns) as GridColumn[];
  return {
    ...row,
    modelName,
    settings,
    source: JSON.parse(source) as GridSource,
    test: JSON.parse(test) as PromptTest,
    scores: JSON.parse(scores) as CheckScore[],
    passed: passed === 1,
  };
}

/** Newest first. */
export function listEvaluations(db: Readable, prompt: PromptId): Evaluation[] {
  return db
    .all<EvaluationRow>(
      `SELECT e.id, p.id AS prompt, e.version, g.id AS grid, e.created_at AS createdAt, g.rows, g.sha256, g.columns, g.source, e.test,
              e.scores, e.passed
         FROM evaluations e JOIN prompts p ON p.key = e.prompt JOIN grids g ON g.key = e.grid WHERE p.id = ? ORDER BY e.key DESC`,
      [prompt],
    )
    .map(evaluationOf);
}

/** Throws `no_such_evaluation`. */
export function getEvaluation(db: Readable, id: EvaluationId): Evaluation {
  const row = db.get<EvaluationRow>(
    `SELECT e.id, p.id AS prompt, e.version, g.id AS grid, e.created_at AS createdAt, g.rows, g.sha256, g.columns, g.source, e.test,
            e.scores, e.passed
       FROM evaluations e JOIN prompts p ON p.key = e.prompt JOIN grids g ON g.key = e.grid WHERE e.id = ?`,
    [id],
  );
  if (row) return evaluationOf(row);
  throw new AtelierError('no_such_evaluation', `There is no evaluation "${id}" in this workspace.`);
}

export interface NewEvaluation {
  id: EvaluationId;
  prompt: PromptId;
  version: number;
  grid: GridId;
  test: PromptTest;
  scores: readonly CheckScore[];
  passed: boolean;
}

export function insertEvaluation(db: Writable, made: NewEvaluation, now: number): void {
  db.run(
    `INSERT INTO evaluations (id, prompt, version, grid, created_at, test, scores, passed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      made.id,
      promptKey(db, made.prompt),
      made.version,
      gridKey(db, made.grid),
      now,
      JSON.stringify(made.test),
      JSON.stringify(made.scores),
      made.passed ? 1 : 0,
    ],
  );
}
