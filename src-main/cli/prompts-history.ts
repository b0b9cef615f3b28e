import { Option, type Command } from 'commander';
import * as v from 'valibot';
import { listEvaluations } from '../db/evaluations.ts';
import { resolvePrompt } from '../jobs/resolve.ts';
import type { Evaluations } from '../jobs/prompts/evaluations.ts';
import { AtelierError } from '../shared/errors.ts';
import type { EvaluationId, PromptId } from '../shared/ids.ts';
import { leastScore, noTest, testSchema } from '../shared/prompt/checks.ts';
import type { Evaluation, EvaluationComparison } from '../shared/prompt/grid.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table, when } from './format.ts';
import { jsonFile } from './generate.ts';
import { iso } from './json.ts';
import { withCommon } from './options.ts';

export function addPromptsHistory(prompts: Command, context: CommandContext): void {
  addTest(prompts, context);
  addHistory(prompts, context);
  addCompare(prompts, context);
}

export const evaluationJson = (one: Evaluation) => ({
  evaluation: one.id,
  prompt: one.prompt,
  version: one.version,
  model: one.modelName,
  created_at: iso(one.createdAt),
  check: one.test.checks.map(({ kind }) => kind).join(', '),
  checks: one.test.checks,
  rows: one.rows,
  score: leastScore(one.scores),
  scores: one.scores.map(({ kind, score }) => ({ check: kind, score })),
  gate: one.test.gate,
  passed: one.passed,
  ...(one.source.leaked && { leaked: one.source.leaked }),
});

/** Its id or the beginning of it, or "last". Throws `no_such_evaluation`. */
export function evaluationId(evaluations: Evaluations, text: string, prompt?: PromptId): EvaluationId {
  const all = evaluations.all().filter((one) => prompt === undefined || one.prompt === prompt);
  if (text === 'last' && all.length > 0) return all[0].id;
  const found = all.filter(
    ({ id }) => id === text || (text.length >= 4 && (id.startsWith(text) || id.startsWith(`ev_${text}`))),
  );
  if (found.length === 1) return found[0].id;
  throw new AtelierError(
    'no_such_evaluation',
    found.length > 1
      ? `"${text}" stands for ${found.length} evaluations. Type more of the id.`
      : `There is no evaluation "${text}". "atelier prompts history PROMPT" lists them.`,
  );
}

/** How likely such a difference is by luck alone. */
const chanceText = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toPrecision(3)}`);

export const comparisonText = ({ checks }: EvaluationComparison): string =>
  checks
    .map(({ kind, first, second, rows, onlyFirst, onlySecond, interval, p }) => {
      const how =
        interval === null
          ? `only the first right: ${onlyFirst}, only the second: ${onlySecond}, McNemar ${chanceText(p)}`
          : `difference of the means ${interval[0].toFixed(4)} … ${interval[1].toFixed(4)} (95 %), ${chanceText(p)}`;
      return `${kind}: ${first.toFixed(4)} → ${second.toFixed(4)} over ${count(rows)} rows; ${how}`;
    })
    .join('\n');

function addTest(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('test'))
    .description('what a prompt is held to: shown, or set from a file')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .option('--set <file>', 'JSON: {"checks":[{"kind":"contains","wanted":{"column":"expected"}},…],"gate":0.9}')
    .addOption(new Option('--clear', 'hold it to nothing').conflicts('set'))
    .addHelpText(
      'after',
      `
JSON: {"prompt","checks","gate"}

Examples:
  $ atelier prompts test capital
  $ atelier prompts test capital --set checks.json`,
    )
    .action((name: string, options: CommonOptions & { set?: string; clear?: boolean }) => {
      const session = new Session(context, 'prompts test', options);
      return session.own(async ({ evaluations, reading }) => {
        const id = resolvePrompt(reading, name);
        if (options.set !== undefined) {
          const parsed = v.safeParse(testSchema, jsonFile(session.path(options.set)));
          if (!parsed.success) {
            const [issue] = parsed.issues;
            throw new AtelierError('bad_test', `${options.set}: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
          }
          evaluations.setTest(id, parsed.output);
        } else if (options.clear) evaluations.setTest(id, noTest);
        const test = evaluations.test(id);
        session.out.record({ prompt: id, ...test });
        session.out.text(JSON.stringify(test, null, 2));
      });
    });
}

function addHistory(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('history'))
    .description('how the versions of a prompt did, newest first')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .addHelpText(
      'after',
      `
JSON: per evaluation what "prompts eval" says at its end

Examples:
  $ atelier prompts history capital`,
    )
    .action((name: string, options: CommonOptions) => {
      const session = new Session(context, 'prompts history', options);
      return session.read((store) => {
        const all = listEvaluations(store, resolvePrompt(store, name));
        for (const one of all) session.out.record(evaluationJson(one));
        const cells = all.map((one) => [
          one.id,
          `v${one.version}`,
          one.modelName,
          count(one.rows),
          one.scores.map(({ kind, score }) => `${kind} ${score.toFixed(4)}`).join(', '),
          one.test.gate === null ? '' : one.passed ? 'passed' : `below ${one.test.gate}`,
          when(one.createdAt),
        ]);
        session.out.text(table([['id', 'version', 'model', 'rows', 'scores', 'gate', 'when'], ...cells]));
      });
    });
}

function addCompare(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('compare'))
    .description('whether two evaluations over the same rows differ by more than luck')
    .argument('<first>', 'its id or the beginning of it')
    .argument('<second>', 'the same')
    .addHelpText(
      'after',
      `
Right and wrong are compared by McNemar's exact test, measures by the paired bootstrap of their mean over rows.

JSON: {"first","second","checks":[{"kind","first","second","rows","onlyFirst","onlySecond","interval","p"}]}

Examples:
  $ atelier prompts compare ev_01k9 ev_01ka`,
    )
    .action((first: string, second: string, options: CommonOptions) => {
      const session = new Session(context, 'prompts compare', options);
      return session.own(async ({ evaluations }) => {
        const [a, b] = [evaluationId(evaluations, first), evaluationId(evaluations, second)];
        const comparison = await evaluations.compare(a, b);
        session.out.record({ first: a, second: b, ...comparison });
        session.out.text(comparisonText(comparison));
      });
    });
}
