import { splitNames, type SplitName } from '../../shared/dataset.ts';
import { splitCode } from '../splits.ts';
import type { FoundFile } from '../source.ts';
import { splitInName } from './idx-pairs.ts';

/** Several files of one table, some of which may be called train and others test. */

const splitOf = ({ relative }: FoundFile): SplitName | null => splitInName(relative.toLowerCase());

/** Training files first, then by name, numbers in their order. */
export function inOrder(files: readonly FoundFile[]): FoundFile[] {
  const rank = (file: FoundFile): number => splitNames.indexOf(splitOf(file) ?? 'train');
  return [...files].sort((a, b) => rank(a) - rank(b) || (a.relative < b.relative ? -1 : 1));
}

/** The split byte of each row, of so many a file; null where their names tell no two splits. */
export function givenSplit(files: readonly FoundFile[], rows: readonly number[]): Uint8Array | null {
  const roles = files.map(splitOf);
  if (new Set(roles).size < 2) return null;
  const split = new Uint8Array(rows.reduce((sum, count) => sum + count, 0));
  let at = 0;
  roles.forEach((role, i) => split.fill(splitCode(role ?? 'train'), at, (at += rows[i])));
  return split;
}

/**
 * Parquet files by the configuration that they belong to, as Hugging Face lays them out: a folder for each, in which every file tells its split.
 * Where it is not so, all of them, in no folder. huggingface.co/docs/hub/datasets-manual-configuration
 */
export function byConfiguration(files: readonly FoundFile[]): { folder: string | null; files: FoundFile[] }[] {
  const folders = new Map<string, FoundFile[]>();
  for (const file of files) {
    const parts = file.relative.split('/').slice(0, -1);
    const folder = parts.filter((part) => part !== 'data' && splitInName(part.toLowerCase()) === null).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  // "year=2026" is a part of one table.
  const isOne = folders.size < 2 || [...folders.keys()].some((folder) => folder === '' || folder.includes('='));
  if (isOne || files.some((file) => splitOf(file) === null)) return [{ folder: null, files: [...files] }];
  return [...folders].map(([folder, own]) => ({ folder, files: own }));
}
