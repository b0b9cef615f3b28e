import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { gridAnswer, gridPage } from '../db/grid-cells.ts';
import { getGrid, listGrids } from '../db/grids.ts';
import { writeGridFile } from '../jobs/prompts/grid-file.ts';
import { judgedLines } from '../jobs/prompts/judged-grid.ts';
import { resolveGrid, resolvePrompt } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { csvLine } from '../shared/csv-line.ts';
import { AtelierError } from '../shared/errors.ts';
import type { GenerationSettings } from '../shared/generation.ts';
import type { GridId } from '../shared/ids.ts';
import { judgedClasses, type JudgedKind } from '../shared/judged.ts';
import { cellsOf, mirrored, preferences, type GridSummary, type Preference } from '../shared/prompt/grid.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table, when } from './format.ts';
import { iso } from './json.ts';
import { integer, number, withCommon } from './options.ts';
import { languageModelOf, tellLeaving } from './prompts-run.ts';
import { leakedNote, sourceOf, withRows, type RowOptions } from './prompts-rows.ts';

export function addPromptsGrid(prompts: Command, context: CommandContext): void {
  const grid = prompts
    .command('grid')
    .description('prompts × models × settings, asked for each of a number of rows, side by side');
  addRun(grid, context);
  addResume(grid, context);
  addList(grid, context);
  addShow(grid, context);
  addRate(grid, context);
  addPrefer(grid, context);
  addExport(grid, context);
}

interface RunOptions extends CommonOptions, RowOptions {
  model: string[];
  temperature: number[];
  seed: number[];
  maxTokens?: number;
  name?: string;
}

const several =
  <T>(read: (text: string) => T) =>
  (text: string, before: T[]): T[] => [...before, ...text.split(',').map((one) => read(one.trim()))];
const one = (text: string, before: string[]): string[] => [...before, text];

function addRun(grid: Command, context: CommandContext): void {
  withRows(withCommon(grid.command('run')))
    .description(
      'ask for all of them; what was asked before, of the same model with the same settings, is not asked again',
    )
    .argument('<prompt...>', 'prompts by name or id; with @2 after it version 2 instead of the draft')
    .option(
      '--model <model>',
      'a gpt run, the folder of a language model, or a remote ENDPOINT/MODEL; may be given several times',
      one,
      [],
    )
    .option(
      '--temperature <t,…>',
      "each of these (default: the bench's, as with all settings)",
      several(number(0, 100)),
      [],
    )
    .option('--seed <n,…>', 'each of these', several(integer(0, 2 ** 32 - 1)), [])
    .option('--max-tokens <n>', 'it writes so many tokens at most', integer(1, 100_000))
    .option('--name <name>', 'what the grid is called')
    .addHelpText(
      'after',
      `
Where a prompt asks documents, each row's {{passages}} are found by its own values; a column "passages" is taken as it is.
Answers are stored as they come: Ctrl-C, or the end of the process, keeps what is there; "grid resume" asks for the rest, failed ones again.

JSON: per cell {"event":"cell","row","column","status","text","cached","error"}, and at the end {"event":"finished","grid","name","columns","rows","finished","cached","failed"}.

Examples:
  $ atelier prompts grid run tale tale@1 --model models/llama --model shakespeare --rows names.csv --temperature 0,0.7
  $ atelier prompts grid run sentiment --model models/llama --data reviews --split test --limit 50`,
    )
    .action((names: string[], options: RunOptions) => {
      const session = new Session(context, 'prompts grid run', options);
      return session.own(async (studio) => {
        const asked = names.map((name) => promptOf(studio, name));
        const { bench } = studio.prompts.get(asked[0].prompt);
        const given = options.model.map((model) => languageModelOf(session, studio, model));
        const models = given.length > 0 ? given : bench.model ? [bench.model] : [];
        if (models.length === 0)
          throw new AtelierError('bad_arguments', 'Say which model: --model, with a gpt run or the folder of one.');
        const { temperature, seed, maxTokens, name } = options;
        const settings = (temperature.length > 0 ? temperature : [bench.settings.temperature]).flatMap((t) =>
          (seed.length > 0 ? seed : [bench.settings.seed]).map((s): GenerationSettings => ({
            ...bench.settings,
            ...{ temperature: t, seed: s, maxTokens: maxTokens ?? bench.settings.maxTokens },
          })),
        );
        const source = await sourceOf(session, studio, options, asked[0].prompt);
        tellLeaving(session, studio, models, asked.length * settings.length * source.rows.length);
        const id = await studio.grids.make({ prompts: asked, models, settings, name, ...source });
        await fill(session, studio, id);
      });
    });
}

/** "tale@2" is version 2 of tale, unless a prompt is called so. */
function promptOf(studio: Studio, text: string) {
  const [, name, version] = /^(.+)@(\d{1,6})$/.exec(text) ?? [];
  const named = studio.prompts.list({ archived: true }).some((prompt) => prompt.name === text);
  if (version === undefined || named) return { prompt: resolvePrompt(studio.reading, text) };
  return { prompt: resolvePrompt(studio.reading, name), version: Number(version) };
}

