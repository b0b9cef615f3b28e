import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { benchRow, rowsOfFile, rowsOfVersion } from '../jobs/prompts/rows.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { splitNames, type SplitName } from '../shared/dataset.ts';
import type { PromptId } from '../shared/ids.ts';
import type { GridRow, GridSource } from '../shared/prompt/grid.ts';
import type { Session } from './context.ts';
import { integer } from './options.ts';

export interface RowOptions {
  rows?: string;
  data?: string;
  split?: SplitName;
  limit: number;
}

/** The options of `RowOptions`. `without`: what rows are taken where none are named. */
export const withRows = (command: Command, { without }: { without?: string } = {}): Command =>
  command
    .addOption(
      new Option(
        '--rows <file>',
        `values of the variables: JSON Lines, or CSV${without === undefined ? '' : ` (default: ${without})`}`,
      ).conflicts('data'),
    )
    .option('--data <dataset>', 'the same from a table: its columns are the variables')
    .addOption(new Option('--split <split>', 'with --data: only this split').choices(splitNames))
    .option('--limit <n>', 'so many rows at most', integer(1, 10_000), 1000);

/** Where rows of variables come from: a file, a table, or else the bench's own values. */
export async function sourceOf(
  session: Session,
  studio: Studio,
  { rows: file, data, split, limit }: RowOptions,
  prompt: PromptId,
): Promise<{ rows: GridRow[]; source: GridSource }> {
  if (file !== undefined) {
    const path = session.path(file);
    return { rows: rowsOfFile(path).slice(0, limit), source: { kind: 'file', name: basename(path) } };
  }
  if (data === undefined) return { rows: [benchRow(studio.reading, prompt)], source: { kind: 'bench' } };
  const { dataset, version } = resolveDataset(studio.reading, data);
  const found = studio.datasets.version(version);
  const { name } = studio.datasets.get(dataset).summary;
  return {
    rows: await rowsOfVersion(studio.samples, found, split ?? null, limit),
    source: { kind: 'version', version, name, number: found.number, split: split ?? null },
  };
}

/** That what is measured is too good. */
export const leakedNote = (leaked: number, rows: number): string =>
  `${leaked} of ${rows} rows stand among the examples that the prompt shows: their answers were given away. Take other rows.`;
