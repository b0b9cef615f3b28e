import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { resolveDataset } from '../jobs/resolve.ts';
import { AtelierError } from '../shared/errors.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count } from './format.ts';
import { withCommon } from './options.ts';

export function addDataRelink(data: Command, context: CommandContext): void {
  withCommon(data.command('relink'))
    .description('say where image files lie now that were left where they were, and have been moved')
    .argument('<dataset>', "the dataset's name, its id or the beginning of it, or a version's id")
    .argument('<folder>', 'the folder that holds them now')
    .addHelpText(
      'after',
      `
Of datasets that were imported with --reference. Each file is looked for by its path, wherever in the folder that begins, then by its name, then by
its content alone; only a file with the very content counts (SHA-256). What is not found keeps its old place. Where something lies
elsewhere than was known, that is the dataset's next version, with the same samples; older versions find their files by it too. From
then on atelier import --into NAME reads the new folder.

JSON: {"dataset","version","reused","files","found","missing","changed"}; "missing": found neither there nor where they were; "changed": of these,
      so many of which a file of that name is there, with other content

Examples:
  $ atelier data relink photos /mnt/archive/photos
  $ atelier data show photos                     # tells whether all are there`,
    )
    .action((dataset: string, folder: string, options: CommonOptions) =>
      relink(new Session(context, 'data relink', options), dataset, folder),
    );
}

async function relink(session: Session, text: string, given: string): Promise<void> {
  const folder = session.path(given);
  if (!existsSync(folder)) throw new AtelierError('no_such_file', `There is nothing at ${folder}. Check the path.`);
  const { out } = session;
  await session.own(async (studio) => {
    const { dataset } = resolveDataset(studio.reading, text);
    const relinked = await studio.datasets.relink(dataset, folder).result;
    const { files, found, missing, changed, version, reused } = relinked;
    out.record({ dataset, version, reused, files, found, missing, changed });
    const { number, change } = studio.datasets.version(version);
    out.text(
      reused
        ? `All ${count(found)} found there were known to be there: no version was made.`
        : `Version ${number} (${version}): ${change}`,
    );
    if (missing > 0) {
      out.note(
        `${count(missing)} of ${count(files)} are still missing${changed > 0 ? `, ${count(changed)} of these have other content now` : ''}. What is trained on is stored and stays.`,
      );
    }
  });
}
