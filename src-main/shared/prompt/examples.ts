import { splitNames, type SplitName } from '../dataset.ts';
import { PromptFault } from './problems.ts';

/**
 * The notation of examples from a table: what stands between `{{#examples dataset="sms" split="train" count=4 seed=1 by="label"}}` and `{{/examples}}`
 * is written once for each row that is drawn, `{{column}}` being its cell. `by`: as many of each value of that column.
 */
export interface ExamplesWish {
  /** A dataset's name or id; with `@2` behind it that version, else the newest. Versions of prompts keep the id of its version. */
  dataset: string;
  split: SplitName;
  count: number;
  seed: number;
  by: string | null;
}

export const examplesKeys = ['dataset', 'split', 'count', 'seed', 'by'] as const;
type Key = (typeof examplesKeys)[number];
export const mostExamples = 100;
const attribute = /\s+([^\s="]+)(?:=(?:"([^"]*)"|([^\s"]+)))?/gy;

/** What stands behind `#examples`. Throws `PromptFault`. */
export function examplesWish(inside: string): ExamplesWish {
  const given: Partial<Record<Key, string>> = {};
  const text = inside.trimEnd();
  let at = 0;
  for (const [whole, key, quoted, bare] of text.matchAll(attribute)) {
    const known = examplesKeys.find((one) => one === key);
    if (!known) throw new PromptFault('examples_key', { key, keys: examplesKeys.join(', ') });
    given[known] = (quoted ?? bare ?? '').trim();
    at += whole.length;
  }
  if (at !== text.length) throw new PromptFault('examples_syntax', { text: text.slice(at).trim().slice(0, 40) });
  const { dataset = '', split = 'train', count = '4', seed = '0', by } = given;
  if (dataset === '') throw new PromptFault('examples_dataset', {});
  const named = splitNames.find((one) => one === split);
  if (!named) throw new PromptFault('examples_split', { split, splits: splitNames.join(', ') });
  return {
    dataset,
    split: named,
    count: whole('count', count, 1, mostExamples),
    seed: whole('seed', seed, 0, 2 ** 32 - 1),
    by: by || null,
  };
}

function whole(key: Key, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new PromptFault('examples_number', { key, least, most, text: text.slice(0, 40) });
}

/** The opening tag with another dataset. */
export const withDataset = (tag: string, dataset: string): string =>
  tag.replace(/(\sdataset=)(?:"[^"]*"|[^\s"}]+)/, (_, key: string) => `${key}"${dataset}"`);

/** A cell's place in what is repeated; a backslash before it makes it plain text. */
export const cellPlace = /(\\?)\{\{[ \t]*([^{}\n#/>\s](?:[^{}\n]*[^{}\n\s])?)[ \t]*\}\}/g;

/** Rows that were drawn, with the cells that the prompt has of them. */
export interface DrawnExamples extends Omit<ExamplesWish, 'dataset'> {
  dataset: string;
  version: string;
  /** Of the dataset's version. */
  number: number;
  columns: string[];
  /** `row`: its number in the version. */
  rows: { row: number; cells: string[] }[];
}

/** How a cell is called where all is put together: as a variable, so that nothing in it can begin a turn or be another one. */
export const cellName = (block: number, row: number, column: number): string => `_examples.${block}.${row}.${column}`;

export const cellValues = (examples: readonly DrawnExamples[]): Record<string, string> =>
  Object.fromEntries(
    examples.flatMap(({ rows }, block) =>
      rows.flatMap(({ cells }, row) => cells.map((cell, column) => [cellName(block, row, column), cell])),
    ),
  );

/** How many of these rows stand among the examples, cell by cell: an answer to one of them has been given away. */
export function givenAway(
  examples: readonly DrawnExamples[],
  rows: readonly Readonly<Record<string, string>>[],
): number {
  const keys = examples.map(({ columns, rows: drawn }) => ({
    columns,
    drawn: new Set(drawn.map(({ cells }) => JSON.stringify(cells))),
  }));
  return rows.filter((row) =>
    keys.some(
      ({ columns, drawn }) => columns.length > 0 && drawn.has(JSON.stringify(columns.map((name) => row[name] ?? null))),
    ),
  ).length;
}
