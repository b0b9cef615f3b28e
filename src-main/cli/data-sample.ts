import type { Command } from 'commander';
import type { SoundSummary } from '../shared/audio.ts';
import type { Manifest, SamplePage } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { readVersion } from './data-reader.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { filterOf, withFilter, type FilterOptions } from './filter-options.ts';
import { count, table } from './format.ts';
import { integer, withCommon } from './options.ts';

interface Options extends CommonOptions, FilterOptions {
  sort?: string;
  desc?: boolean;
  offset: number;
  limit: number;
  count?: boolean;
}

/** As many as are asked for at once. */
const pageSize = 500;
/** A cell's room in people's table. */
const widest = 40;

export function addDataSample(data: Command, context: CommandContext): void {
  withFilter(withCommon(data.command('sample')))
    .description('show samples of a dataset: the first ones, or those that a filter lets through')
    .argument('<name>', "the dataset's name, its id or the beginning of it, or a version's id")
    .option('--sort <column>', 'by this column, numbers by value (tables)')
    .option('--desc', 'largest first')
    .option('--offset <n>', 'leave out so many at the beginning', integer(0, 2 ** 31), 0)
    .option('--limit <n>', 'show so many at most', integer(1, 10_000_000), 10)
    .option('--count', 'say only how many there are')
    .addHelpText(
      'after',
      `
In a filter columns stand by their names, in double quotes where they are no plain words; numbers are numbers. "sample" is the sample's
number, "data" the whole table: price > (SELECT avg(price) FROM data). It reads this table and nothing else, for 30 seconds at most.

JSON: one line per sample {"sample","split","label","cells":{column:text}}; null is missing; of images and sounds without "cells", and "label"
      only where there are classes; of sounds with "sound":{"name","seconds","loudness","peak","clipped"}, levels in dB below full scale;
      of annotated samples with "annotations":[{"type","class",…}]: boxes in pixels [x, y, width, height], spans in UTF-16 code units. With --count one line {"samples","of"}.

Examples:
  $ atelier data sample adult --filter "age > 60 AND income = '>50K'"
  $ atelier data sample digits --class 7 --split test --json
  $ atelier data sample recordings --seconds 1.. --loudness ..-40     # long and quiet sounds
  $ atelier data sample adult --filter '"hours-per-week" > 80' --count`,
    )
    .action((name: string, options: Options) => sample(new Session(context, 'data sample', options), name, options));
}

async function sample(session: Session, name: string, options: Options): Promise<void> {
  const { out } = session;
  await readVersion(session, name, async (reader, blobs, { id, manifest }) => {
    checkClasses(options.class, manifest);
    const query = {
      version: id,
      filter: filterOf(options),
      ...(options.sort ? { sort: { column: options.sort, descending: options.desc ?? false } } : {}),
    };
    const ask = (offset: number, limit: number): Promise<SamplePage> =>
      reader.samples(blobs, manifest, { ...query, offset, limit });
    const { total } = await ask(0, 1);
    const of = `${count(total)} of ${count(manifest.samples)} samples`;
    if (options.count) {
      out.record({ samples: total, of: manifest.samples });
      out.text(of);
      return;
    }
    const end = Math.min(total, options.offset + options.limit);
    const lines: string[][] = [];
    for (let at = options.offset; at < end; at += pageSize) {
      const page = await ask(at, Math.min(pageSize, end - at));
      page.indices.forEach((index, i) => {
        const cells = page.rows?.[i];
        out.record({
          sample: index,
          split: page.splits[i],
          ...(page.labels.length > 0 ? { label: page.labels[i] } : {}),
          ...(page.sounds ? { sound: page.sounds[i] } : {}),
          ...(page.annotations ? { annotations: page.annotations[i].annotations } : {}),
          ...(cells ? { cells: Object.fromEntries(manifest.columns.map((column, c) => [column.name, cells[c]])) } : {}),
        });
        const label = page.labels.length > 0 ? [brief(page.labels[i])] : [];
        const sound = page.sounds?.[i];
        const shown = cells ? cells.map((cell) => brief(cell)) : sound ? [...label, ...soundCells(sound)] : label;
        if (!out.json) lines.push([String(index), page.splits[i], ...shown]);
      });
    }
    const heads = headsOf(manifest);
    if (lines.length > 0) out.text(table([['#', 'split', ...heads], ...lines]));
    out.note(of);
  });
}

function headsOf({ kind, columns }: Manifest): string[] {
  if (kind === 'table') return columns.map(({ name }) => name);
  return kind === 'audio' ? ['label', 'seconds', 'dBFS', 'state', 'file'] : ['label'];
}

const soundCells = ({ name, seconds, loudness, clipped }: SoundSummary): string[] => [
  seconds.toFixed(3),
  loudness?.toFixed(1) ?? '–',
  clipped ? 'clipped' : loudness === null ? 'silent' : '',
  brief(name),
];

/** In one line, and not longer than is read in a table. */
function brief(cell: string | null): string {
  const text = (cell ?? '–').replace(/\s+/g, ' ');
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}

function checkClasses(wanted: readonly string[] | undefined, manifest: Manifest): void {
  const unknown = wanted?.find((name) => !manifest.classes.some((one) => one.name === name));
  if (unknown === undefined) return;
  const some = manifest.classes.slice(0, 20).map((one) => one.name);
  throw new AtelierError(
    'no_such_class',
    `There is no class "${unknown}". ${some.length > 0 ? `The classes are: ${some.join(', ')}${manifest.classes.length > 20 ? ' …' : ''}.` : 'This dataset has no classes.'}`,
  );
}
