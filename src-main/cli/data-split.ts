import type { Command } from 'commander';
import { resolveDataset } from '../jobs/resolve.ts';
import { splitNames, type DatasetVersion } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { SplitPreview } from '../shared/split.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table } from './format.ts';
import { integer, withCommon } from './options.ts';
import { splitHelp, splitWish, withSplit, type SplitOptions } from './split-options.ts';

interface Options extends CommonOptions, SplitOptions {
  seed?: number;
  dryRun?: boolean;
}

export function addDataSplit(data: Command, context: CommandContext): void {
  withSplit(withCommon(data.command('split')))
    .description('divide a dataset anew into train, validation and test: a new version of it')
    .argument('<dataset>', "the dataset's name, its id or the beginning of it, or a version's id")
    .option('--seed <n>', 'seed of what is drawn, and of hashes (default: as before)', integer(0, 2 ** 32 - 1))
    .option('--dry-run', 'only tell what it would give')
    .addHelpText(
      'after',
      `${splitHelp}

JSON: {"dataset","version","number","change","split":{"how","seed","fractions",…},"splits":{"train","validation","test"},"classes":[{"name",
      "counts":[train,validation,test]}],"groups","begins","notes"}; with --dry-run "version" and "number" are null, "change" and "split" too.
      "begins" of time: when validation and test begin, in seconds since 1970 or as the column's number.

Examples:
  $ atelier data split scans --split grouped --group patient
  $ atelier data split sales --split time --time date --fractions 0.8,0.1,0.1
  $ atelier data split photos --split grouped --pattern '/([^/_]+)_' --dry-run
  $ atelier data split iris --split folds --folds 5 --seed 3`,
    )
    .action((dataset: string, options: Options) =>
      split(new Session(context, 'data split', options), dataset, options),
    );
}

async function split(session: Session, text: string, options: Options): Promise<void> {
  // What is wrong with the options is said before anything is opened.
  const checked = splitWish(options, options.seed ?? 0);
  if (!checked)
    throw new AtelierError('bad_arguments', 'Say how to divide: --split WAY ("atelier help data split" tells more).');
  await session.own(async (studio) => {
    const { dataset, version } = resolveDataset(studio.reading, text);
    const wish = { ...checked, seed: options.seed ?? studio.datasets.version(version).manifest.splitSeed };
    const preview = await studio.datasets.previewSplit(version, wish);
    const made = options.dryRun ? null : await studio.datasets.revise({ version, split: wish }).result;
    tellSplit(session, dataset, made, preview);
  });
}

function tellSplit({ out }: Session, dataset: string, made: DatasetVersion | null, preview: SplitPreview): void {
  out.record({
    dataset,
    version: made?.id ?? null,
    number: made?.number ?? null,
    change: made?.change ?? null,
    split: made?.manifest.split ?? null,
    ...preview,
  });
  if (made) out.text(`Version ${made.number} (${made.id}): ${made.change}`);
  const total = splitNames.reduce((sum, name) => sum + preview.splits[name], 0);
  const share = (n: number, of: number) => `${count(n)} (${of === 0 ? 0 : Math.round((1000 * n) / of) / 10} %)`;
  const rows = preview.classes.slice(0, 50).map(({ name, counts }) => {
    const all = counts[0] + counts[1] + counts[2];
    return [name, ...counts.map((n) => share(n, all))];
  });
  out.text(
    table([['', ...splitNames], ['all', ...splitNames.map((name) => share(preview.splits[name], total))], ...rows]),
  );
  if (preview.groups !== null) out.text(`${count(preview.groups)} groups, none of them in two splits`);
  if (preview.begins) {
    const when = (time: number | null) =>
      time === null
        ? '–'
        : preview.begins!.dates
          ? new Date(time * 1000).toISOString().replace('.000Z', 'Z')
          : String(time);
    out.text(`Validation begins at ${when(preview.begins.validation)}, test at ${when(preview.begins.test)}`);
  }
  for (const note of preview.notes) out.note(`Note: ${note.message}`);
}
