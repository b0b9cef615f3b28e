import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { columnErrors, gridAnswer } from '../db/grid-cells.ts';
import { gridRows } from '../db/grids.ts';

import { resolvePrompt } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { PromptId } from '../shared/ids.ts';
import {
  checkKinds,
  leastScore,
  wantedOf,
  type CheckKind,
  type PromptCheck,
  type PromptTest,
  type Wanted,
} from '../shared/prompt/checks.ts';
import type { Evaluation } from '../shared/prompt/grid.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { jsonFile } from './generate.ts';
import { integer, number, withCommon } from './options.ts';
import { comparisonText, evaluationId, evaluationJson } from './prompts-history.ts';
import { leakedNote, sourceOf, withRows, type RowOptions } from './prompts-rows.ts';
import { languageModelOf, localModelOf, tellLeaving } from './prompts-run.ts';

interface Options extends CommonOptions, RowOptions {
  model?: string;
  version?: number;
  check: CheckKind[];
  expected: string;
  tolerance: number;
  jsonSchema?: string;
  script?: string;
  classifier?: string;
  embedder?: string;
  judge?: string;
  rubric?: string;
  gate?: number;
  against?: string;
}

export function addPromptsEval(prompts: Command, context: CommandContext): void {
  withRows(withCommon(prompts.command('eval')))
    .description('ask a model for each row of variables and check the answers')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .option(
      '--model <model>',
      'a gpt run, the folder of a language model, or a remote ENDPOINT/MODEL (default: the one on the bench)',
    )
    .option('--version <n>', 'this version instead of the draft', integer(1, 1_000_000))
    .addOption(
      new Option(
        '--check <check>',
        'how answers are checked; may be given several times (default: those of the prompt, else exact)',
      )
        .choices(checkKinds)
        .argParser((text: string, before: CheckKind[]) => {
          const kind = checkKinds.find((one) => one === text);
          if (kind) return [...before, kind];
          throw new AtelierError('bad_arguments', `--check ${text} is none of ${checkKinds.join(', ')}.`);
        })
        .default([]),
    )
    .option('--expected <name>', 'where a row says what the answer should be', 'expected')
    .option('--tolerance <x>', 'of number: how far off it may be', number(0, Number.MAX_VALUE), 0)
    .option('--json-schema <file>', 'of schema: the JSON schema that an answer is to fit')
    .option('--script <file>', 'of javascript: an expression or the body of a function of output, vars and expected')
    .option('--classifier <model>', 'of classifier: the run or folder whose class is to be the expected one')
    .option(
      '--embedder <folder>',
      'of embedding: the encoder that says how alike in meaning answer and expected text are',
    )
    .option('--judge <model>', 'of judge: the model that says from 1 to 5 how well an answer does …')
    .option('--rubric <text>', '… this')
    .option(
      '--gate <score>',
      'exit with 1 where a score is below it, 0 … 1 (default: that of the prompt)',
      number(0, 1),
    )
    .option('--against <evaluation>', 'tell whether it differs from this one by more than luck; "last": the one before')
    .addHelpText(
      'after',
      `
exact and contains heed no blanks around a text; regex: the expected pattern is found in the answer; number: the answer's first number;
json: it parses, schema: it fits --json-schema (nothing expected of either); bleu, chrf, rouge-l: measures over all answers, 0 … 1;
similarity: how alike answer and expected text are by their words and letters (cosine of TF-IDF, no model; the order of words does not count), 0 … 1;
embedding: the same by meaning, the cosine of --embedder's vectors (an encoder such as a sentence-transformers model), 0 where it is below;
javascript: true, false or a number from 0 to 1, by a script that has the language and nothing else (no files, no network, 1 s and 64 MB an answer).
Answers, scores and what was checked are kept with the prompt's version; what was asked before is not asked again. A row without an answer does not do.
"prompts test" says what a prompt is held to; "prompts history" tells how its versions did.

JSON: {"event":"row","row","completion","answer","expected","score","scores","error"} for each, and at the end
      {"event":"finished","evaluation","prompt","version","check","checks","rows","score","scores","gate","passed"}; with --against "comparison" before it.

Examples:
  $ atelier prompts eval capital --model models/llama --rows capitals.jsonl --check contains --gate 0.9
  $ atelier prompts eval person --rows names.jsonl --check schema --json-schema person.json --check javascript --script polite.js
  $ atelier prompts eval summary --rows news.csv --check embedding --embedder models/all-MiniLM-L6-v2 --gate 0.7
  $ atelier prompts eval sentiment --data reviews --split test --expected label --limit 100 --against last`,
    )
    .action((name: string, options: Options) => {
      const session = new Session(context, 'prompts eval', options);
      return session.own((studio) => evaluate(session, studio, name, options));
    });
}

