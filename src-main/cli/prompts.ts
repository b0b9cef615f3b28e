import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { listCompletions } from '../db/completions.ts';
import * as rows from '../db/prompts.ts';
import { promptFileText } from '../jobs/prompts/file-text.ts';
import { readVersion } from '../jobs/prompts/keep.ts';
import { variablesHere } from '../jobs/prompts/meaning.ts';
import { resolvePrompt } from '../jobs/resolve.ts';
import { lineDiff } from '../shared/prompt/diff.ts';
import { completionJson } from './completion-json.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { table, when } from './format.ts';
import { iso } from './json.ts';
import { integer, withCommon } from './options.ts';
import { addPromptsCheck } from './prompts-check.ts';
import { addPromptsExport, addPromptsImport } from './prompts-files.ts';
import { addPromptsEval } from './prompts-eval.ts';
import { addPromptsGrid } from './prompts-grid.ts';
import { addPromptsHistory } from './prompts-history.ts';
import { addPromptsRun } from './prompts-run.ts';
import { addPromptsNote, addPromptsSearch } from './prompts-search.ts';

const versionNumber = integer(1, 1_000_000);

export function addPrompts(program: Command, context: CommandContext): void {
  const prompts = program.command('prompts').description('prompts with their versions, and what models answered');
  addList(prompts, context);
  addShow(prompts, context);
  addPromptsCheck(prompts, context);
  addPromptsRun(prompts, context);
  addPromptsEval(prompts, context);
  addPromptsGrid(prompts, context);
  addPromptsHistory(prompts, context);
  addPromptsImport(prompts, context);
  addPromptsExport(prompts, context);
  addRestore(prompts, context);
  addStep(prompts, context, 'undo', 'take the last step in a prompt’s draft back; it has many, and keeps them');
  addStep(prompts, context, 'redo', 'make the step again that was undone last');
  addPromptsNote(prompts, context);
  addPromptsSearch(prompts, context);
}

function addList(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('list'))
    .description('the prompts, those written on last first')
    .option('--archived', 'those put away as well')
    .addHelpText(
      'after',
      `
JSON: per prompt {"prompt","name","tags","versions","completions","edited_at","archived"}

Examples:
  $ atelier prompts list --archived`,
    )
    .action((options: CommonOptions & { archived?: boolean }) => {
      const session = new Session(context, 'prompts list', options);
      return session.read((store) => {
        const all = rows.listPrompts(store, options);
        for (const { id, name, tags, versions, completions, editedAt, archived } of all) {
          const times = { edited_at: iso(editedAt), archived };
          session.out.record({ prompt: id, name, tags, versions, completions, ...times });
        }
        const cells = all.map((one) => [
          one.id,
          one.name,
          one.versions > 0 ? `v${one.versions}` : 'draft',
          String(one.completions),
          one.tags.join(', '),
          when(one.editedAt),
        ]);
        session.out.text(table([['id', 'name', 'version', 'answers', 'tags', 'edited'], ...cells]));
      });
    });
}

interface ShowOptions extends CommonOptions {
  version?: number;
  diff?: number;
  answers?: boolean;
  out?: string;
}

function addShow(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('show'))
    .description('a prompt as a file: its draft, or a version')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .option('--version <n>', 'this version instead of the draft', versionNumber)
    .option('--diff <n>', 'what has changed since this version', versionNumber)
    .option('--answers', 'what models answered, newest first')
    .option('--out <file>', 'write the file there')
    .addHelpText(
      'after',
      `
JSON: {"prompt","name","tags","text","variables","versions":[{"version","sha256","created_at","note"}]}; with --answers then one line an answer.

Examples:
  $ atelier prompts show tale --out tale.prompt.md
  $ atelier prompts show tale --version 3 --diff 2`,
    )
    .action((name: string, options: ShowOptions) => {
      const session = new Session(context, 'prompts show', options);
      const { out } = session;
      return session.read((store) => {
        const id = resolvePrompt(store, name);
        const { name: called, tags } = rows.getPrompt(store, id);
        const versions = rows.listVersions(store, id);
        const text =
          options.version === undefined ? rows.getDraft(store, id).text : readVersion(store, id, options.version).text;
        out.record({
          prompt: id,
          name: called,
          tags,
          text,
          variables: variablesHere(store, text, id),
          versions: versions.map(({ number, sha256, createdAt, note }) => ({
            version: number,
            sha256,
            created_at: iso(createdAt),
            note,
          })),
        });
        if (options.diff !== undefined) {
          const signs = { same: ' ', added: '+', removed: '-' };
          const lines = lineDiff(readVersion(store, id, options.diff).text, text);
          out.text(lines.map((line) => `${signs[line.kind]} ${line.text}`).join('\n'));
        } else if (options.out !== undefined) {
          writeFileSync(session.path(options.out), promptFileText(store, id, options.version));
          out.note(`Written to ${basename(options.out)}.`);
        } else if (!options.answers) out.text(promptFileText(store, id, options.version).trimEnd());
        if (!options.answers) return;
        for (const completion of listCompletions(store, id)) {
          out.record(completionJson(completion));
          out.text(`${completion.id}  v${completion.version}  ${completion.request.modelName}  ${completion.status}`);
          for (const each of completion.texts) out.text(`  ${each.text.replaceAll('\n', '\n  ')}`);
        }
      });
    });
}

function addRestore(prompts: Command, context: CommandContext): void {
  withCommon(prompts.command('restore'))
    .description('an old version becomes the draft again; what the draft was is a version first')
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .argument('<version>', 'its number', versionNumber)
    .addHelpText(
      'after',
      `
JSON: {"prompt","restored"}

Examples:
  $ atelier prompts restore capital 3`,
    )
    .action((name: string, number: number, options: CommonOptions) => {
      const session = new Session(context, 'prompts restore', options);
      return session.own(async ({ prompts: bench, reading }) => {
        const id = resolvePrompt(reading, name);
        bench.restore(id, number);
        session.out.record({ prompt: id, restored: number });
        session.out.text(`Version ${number} is the draft again.`);
      });
    });
}

function addStep(prompts: Command, context: CommandContext, which: 'undo' | 'redo', description: string): void {
  withCommon(prompts.command(which))
    .description(description)
    .argument('<prompt>', 'its name, id or the beginning of its id')
    .addHelpText(
      'after',
      `
JSON: {"prompt","changed","text"}; "changed" is false where there is no such step

Examples:
  $ atelier prompts ${which} capital`,
    )
    .action((name: string, options: CommonOptions) => {
      const session = new Session(context, `prompts ${which}`, options);
      return session.own(async ({ prompts: bench, reading }) => {
        const id = resolvePrompt(reading, name);
        const changed = bench[which](id) !== null;
        const { text } = bench.get(id);
        session.out.record({ prompt: id, changed, text });
        session.out.text(changed ? text : `There is nothing to ${which}.`);
      });
    });
}
