import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { SplitSettings, SplitWay } from '../../src-main/shared/split.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** Words for how samples are divided. */

const ways: Record<SplitWay, { name: () => string; help: () => string }> = {
  stratified: { name: m.way_stratified, help: m.way_stratified_help },
  random: { name: m.way_random, help: m.way_random_help },
  grouped: { name: m.way_grouped, help: m.way_grouped_help },
  time: { name: m.way_time, help: m.way_time_help },
  hash: { name: m.way_hash, help: m.way_hash_help },
  folds: { name: m.way_folds, help: m.way_folds_help },
};
export const splitWayWord = (way: SplitWay) => ways[way].name();
export const splitWayHelp = (way: SplitWay) => ways[way].help();

/** What a group or key is taken from. */
function keyWords({ column, pattern, how }: Pick<SplitSettings, 'column' | 'pattern' | 'how'>): string {
  const place = column ?? (pattern === undefined && how === 'grouped' ? m.divide_folder() : m.divide_path());
  return pattern === undefined ? place : m.divide_by_pattern({ place, pattern });
}

/** How a version came to its split. */
export function splitOrigin({ splitSource, splitSeed, split }: Manifest): string {
  const seed = String(splitSeed);
  switch (splitSource) {
    case 'given':
      return m.split_given();
    case 'stratified':
      return m.split_stratified({ seed });
    case 'random':
      return m.split_random({ seed });
    case 'grouped':
      return m.split_origin_grouped({ key: split ? keyWords(split) : '', seed });
    case 'time':
      return m.split_origin_time({ column: split?.column ?? '' });
    case 'hash':
      return m.split_origin_hash({ key: split ? keyWords(split) : '', seed });
    case 'folds':
      return m.split_origin_folds({ fold: String((split?.fold ?? 0) + 1), folds: String(split?.folds ?? 0), seed });
  }
}

const missingKey = /^(\d+) samples? (?:(?:has|have) no (time|key)|(?:is|are) in no group)/;

/** The main process writes it in English; what is not of its form shows as it is. */
export function splitNote({ message }: { code: string; message: string }): string {
  const found = missingKey.exec(message);
  if (!found) return message;
  const [, n, what] = found;
  const count = { count: Number(n), n: format.integer(Number(n)) };
  return what === 'time'
    ? m.divide_note_time(count)
    : what === 'key'
      ? m.divide_note_key(count)
      : m.divide_note_alone(count);
}
