import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { resolvePrompt } from '../jobs/resolve.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { integer, withCommon } from './options.ts';
import { sourceOf, withRows, type RowOptions } from './prompts-rows.ts';

export function addPromptsImport(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('import'))
    .description('prompts from files: plain ones, and promptfoo’s configurations with their tests')
    .argument('<file...>', 'such as "atelier prompts show --out" writes, or promptfooconfig.yaml')
    .addHelpText(
      'after',
      `
A plain file has YAML between two lines of "---" (name, tags, variables, settings, documents: {collection, question, count,
maxTokens, least}), then the text; documents are those of the workspace's collection of that name. Of promptfoo's the prompts come with the checks that
all their tests have in common, and the tests' rows as a table; what the studio has no word for is told. Files that a configuration names are read
where they lie in its folder.

JSON: per prompt {"prompt","name"}, per table {"dataset","name","rows"}, and where something was left out {"left":[…]}

Examples:
  $ atelier prompts import capital.md promptfooconfig.yaml`,
    )
    .action((files: string[], options: CommonOptions) => {
      const session = new Session(context, 'prompts import', options);
      return session.own(async (studio) => {
        const { prompts: made, tables, left } = studio.importPrompts(files.map((file) => session.path(file)));
        for (const id of made) {
          const { name } = studio.prompts.get(id).summary;
          session.out.record({ prompt: id, name });
          session.out.text(`${id}  ${name}`);
        }
        for (const { result } of tables) {
          const { dataset, version } = await result;
          const { name } = studio.datasets.get(dataset).summary;
          const { samples: rows } = studio.datasets.version(version).manifest;
          session.out.record({ dataset, name, rows });
          session.out.text(`${dataset}  ${name}`);
        }
        if (left.length > 0) session.out.record({ left });
        for (const sentence of left) session.out.note(sentence);
      });
    });
}

interface ExportOptions extends CommonOptions, RowOptions {
  out: string;
  version?: number;
}

export function addPromptsExport(prompts: Command, context: CommandContext): void {
  withRows(withCommon(prompts.command('export')), { without: 'those of the last test, else the bench’s values' })
    .description('prompts with their checks and rows as a promptfoo configuration')
    .argument('<prompt...>', 'their names, ids or the beginnings of their ids')
    .requiredOption('--out <file>', 'promptfooconfig.yaml, say; an existing file is replaced')
    .option('--version <n>', 'this version instead of the draft', integer(1, 1_000_000))
    .addHelpText(
      'after',
      `
Conversations become the JSON that promptfoo's providers take; under providers stands its "echo", to be replaced. What a prompt includes and the examples that
it shows are written out.

JSON: {"file","prompts","rows","left":[…]}; "left": what promptfoo has no word for

Examples:
  $ atelier prompts export capital --rows capitals.jsonl --out promptfooconfig.yaml`,
    )
    .action((names: string[], options: ExportOptions) => {
      const session = new Session(context, 'prompts export', options);
      return session.own(async (studio) => {
        const wanted = names.map((name) => ({ prompt: resolvePrompt(studio.reading, name), version: options.version }));
        const given = options.rows ?? options.data;
        const rows =
          given === undefined ? undefined : (await sourceOf(session, studio, options, wanted[0].prompt)).rows;
        const suite = await studio.suiteText(wanted, rows);
        const path = session.path(options.out);
        writeFileSync(path, suite.text);
        session.out.record({ file: path, prompts: wanted.length, rows: suite.rows, left: suite.left });
        session.out.note(`Written to ${basename(path)}.`);
        for (const sentence of suite.left) session.out.note(sentence);
      });
    });
}
