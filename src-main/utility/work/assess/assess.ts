import { checkAnswers } from '../../../evaluation/text/answer-checks.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { AssessParams, AssessResult, Said, ScriptVerdict } from '../../../shared/prompt/assess.ts';
import { wantedOf, type CheckScore, type PromptCheck } from '../../../shared/prompt/checks.ts';
import type { GridRow } from '../../../shared/prompt/grid.ts';
import type { JobContext } from '../../port/job-port.ts';
import { runScript } from './sandbox.ts';

const mostProblems = 5;

/** How answers do by each of some checks. One that is not there counts as one that does not do. Errors: see `requireChecks`. */
export async function assess(
  { checks, rows, answers, said, verdicts = [] }: AssessParams,
  context: Pick<JobContext, 'progress' | 'pause' | 'signal' | 'post'>,
): Promise<AssessResult> {
  if (answers === null) {
    await requireChecks(checks, rows);
    return { scores: [] };
  }
  const scores: CheckScore[] = [];
  for (const [at, check] of checks.entries()) {
    context.progress({ stage: 'checking', unit: 'steps', done: at, total: checks.length });
    await context.pause();
    scores.push(
      await scoreOf(check, rows, answers, said[at], {
        known: verdicts[at] ?? [],
        told: (verdict) => context.post({ type: 'verdict', check: at, verdict }),
        signal: context.signal,
      }),
    );
  }
  return { scores };
}

async function scoreOf(
  check: PromptCheck,
  rows: readonly GridRow[],
  answers: readonly (string | null)[],
  said: readonly Said[] | null,
  { known, ...running }: { known: ScriptVerdict[]; told: (verdict: ScriptVerdict) => void; signal: AbortSignal },
): Promise<CheckScore> {
  const there = answers.flatMap((answer, row) => (answer === null ? [] : [row]));
  const wanted = 'wanted' in check && check.wanted ? there.map((row) => wantedOf(check.wanted!, rows[row])) : [];
  const texts = there.map((row) => answers[row]!);
  const { kind } = check;
  let each: (number | null)[];
  let score: number | null = null;
  let problems: CheckScore['problems'] = [];
  switch (kind) {
    case 'javascript': {
      const cases = there.map((row, i) => ({ output: texts[i], vars: rows[row], expected: wanted[i] ?? null }));
      const told = [...known, ...(await runScript(check.script, cases.slice(known.length), running))];
      each = told.map((one) => ('score' in one ? one.score : 0));
      problems = told.flatMap((one, i) => ('error' in one ? [{ row: there[i], message: one.error }] : []));
      break;
    }
    case 'classifier':
      each = there.map((row, i) => Number(textOf(said![row]) === wanted[i].trim()));
      problems = unsaid(said!, there);
      break;
    case 'embedding':
      each = there.map((row) => scoreSaid(said![row]));
      problems = unsaid(said!, there);
      break;
    case 'judge':
      each = there.map((row) => Math.max(0, Number(textOf(said![row]) ?? 1) - 1) / 4);
      problems = unsaid(said!, there);
      break;
    default: {
      const options = {
        tolerance: 'tolerance' in check ? check.tolerance : 0,
        schema: kind === 'schema' ? check.schema : true,
      };
      const checked = checkAnswers(kind, texts, wanted, options);
      each = checked.each;
      // Of a corpus some measures are not the mean of its texts'; what is missing counts for nothing.
      score = (checked.score * there.length) / Math.max(1, rows.length);
    }
  }
  const all = new Array<number | null>(rows.length).fill(null);
  there.forEach((row, i) => (all[row] = each[i]));
  const mean = all.reduce<number>((sum, one) => sum + (one ?? 0), 0) / Math.max(1, all.length);
  return { kind, score: score ?? mean, each: all, problems: problems.slice(0, mostProblems) };
}

const textOf = (said: Said): string | null => (said && 'text' in said ? said.text : null);

const scoreSaid = (said: Said): number => (said && 'score' in said ? said.score : 0);

const unsaid = (said: readonly Said[], rows: readonly number[]): CheckScore['problems'] =>
  rows.flatMap((row) => {
    const one = said[row];
    return one && 'error' in one ? [{ row, message: one.error }] : [];
  });

/** Refuses what no answer could be checked by. Errors: bad_pattern, bad_schema …, bad_script, no_expected. */
async function requireChecks(checks: readonly PromptCheck[], rows: readonly GridRow[]): Promise<void> {
  for (const check of checks) {
    if ('wanted' in check && check.wanted) {
      const wanted = rows.map((row) => wantedOf(check.wanted!, row));
      if (check.kind === 'regex') wanted.forEach(requirePattern);
    }
    if (check.kind === 'schema') checkAnswers('schema', [], [], { schema: check.schema });
    if (check.kind === 'javascript') await runScript(check.script, []);
  }
}

function requirePattern(pattern: string, row: number): void {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    throw new AtelierError(
      'bad_pattern',
      `Row ${row + 1} expects a pattern that is none: ${(error as Error).message}.`,
    );
  }
}
