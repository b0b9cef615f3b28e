import { newId } from '../../../src-main/shared/ids.ts';
import type { PromptTest } from '../../../src-main/shared/prompt/checks.ts';
import type {
  Evaluation,
  EvaluationComparison,
  GridAnswer,
  GridCell,
  GridPage,
  GridSummary,
} from '../../../src-main/shared/prompt/grid.ts';
import type { PromptDetail } from '../../../src-main/shared/prompt/prompt.ts';

const who = ['a girl', 'an old fox', 'two brothers', 'the baker'];
const thing = ['red ball', 'lantern', 'map'];
const tails = ['who loved it more than anything.', 'and nobody knew why.', 'so they went to find it before dark.'];

/** A grid of a thousand rows by four columns, and a few tests of the prompt. */
export function makeGrids({ summary, bench }: PromptDetail, now: number) {
  const columns = [2, 1].flatMap((version) =>
    [0, 0.7].map((temperature) => ({
      prompt: summary.id,
      promptName: summary.name,
      version,
      model: bench.model!,
      modelName: 'stories260k',
      settings: { ...bench.settings, temperature },
    })),
  );
  const grid: GridSummary = {
    ...{ id: newId('grid', now), name: summary.name, createdAt: now - 600_000, columns },
    source: { kind: 'file', name: 'characters.csv' },
    ...{ rows: 1000, finished: 3988, cached: 1204, failed: 2, rated: 14, compared: 6, job: null, archived: false },
  };
  const valuesOf = (row: number) => ({ who: who[row % 4], thing: thing[row % 3], expected: who[row % 4] });
  const textOf = (row: number, column: number) =>
    `Once upon a time there was ${who[row % 4]} with a ${thing[row % 3]}, ${tails[(row + column) % 3]}`;
  const cell = (row: number, column: number): GridCell => {
    const failed = row === 3 && column === 1;
    const message = 'The prompt has 530 tokens, and the model sees 512.';
    const waits = row > 996 && column > 1;
    return {
      status: failed ? 'failed' : waits ? 'waiting' : 'finished',
      text: failed || waits ? '' : textOf(row, column),
      cut: false,
      cached: column === 0,
      error: failed ? { code: 'prompt_too_long', message, details: [] } : null,
      rating: (row * 7 + column * 3) % 5 === 0 && !waits && !failed ? 1 + ((row + column) % 5) : null,
    };
  };
  const page = (offset: number, limit: number): GridPage => ({
    offset,
    rows: Array.from({ length: Math.min(limit, grid.rows - offset) }, (_, i) => ({
      values: valuesOf(offset + i),
      cells: columns.map((_one, column) => cell(offset + i, column)),
      preferences: (offset + i) % 5 === 1 ? [{ first: 0, second: 1, choice: 'B' as const }] : [],
    })),
  });
  const answer = (row: number, column: number): GridAnswer => ({
    ...cell(row, column),
    ...{ completion: null, given: null, facts: null, tokens: 24, verdict: null },
  });
  const test: PromptTest = {
    checks: [
      { kind: 'contains', wanted: { column: 'expected' } },
      { kind: 'chrf', wanted: { text: 'Once upon a time there was {{who}}.' } },
      { kind: 'javascript', script: 'output.endsWith(".")' },
    ],
    gate: 0.8,
  };
  const evaluation = (version: number, ago: number, scores: number[]): Evaluation => ({
    ...{ id: newId('evaluation', now - ago), prompt: summary.id, version, grid: grid.id, modelName: 'stories260k' },
    ...{ settings: bench.settings, createdAt: now - ago, source: grid.source, rows: 12, sha256: 'a', test },
    scores: test.checks.map(({ kind }, at) => ({
      kind,
      score: scores[at],
      each: Array.from({ length: 12 }, (_, i) => (i < 12 * scores[at] ? 1 : at === 1 ? 0.4 : 0)),
      problems: [],
    })),
    passed: Math.min(...scores) >= 0.8,
  });
  const evaluations = [evaluation(2, 120_000, [0.917, 0.842, 1]), evaluation(1, 3_600_000, [0.583, 0.611, 0.917])];
  const comparison: EvaluationComparison = {
    checks: [
      {
        kind: 'contains',
        first: 0.583,
        second: 0.917,
        rows: 12,
        onlyFirst: 0,
        onlySecond: 4,
        interval: null,
        p: 0.125,
      },
      {
        kind: 'chrf',
        first: 0.611,
        second: 0.842,
        rows: 12,
        onlyFirst: null,
        onlySecond: null,
        interval: [0.11, 0.35],
        p: 0.004,
      },
    ],
  };
  return { grid, page, answer, test, evaluations, comparison };
}
