import type { Command } from 'commander';
import { listRuns } from '../db/runs.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { RunSummary } from '../shared/run.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { metric, table, when } from './format.ts';
import { runJson } from './json.ts';
import { withCommon } from './options.ts';

interface Options extends CommonOptions {
  data?: string;
  all?: boolean;
}

export function addRunsList(runs: Command, context: CommandContext): void {
  withCommon(runs.command('list'))
    .description('list runs, newest first')
    .option('--data <dataset>', 'only those trained on this dataset')
    .option('--all', 'archived ones as well')
    .addHelpText(
      'after',
      `
JSON: per run {"run","name","status","dataset","dataset_name","version","version_number","task","settings","metrics",
      "best_epoch","stopped_early","parameters","samples_per_second","created_at","started_at","finished_at","error",
      "notes","archived"}

Examples:
  $ atelier runs list
  $ atelier runs list --data iris --json`,
    )
    .action((options: Options) => list(new Session(context, 'runs list', options), options));
}

async function list(session: Session, options: Options): Promise<void> {
  await session.readIfAny((store) => {
    let runs = store ? listRuns(store, { archived: options.all }) : [];
    if (options.data && store) {
      const { dataset } = resolveDataset(store, options.data);
      runs = runs.filter((run) => run.dataset === dataset);
    }
    for (const run of runs) session.out.record(runJson(run));
    session.out.text(runs.length > 0 ? runTable(runs) : 'No runs yet. Train one: atelier train --data DATASET');
  });
}

const columns = [
  'validation/accuracy',
  'test/accuracy',
  'validation/loss',
  'test/loss',
  'train/d_loss',
  'train/g_loss',
];

export function runTable(runs: readonly RunSummary[]): string {
  const shown = columns.filter((key) => runs.some((run) => key in run.metrics)).slice(0, 3);
  return table([
    ['RUN', 'NAME', 'STATUS', 'DATASET', 'ARCHITECTURE', ...shown.map((key) => key.toUpperCase()), 'CREATED'],
    ...runs.map((run) => [
      run.id,
      run.name,
      run.status,
      run.datasetName,
      run.settings.architecture,
      ...shown.map((key) => metric(key, run.metrics[key])),
      when(run.createdAt),
    ]),
  ]);
}
