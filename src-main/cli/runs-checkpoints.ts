import type { Command } from 'commander';
import { getRun, listRuns } from '../db/runs.ts';
import { listCheckpoints } from '../jobs/checkpoints.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { isActive } from '../shared/job.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { bytes, count, table, when } from './format.ts';
import { iso } from './json.ts';
import { withCommon } from './options.ts';

interface Options extends CommonOptions {
  all?: boolean;
  butBest?: boolean;
  dryRun?: boolean;
}

export function addRunsCheckpoints(runs: Command, context: CommandContext): void {
  withCommon(runs.command('checkpoints'))
    .description("list a run's checkpoints with their sizes")
    .argument('<run>', 'its name, its id or the beginning of it')
    .addHelpText(
      'after',
      `
last: where resume goes on. best: what evaluate and export use. best-<step>: the next best (train --keep-best).
epoch-<n>: after that epoch (train --keep-every). Each holds weights, optimizer and the place in the data.

JSON: per checkpoint {"checkpoint","bytes","step","epoch","saved_at"}; step and epoch are null where the file cannot be read

Examples:
  $ atelier runs checkpoints "iris · mlp"
  $ atelier runs resume "iris · mlp" --from epoch-000010`,
    )
    .action((run: string, options: Options) => list(new Session(context, 'runs checkpoints', options), run));

  withCommon(runs.command('prune'))
    .description('remove checkpoints of runs that have ended')
    .argument('[run...]', 'names, ids or beginnings of ids')
    .option('--all', 'all runs that have ended')
    .option('--but-best', 'the last one as well: what is pruned so cannot be resumed')
    .option('--dry-run', 'only tell how much that would free')
    .addHelpText(
      'after',
      `
The best one stays: evaluation and export need it. Without --but-best the last one stays too, to resume or add epochs.

JSON: one object {"runs","freed_bytes","dry_run"}

Examples:
  $ atelier runs prune "iris · mlp" --but-best
  $ atelier runs prune --all --dry-run`,
    )
    .action((names: string[], options: Options, self: Command) => {
      if (names.length === 0 && !options.all) self.error('error: name a run, or give --all');
      return prune(new Session(context, 'runs prune', options), names, options);
    });
}

async function list(session: Session, text: string): Promise<void> {
  await session.read((store) => {
    const run = getRun(store, resolveRun(store, text));
    const found = listCheckpoints(session.folder, run.id);
    for (const { name, bytes: size, step, epoch, savedAt } of found) {
      session.out.record({ checkpoint: name, bytes: size, step, epoch, saved_at: iso(savedAt) });
    }
    if (found.length === 0) return session.out.text(`${run.name} has no checkpoints.`);
    const number = (value: number | null) => (value === null ? 'unreadable' : count(value));
    session.out.text(
      table([
        ['CHECKPOINT', 'STEP', 'EPOCHS', 'SIZE', 'SAVED'],
        ...found.map((one) => [one.name, number(one.step), number(one.epoch), bytes(one.bytes), when(one.savedAt)]),
      ]),
    );
  });
}

async function prune(session: Session, names: string[], options: Options): Promise<void> {
  await session.own(async (studio) => {
    const named = names.map((name) => resolveRun(studio.reading, name));
    const ended = options.all ? listRuns(studio.reading, { archived: true }).filter((run) => !isActive(run)) : [];
    const ids = [...new Set([...named, ...ended.map(({ id }) => id)])];
    const dry = options.dryRun ?? false;
    const freed = studio.runFiles.pruneCheckpoints(ids, options.butBest ? 'but-best' : 'extra', dry);
    session.out.record({ runs: ids.length, freed_bytes: freed, dry_run: dry });
    session.out.text(`${bytes(freed)} ${dry ? 'would be' : 'are'} free: ${count(ids.length)} runs looked at.`);
  });
}
