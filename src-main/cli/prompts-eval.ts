import { readFileSync, statSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { answerChecks, checkAnswers, needsExpected, type AnswerCheck } from '../evaluation/text/answer-checks.ts';
import { resolveDataset, resolvePrompt } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { shownText, splitNames, type SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { requireAnswer } from './completion-json.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { jsonFile } from './generate.ts';
import { integer, number, withCommon } from './options.ts';
import { languageModelOf } from './prompts-run.ts';

interface Options extends CommonOptions {
  model?: string;
  version?: number;
  rows?: string;
  data?: string;
  split?: SplitName;
  limit: number;
  check: AnswerCheck;
  expected: string;
  tolerance: number;
  jsonSchema?: string;
  gate?: number;
}

type Row = Record<string, string>;
const pageSize = 500;
const mostRowBytes = 64 * 2 ** 20;

export function addPromptsEval(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('eval'))
    .description('ask a model for each row of variables and check the answers')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .option('--model <model>', 'a gpt run, or the folder of a language model (default: the one on the bench)')
    .option('--version <n>', 'this version instead of the draft', integer(1, 1_000_000))
    .addOption(new Option('--rows <file>', 'values of the variables: JSON Lines, an object a line').conflicts('data'))
    .option('--data <dataset>', 'the same from a table: its columns are the variables')
    .addOption(new Option('--split <split>', 'with --data: only this split').choices(splitNames))
    .option('--limit <n>', 'so many rows at most', integer(1, 1_000_000), 1000)
    .addOption(new Option('--check <check>', 'how answers are checked').choices(answerChecks).default('exact'))
    .option('--expected <name>', 'where a row says what the answer should be', 'expected')
    .option('--tolerance <x>', 'of number: how far off it may be', number(0, Number.MAX_VALUE), 0)
    .option('--json-schema <file>', 'of schema: the JSON schema that an answer is to fit')
    .option('--gate <score>', 'exit with 1 where the score is below it, 0 … 1', number(0, 1))
    .addHelpText(
      'after',
      `
exact and contains heed no blanks around a text; regex: the expected pattern is found in the answer; number: the answer's first number;
json: it parses, schema: it fits --json-schema (nothing expected of either); bleu, chrf, rouge-l: measures over all answers, 0 … 1. Every answer is kept with its prompt.

JSON: {"event":"row","row","completion","answer","expected","score"} for each, and at the end
      {"event":"finished","prompt","check","rows","score","gate","passed"}.

Examples:
  $ atelier prompts eval capital --model models/llama --rows capitals.jsonl --check contains --gate 0.9
  $ atelier prompts eval person --rows names.jsonl --check schema --json-schema person.json
  $ atelier prompts eval sentiment --data reviews --split test --expected label --limit 100`,
    )
    .action((name: string, options: Options) => {
      const session = new Session(context, 'prompts eval', options);
      return session.own((studio) => evaluate(session, studio, name, options));
    });
}

async function evaluate(session: Session, studio: Studio, name: string, options: Options): Promise<void> {
  const { out } = session;
  const { check, expected: key, tolerance, gate } = options;
  const schema = options.jsonSchema === undefined ? undefined : jsonFile(session.path(options.jsonSchema));
  if ((check === 'schema') !== (schema !== undefined)) {
    throw new AtelierError('bad_arguments', '--check schema goes with --json-schema FILE, and with nothing else.');
  }
  // What is wrong with it is said before anything is asked.
  if (check === 'schema') checkAnswers(check, [], [], { schema });
  const id = resolvePrompt(studio.reading, name);
  const { bench } = studio.prompts.get(id);
  const model = options.model === undefined ? bench.model : languageModelOf(session, studio, options.model);
  if (!model) throw new AtelierError('bad_arguments', 'Say which model: --model, with a gpt run or the folder of one.');
  const rows = (await rowsOf(session, studio, options)).slice(0, options.limit);
  const silent = needsExpected(check) ? rows.findIndex((row) => !Object.hasOwn(row, key)) : -1;
  if (silent >= 0) {
    throw new AtelierError(
      'no_expected',
      `Row ${silent + 1} has no "${key}", which says what its answer should be. Name another one with --expected.`,
    );
  }
  const wanted = rows.map((row) => row[key] ?? '');
  if (check === 'regex') wanted.forEach(requirePattern);
  // The same draft for all rows, whatever is written meanwhile.
  const version = options.version ?? studio.prompts.save(id);
  const answers: string[] = [];
  const completions: string[] = [];
  let stopping = false;
  const quiet = session.host.onInterrupt(() => (stopping = true));
  for (const row of rows) {
    if (stopping) throw new AtelierError('cancelled', 'Cancelled. The answers until then are kept.');
    const settings = { ...bench.settings, n: 1 };
    const { ended } = studio.prompts.run(id, { model, variables: { ...bench.variables, ...row }, settings, version });
    const done = await ended;
    requireAnswer(done);
    answers.push(done.texts[0].text);
    completions.push(done.id);
  }
  quiet();
  const { score, each } = checkAnswers(check, answers, wanted, { tolerance, schema });
  each.forEach((one, i) => {
    out.record({
      event: 'row',
      row: i,
      completion: completions[i],
      answer: answers[i],
      expected: wanted[i],
      score: one,
    });
  });
  const passed = gate === undefined || score >= gate;
  out.record({ event: 'finished', prompt: id, version, check, rows: rows.length, score, gate: gate ?? null, passed });
  out.text(`${check} ${score.toFixed(4)} of ${rows.length} ${rows.length === 1 ? 'row' : 'rows'} (version ${version})`);
  if (!passed) throw new AtelierError('below_gate', `The score ${score.toFixed(4)} is below the gate of ${gate}.`);
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

async function rowsOf(session: Session, studio: Studio, { rows, data, split, limit }: Options): Promise<Row[]> {
  const found =
    rows !== undefined
      ? rowsOfFile(session.path(rows))
      : data !== undefined
        ? await rowsOfData(studio, data, split, limit)
        : null;
  if (!found) throw new AtelierError('bad_arguments', 'Say what to ask for: --rows FILE or --data DATASET.');
  if (found.length > 0) return found;
  throw new AtelierError('no_rows', `There is no row in ${rows ?? data}${split ? ` (${split})` : ''}.`);
}

function rowsOfFile(path: string): Row[] {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new AtelierError('no_such_file', `There is no file ${path}. Check its name.`);
  if (size > mostRowBytes) throw new AtelierError('too_large', `${path} has more than ${mostRowBytes} bytes of rows.`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [rowOf(line, `${path}, line ${i + 1}`)]));
}

function rowOf(line: string, where: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AtelierError('bad_row', `${where} is no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AtelierError('bad_row', `${where} is no JSON object of names and values.`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, typeof each === 'string' ? each : JSON.stringify(each)]),
  );
}

async function rowsOfData(studio: Studio, name: string, split: SplitName | undefined, limit: number): Promise<Row[]> {
  const { version } = resolveDataset(studio.reading, name);
  const { columns, kind } = studio.getVersion(version).manifest;
  if (kind !== 'table') throw new AtelierError('not_a_table', `"${name}" is no table: its samples have no columns.`);
  const found: Row[] = [];
  for (let offset = 0; found.length < limit; offset += pageSize) {
    const page = await studio.samples({ version, offset, limit: pageSize });
    for (const [i, cells] of (page.rows ?? []).entries()) {
      if (split && page.splits[i] !== split) continue;
      if (found.length === limit) break;
      // Long cells are cut in a page of several.
      const cut = cells.some((cell) => cell !== null && cell.length >= shownText);
      const whole = cut ? (await studio.samples({ version, offset: offset + i, limit: 1 })).rows![0] : cells;
      found.push(Object.fromEntries(columns.map((column, c) => [column.name, whole[c] ?? ''])));
    }
    if (offset + pageSize >= page.total) break;
  }
  return found;
}