async function evaluate(session: Session, studio: Studio, name: string, options: Options): Promise<void> {
  const { out } = session;
  const id = resolvePrompt(studio.reading, name);
  const { bench } = studio.prompts.get(id);
  const test = testOf(session, studio, id, options);
  const model = options.model === undefined ? bench.model : languageModelOf(session, studio, options.model);
  if (!model) throw new AtelierError('bad_arguments', 'Say which model: --model, with a gpt run or the folder of one.');
  if (options.rows === undefined && options.data === undefined)
    throw new AtelierError('bad_arguments', 'Say what to ask for: --rows FILE or --data DATASET.');
  const before = options.against === undefined ? null : evaluationId(studio.evaluations, options.against, id);
  const source = await sourceOf(session, studio, options, id);
  const judges = test.checks.flatMap((check) => (check.kind === 'judge' ? [check.model] : []));
  tellLeaving(session, studio, [model, ...judges], source.rows.length);
  const started = await studio.evaluations.start({
    ...{ prompt: id, version: options.version, model, settings: bench.settings, test },
    ...source,
  });
  const made = await started.result;
  tell(session, studio, made);
  if (before !== null) {
    const comparison = await studio.evaluations.compare(before, made.id);
    out.record({ event: 'comparison', first: before, second: made.id, ...comparison });
    out.text(comparisonText(comparison));
  }
  if (made.source.leaked) out.note(leakedNote(made.source.leaked, made.rows));
  const score = leastScore(made.scores);
  out.record({ event: 'finished', ...evaluationJson(made) });
  const missing = columnErrors(studio.reading, made.grid, 0);
  if (missing.length > 0) {
    throw new AtelierError(
      'cells_failed',
      `${missing.length} of ${made.rows} rows have no answer, the first since: ${missing[0].error.message}`,
    );
  }
  const { gate } = test;
  if (!made.passed) throw new AtelierError('below_gate', `The score ${score.toFixed(4)} is below the gate of ${gate}.`);
}

function tell({ out }: Session, { reading }: Studio, { grid, scores, test, rows: height, version }: Evaluation): void {
  const values = gridRows(reading, grid);
  const [check] = test.checks;
  for (let row = 0; row < height; row++) {
    const { completion, text, error } = gridAnswer(reading, grid, row, 0);
    const each = scores.map((one) => one.each[row]);
    out.record({
      event: 'row',
      row,
      completion,
      answer: error ? null : text,
      expected: 'wanted' in check && check.wanted ? wantedOf(check.wanted, values[row]) : '',
      score: Math.min(...each.map((one) => one ?? 0)),
      scores: each,
      error: error && { code: error.code, message: error.message },
    });
  }
  scores.forEach(({ kind, score, problems }) => {
    out.text(`${kind} ${score.toFixed(4)} of ${height} ${height === 1 ? 'row' : 'rows'} (version ${version})`);
    for (const { row, message } of problems) out.text(`  row ${row + 1}: ${message}`);
  });
}

/** What is said here, else what the prompt is held to. */
function testOf(session: Session, studio: Studio, prompt: PromptId, options: Options): PromptTest {
  const kept = studio.evaluations.test(prompt);
  const gate = options.gate ?? kept.gate;
  if (options.check.length === 0 && kept.checks.length > 0) return { checks: kept.checks, gate };
  const kinds = options.check.length > 0 ? options.check : (['exact'] as const);
  const goes = [
    ['schema', '--json-schema FILE', options.jsonSchema],
    ['javascript', '--script FILE', options.script],
    ['classifier', '--classifier RUN', options.classifier],
    ['embedding', '--embedder FOLDER', options.embedder],
    ['judge', '--judge MODEL and --rubric TEXT', options.judge ?? options.rubric],
  ] as const;
  for (const [kind, what, given] of goes) {
    if (kinds.some((one) => one === kind) !== (given !== undefined))
      throw new AtelierError('bad_arguments', `--check ${kind} goes with ${what}, and with nothing else.`);
  }
  return { checks: kinds.map((kind) => checkOf(session, studio, kind, options)), gate };
}

function checkOf(session: Session, studio: Studio, kind: CheckKind, options: Options): PromptCheck {
  const wanted: Wanted = { column: options.expected };
  switch (kind) {
    case 'number':
      return { kind, wanted, tolerance: options.tolerance };
    case 'json':
      return { kind };
    case 'schema':
      return { kind, schema: jsonFile(session.path(options.jsonSchema!)) };
    case 'javascript':
      return { kind, script: readFileSync(session.path(options.script!), 'utf8') };
    case 'classifier':
      return { kind, wanted, ...localModelOf(session, studio, options.classifier!) };
    case 'embedding': {
      const model = localModelOf(session, studio, options.embedder!);
      if ('folder' in model) return { kind, wanted, ...model };
      throw new AtelierError(
        'bad_arguments',
        `--embedder ${options.embedder} is a run; name the folder of an encoder.`,
      );
    }
    case 'judge': {
      if (!options.judge || !options.rubric)
        throw new AtelierError('bad_arguments', '--judge MODEL and --rubric TEXT go together.');
      return { kind, model: languageModelOf(session, studio, options.judge), rubric: options.rubric };
    }
    default:
      return { kind, wanted };
  }
}