async function fill(session: Session, studio: Studio, id: GridId): Promise<void> {
  const { out } = session;
  const done = await studio.grids.fill(id).result;
  if (done.source.leaked) out.note(leakedNote(done.source.leaked, done.rows));
  tellCells(session, studio.reading, done);
  out.record({ event: 'finished', ...gridJson(done) });
  out.text(`${done.id}  ${done.name}: ${progressWords(done)}`);
  if (done.failed > 0) {
    throw new AtelierError(
      'cells_failed',
      `${done.failed} of ${cellsOf(done)} have no answer. "atelier prompts grid show ${done.id}" says why of each; "grid resume" asks for them again.`,
    );
  }
}

const progressWords = (grid: GridSummary): string =>
  [
    `${count(grid.finished)} of ${count(cellsOf(grid))} answered`,
    ...(grid.cached > 0 ? [`${count(grid.cached)} were there already`] : []),
    ...(grid.failed > 0 ? [`${count(grid.failed)} failed`] : []),
    ...(grid.rated > 0 ? [`${count(grid.rated)} rated`] : []),
    ...(grid.compared > 0 ? [`${count(grid.compared)} compared`] : []),
  ].join(', ');

const gridJson = (grid: GridSummary) => ({
  grid: grid.id,
  name: grid.name,
  created_at: iso(grid.createdAt),
  columns: grid.columns.map(({ prompt, promptName, version, modelName, settings }) => ({
    prompt,
    prompt_name: promptName,
    version,
    model: modelName,
    settings,
  })),
  rows: grid.rows,
  finished: grid.finished,
  cached: grid.cached,
  failed: grid.failed,
  rated: grid.rated,
  compared: grid.compared,
  ...(grid.source.leaked && { leaked: grid.source.leaked }),
});

function tellCells({ out }: Session, db: Studio['reading'], { id, columns, rows: height }: GridSummary): void {
  const pageSize = 200;
  for (let offset = 0; offset < height; offset += pageSize) {
    const page = gridPage(db, id, columns.length, offset, pageSize);
    page.rows.forEach(({ values, cells }, i) => {
      out.text(
        `${offset + i + 1}  ${Object.entries(values)
          .map(([name, value]) => `${name}=${value}`)
          .join('  ')
          .slice(0, 120)}`,
      );
      cells.forEach((cell, column) => {
        const { text } = cell.cut ? gridAnswer(db, id, offset + i, column) : cell;
        const { status, cached, error, rating } = cell;
        out.record({
          event: 'cell',
          row: offset + i,
          column,
          status,
          text,
          cached,
          rating,
          error: error && { code: error.code, message: error.message },
        });
        const said = error ? `failed: ${error.message}` : status === 'waiting' ? '(waits)' : text;
        out.text(`   ${column + 1}${rating === null ? '' : ` [${rating}]`}  ${said.replaceAll('\n', '\n      ')}`);
      });
    });
  }
}

function addResume(grid: Command, context: CommandContext): void {
  withCommon(grid.command('resume'))
    .description('ask for what has no answer yet, failed ones again')
    .argument('<grid>', 'its name, id or the beginning of its id')
    .addHelpText(
      'after',
      `
JSON: as of "grid run"

Examples:
  $ atelier prompts grid resume tale`,
    )
    .action((text: string, options: CommonOptions) => {
      const session = new Session(context, 'prompts grid resume', options);
      return session.own((studio) => fill(session, studio, resolveGrid(studio.reading, text)));
    });
}

function addList(grid: Command, context: CommandContext): void {
  withCommon(grid.command('list'))
    .description('the grids, newest first')
    .addHelpText(
      'after',
      `
JSON: per grid {"grid","name","created_at","columns","rows","finished","cached","failed","rated","compared"}

Examples:
  $ atelier prompts grid list`,
    )
    .action((options: CommonOptions) => {
      const session = new Session(context, 'prompts grid list', options);
      return session.read((store) => {
        const all = listGrids(store);
        for (const one of all) session.out.record(gridJson(one));
        const cells = all.map((one) => [
          one.id,
          one.name,
          `${count(one.rows)} × ${one.columns.length}`,
          progressWords(one),
          when(one.createdAt),
        ]);
        session.out.text(table([['id', 'name', 'rows × columns', 'answers', 'made'], ...cells]));
      });
    });
}

function addShow(grid: Command, context: CommandContext): void {
  withCommon(grid.command('show'))
    .description('all answers of a grid, or why there is none')
    .argument('<grid>', 'its name, id or the beginning of its id')
    .addHelpText(
      'after',
      `
JSON: as of "grid run"

Examples:
  $ atelier prompts grid show tale --json`,
    )
    .action((text: string, options: CommonOptions) => {
      const session = new Session(context, 'prompts grid show', options);
      return session.read((store) => {
        const summary = getGrid(store, resolveGrid(store, text));
        summary.columns.forEach((column, i) => {
          const { promptName, version, modelName, settings } = column;
          session.out.text(
            `${i + 1}: ${promptName} v${version}, ${modelName}, temperature ${settings.temperature}, seed ${settings.seed}`,
          );
        });
        tellCells(session, store, summary);
        session.out.record({ event: 'finished', ...gridJson(summary) });
      });
    });
}

