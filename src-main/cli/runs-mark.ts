import type { Command } from 'commander';
import { listMetricKeys } from '../db/run-metrics.ts';
import { eachListing, getRun } from '../db/runs.ts';
import { resolveRun } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { allSettings, runFacts, settingName } from '../shared/run-fields.ts';
import type { TrainSettings } from '../shared/run.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { withCommon } from './options.ts';
import { readRows } from './run-rows.ts';

/** What people write on runs: tags, notes, whether they are put away. */

interface Choice extends CommonOptions {
  filter?: string;
}

const whichRuns = (command: Command): Command =>
  withCommon(command)
    .argument('[run...]', 'names, ids or beginnings of ids')
    .option('--filter <filter>', 'all runs that it means (see "atelier help runs list")');

/** The runs named and those that the filter means. */
function chosen(studio: Studio, names: readonly string[], { filter }: Choice, archived: boolean): RunId[] {
  const meant = filter
    ? readRows(studio.reading, { archived, filter, columns: [], groupBy: [] }).rows.map(({ run }) => run.id)
    : [];
  const ids = [...new Set([...names.map((name) => resolveRun(studio.reading, name)), ...meant])];
  if (ids.length > 0) return ids;
  throw new AtelierError('no_such_run', filter ? 'No run meets the filter.' : 'Name a run, or give a --filter.');
}

export function addRunsMark(runs: Command, context: CommandContext): void {
  addTag(runs, context);
  addNote(runs, context);
  addArchive(runs, context);
  addFields(runs, context);
}

function addTag(runs: Command, context: CommandContext): void {
  const many = (text: string, before: string[] = []) => [...before, text.trim()];
  whichRuns(runs.command('tag'))
    .description('put tags on runs, or take them off')
    .option('--add <tag>', 'put this tag on; as often as needed', many)
    .option('--remove <tag>', 'take this tag off; as often as needed', many)
    .addHelpText(
      'after',
      `
JSON: per run {"run","name","tags"}

Examples:
  $ atelier runs tag "iris · mlp" --add baseline
  $ atelier runs tag --filter "validation/accuracy < 0.5" --add hopeless --remove candidate`,
    )
    .action(async (names: string[], options: Choice & { add?: string[]; remove?: string[] }, command: Command) => {
      const { add = [], remove = [] } = options;
      if (add.length + remove.length === 0) command.error('error: give --add or --remove');
      const session = new Session(context, 'runs tag', options);
      await session.own(async (studio) => {
        const ids = chosen(studio, names, options, true);
        await studio.runs.tag(ids, add, remove);
        for (const id of ids) {
          const { name, tags } = getRun(studio.reading, id);
          session.out.record({ run: id, name, tags });
          session.out.text(`${name}: ${tags.join(', ') || 'no tags'}`);
        }
      });
    });
}

function addNote(runs: Command, context: CommandContext): void {
  withCommon(runs.command('note'))
    .description("write a run's notes anew")
    .argument('<run>', "the run's name, its id or the beginning of it")
    .argument('<text>', 'the notes; "" for none')
    .addHelpText(
      'after',
      `
JSON: one object {"run","name","notes"}

Examples:
  $ atelier runs note "iris · mlp" "Best so far; try more epochs."`,
    )
    .action(async (name: string, text: string, options: CommonOptions) => {
      const session = new Session(context, 'runs note', options);
      await session.own((studio) => {
        const id = resolveRun(studio.reading, name);
        studio.runs.note(id, text);
        const run = getRun(studio.reading, id);
        session.out.record({ run: id, name: run.name, notes: run.notes });
        session.out.text(`${run.name}: noted.`);
        return Promise.resolve();
      });
    });
}

function addArchive(runs: Command, context: CommandContext): void {
  whichRuns(runs.command('archive'))
    .description('put runs away, out of lists and comparisons; nothing is deleted')
    .option('--undo', 'show them again')
    .addHelpText(
      'after',
      `
JSON: per run {"run","name","archived"}

Examples:
  $ atelier runs archive "iris · mlp"
  $ atelier runs archive --filter "status = failed and created < 2026-01-01"
  $ atelier runs archive "iris · mlp" --undo`,
    )
    .action(async (names: string[], options: Choice & { undo?: boolean }) => {
      const session = new Session(context, 'runs archive', options);
      await session.own(async (studio) => {
        const archived = !options.undo;
        const ids = chosen(studio, names, options, !archived);
        await studio.runs.archive(ids, archived);
        for (const id of ids) {
          const { name } = getRun(studio.reading, id);
          session.out.record({ run: id, name, archived });
        }
        session.out.text(
          `${ids.length} ${ids.length === 1 ? 'run' : 'runs'} ${archived ? 'archived' : 'shown again'}.`,
        );
      });
    });
}

function addFields(runs: Command, context: CommandContext): void {
  withCommon(runs.command('fields'))
    .description('list what filters, columns and groups can ask of runs')
    .addHelpText(
      'after',
      `
JSON: per field {"field","kind"}: kind fact, setting or metric

Examples:
  $ atelier runs fields`,
    )
    .action(async (options: CommonOptions) => {
      const session = new Session(context, 'runs fields', options);
      await session.readIfAny((store) => {
        const listed = store ? [...eachListing(store, { archived: true, metrics: [] })] : [];
        const settings = new Set(
          listed.flatMap((run) => Object.keys(allSettings(JSON.parse(run.settings) as TrainSettings))),
        );
        const fields = [
          ...runFacts.map((field) => ({ field: field as string, kind: 'fact' })),
          ...[...settings].map((key) => ({ field: settingName(key), kind: 'setting' })),
          ...(store ? listMetricKeys(store) : []).map((field) => ({ field, kind: 'metric' })),
        ];
        for (const field of fields) {
          session.out.record(field);
          session.out.text(`${field.kind.padEnd(7)}  ${field.field}`);
        }
      });
    });
}
