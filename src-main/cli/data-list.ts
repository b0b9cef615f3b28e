import type { Command } from 'commander';
import { listDatasets } from '../db/datasets.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table, when } from './format.ts';
import { iso } from './json.ts';
import { withCommon } from './options.ts';

interface Options extends CommonOptions {
  all?: boolean;
}

export function addDataList(data: Command, context: CommandContext): void {
  withCommon(data.command('list'))
    .description('list datasets, newest first')
    .option('--all', 'archived ones as well')
    .addHelpText(
      'after',
      `
JSON: per dataset {"dataset","name","kind","samples","classes","target","version","versions","created_at","archived"}; "version" is
      the latest one's id, "versions" how many there are

Examples:
  $ atelier data list
  $ atelier data list --json`,
    )
    .action((options: Options) => list(new Session(context, 'data list', options), options));
}

async function list(session: Session, { all }: Options): Promise<void> {
  const { out } = session;
  await session.readIfAny((store) => {
    const datasets = store ? listDatasets(store, { archived: all }) : [];
    for (const each of datasets) {
      out.record({
        dataset: each.id,
        name: each.name,
        kind: each.kind,
        samples: each.samples,
        classes: each.classes,
        target: each.target,
        version: each.latestVersion,
        versions: each.versions,
        created_at: iso(each.createdAt),
        archived: each.archived,
      });
    }
    if (datasets.length === 0) return out.text('No datasets yet. Import one: atelier import FILE');
    out.text(
      table([
        ['DATASET', 'NAME', 'KIND', 'SAMPLES', 'TARGET', 'CLASSES', 'VERSIONS', 'CREATED'],
        ...datasets.map((each) => [
          each.id,
          each.name,
          each.kind,
          count(each.samples),
          each.target ?? '–',
          count(each.classes),
          count(each.versions),
          when(each.createdAt),
        ]),
      ]),
    );
  });
}