const place = integer(0, 10_000);

function addRate(grid: Command, context: CommandContext): void {
  withCommon(grid.command('rate'))
    .description('say how good an answer is, from 1 (bad) to 5 (excellent); 0 takes it back')
    .argument('<grid>', 'its name, id or the beginning of its id')
    .argument('<row>', 'counted from 0', place)
    .argument('<column>', 'counted from 0', place)
    .argument('<rating>', '1 … 5', integer(0, 5))
    .addHelpText(
      'after',
      `
JSON: {"grid","row","column","rating"}

Examples:
  $ atelier prompts grid rate tale 0 1 5`,
    )
    .action((text: string, row: number, column: number, rating: number, options: CommonOptions) => {
      const session = new Session(context, 'prompts grid rate', options);
      return session.own(async ({ grids, reading }) => {
        const id = resolveGrid(reading, text);
        grids.rate(id, row, column, rating === 0 ? null : rating);
        session.out.record({ grid: id, row, column, rating: rating === 0 ? null : rating });
      });
    });
}

function addPrefer(grid: Command, context: CommandContext): void {
  withCommon(grid.command('prefer'))
    .description('say which of two answers to a row is better: A (the first), B, tie, "both bad"; none takes it back')
    .argument('<grid>', 'its name, id or the beginning of its id')
    .argument('<row>', 'counted from 0', place)
    .argument('<first>', 'column of A, counted from 0', place)
    .argument('<second>', 'column of B', place)
    .argument('<choice>', [...judgedClasses.pair, 'none'].join(', '))
    .addHelpText(
      'after',
      `
JSON: {"grid","row","first","second","choice"}

Examples:
  $ atelier prompts grid prefer tale 0 0 1 A
  $ atelier prompts grid prefer tale 1 0 1 "both bad"`,
    )
    .action((text: string, row: number, a: number, b: number, said: string, options: CommonOptions) => {
      const session = new Session(context, 'prompts grid prefer', options);
      const choice = preferences.find((each) => each === said) ?? null;
      if (choice === null && said !== 'none')
        throw new AtelierError('bad_arguments', `"${said}" is none of ${[...preferences, 'none'].join(', ')}.`);
      const ordered: { first: number; second: number; choice: Preference | null } =
        a < b ? { first: a, second: b, choice } : { first: b, second: a, choice: choice && mirrored(choice) };
      return session.own(async ({ grids, reading }) => {
        const id = resolveGrid(reading, text);
        grids.prefer(id, row, ordered);
        session.out.record({ grid: id, row, ...ordered });
      });
    });
}

function addExport(grid: Command, context: CommandContext): void {
  withCommon(grid.command('export'))
    .description(
      'all answers side by side as a file; or judgements to train on or to label further: pairs with chosen and rejected, or ratings',
    )
    .argument('<grid>', 'its name, id or the beginning of its id')
    .addOption(new Option('--kind <kind>', 'what is written').choices(['answers', 'pair', 'rating']).default('pair'))
    .requiredOption('--out <file>', 'CSV, JSON Lines (.jsonl) or, of answers, HTML, by its ending')
    .addHelpText(
      'after',
      `
Of answers CSV and HTML have a line for each row, with its values and an answer for each column; JSON Lines have one for each answer, with row, values, prompt_name,
version, model, temperature, seed, answer, finish, error, rating, cached, prompt_tokens, completion_tokens, first_token_ms and tokens_per_second.

Lines of judgements are those of "labels export": row, prompt, chosen, rejected, preference, answer_a, answer_b; or row, prompt, answer, rating; then which prompt, version,
model, temperature and seed it came of. "atelier import FILE" makes a dataset of it.

JSON: {"path","judged"}, of answers {"path","answers"}

Examples:
  $ atelier prompts grid export tale --kind pair --out pairs.jsonl
  $ atelier prompts grid export tale --kind answers --out answers.html`,
    )
    .action((text: string, options: CommonOptions & { kind: JudgedKind | 'answers'; out: string }) => {
      const session = new Session(context, 'prompts grid export', options);
      return session.read(async (store) => {
        const id = resolveGrid(store, text);
        const path = session.path(options.out);
        if (options.kind === 'answers') {
          await writeGridFile(store, id, path);
          const { finished } = getGrid(store, id);
          session.out.record({ path, answers: finished });
          session.out.text(`${count(finished)} answers written to ${path}`);
          return;
        }
        const lines = judgedLines(store, id, options.kind);
        const csv = path.toLowerCase().endsWith('.csv');
        const written = csv
          ? [Object.keys(lines[0]), ...lines.map((line) => Object.values(line))].map((cells) => csvLine(cells))
          : lines.map((line) => JSON.stringify(line));
        writeFileSync(path, `${written.join('\n')}\n`);
        session.out.record({ path, judged: lines.length });
        session.out.text(`${count(lines.length)} judgements written to ${path}`);
      });
    });
}
