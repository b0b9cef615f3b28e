import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { DatasetDetail } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table } from './format.ts';
import { integer, withCommon } from './options.ts';
import type { Output } from './output.ts';

interface Options extends CommonOptions {
  name?: string;
  target?: string;
  splitSeed: number;
}

export function addImport(program: Command, context: CommandContext): void {
  withCommon(program.command('import'))
    .description('read files into a new dataset: a CSV file, a folder of images, or IDX files')
    .argument('<path...>', 'the file, folder or files')
    .option('--name <name>', "the dataset's name (default: from the file's name)")
    .option('--target <column>', 'the column to predict (default: guessed)')
    .option('--split-seed <n>', 'seed of the drawn train/validation/test split', integer(0, 2 ** 32 - 1), 0)
    .addHelpText(
      'after',
      `
A folder holds a sub-folder of images per class. IDX images and labels given together are paired; train-* files with
t10k-* or test-* ones become given splits. Files that cannot be read are listed and left out. Importing the same data
again gives the dataset that is there already.

JSON: {"dataset","version","name","kind","samples","classes","class_counts","target","task","columns","image","splits",
       "rejected","rejected_count","notes","reused"}

Examples:
  $ atelier import iris.csv --target species
  $ atelier import photos/ --name flowers
  $ atelier import train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz`,
    )
    .action((paths: string[], options: Options) =>
      importFiles(new Session(context, 'import', options), paths, options),
    );
}

async function importFiles(session: Session, given: string[], options: Options): Promise<void> {
  const paths = given.map((path) => session.path(path));
  const missing = paths.find((path) => !existsSync(path));
  if (missing) throw new AtelierError('no_such_file', `There is nothing at ${missing}. Check the path.`);
  await session.own(async (studio) => {
    const { name, target, splitSeed } = options;
    const imported = await studio.importData({ paths, name, target, splitSeed }).result;
    tellDataset(session.out, studio.getDataset(imported.dataset, imported.version), imported.reused);
  });
}

export function tellDataset(out: Output, { summary, version }: DatasetDetail, reused: boolean): void {
  const { manifest } = version;
  out.record({
    dataset: summary.id,
    version: version.id,
    name: summary.name,
    kind: manifest.kind,
    samples: manifest.samples,
    classes: manifest.classes.length,
    class_counts: Object.fromEntries(manifest.classes.map((each) => [each.name, each.count])),
    target: manifest.target,
    task: manifest.task,
    columns: manifest.columns.map(({ name, type, role, missing, distinct }) => ({
      name,
      type,
      role,
      missing,
      distinct,
    })),
    image: manifest.image,
    splits: manifest.splits,
    rejected: manifest.rejected,
    rejected_count: manifest.rejectedCount,
    notes: manifest.notes,
    reused,
  });

  const what = manifest.image
    ? `images of ${manifest.image.height}×${manifest.image.width}${manifest.image.channels === 3 ? ' in colour' : ''}`
    : 'rows';
  const classes = manifest.classes.length > 0 ? `, ${manifest.classes.length} classes` : '';
  out.text(
    `${reused ? 'Already here' : 'Imported'}: ${summary.name} (${summary.id}), ${count(manifest.samples)} ${what}${classes}`,
  );
  const { train, validation, test } = manifest.splits;
  out.text(
    `Split: train ${count(train)}, validation ${count(validation)}, test ${count(test)} (${manifest.splitSource})`,
  );
  if (manifest.kind === 'table') {
    const columns = manifest.columns.map((column) => [
      column.name,
      column.type,
      column.role,
      count(column.missing),
      count(column.distinct),
    ]);
    out.text('');
    out.text(table([['COLUMN', 'TYPE', 'ROLE', 'MISSING', 'DISTINCT'], ...columns]));
  }
  for (const note of manifest.notes) out.note(`Note: ${note.message}`);
  if (manifest.rejectedCount > 0) {
    out.note(`${count(manifest.rejectedCount)} left out:`);
    for (const { where, message } of manifest.rejected.slice(0, 10)) out.note(`  ${where}: ${message}`);
    if (manifest.rejectedCount > 10) out.note('  …');
  }
}
