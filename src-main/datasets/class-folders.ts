import type { SplitName } from '../shared/dataset.ts';
import type { FoundFile } from './source.ts';

/** A file with the class, and perhaps the split, that its folders give it. */
export interface Member {
  file: FoundFile;
  /** '' where there are no classes. */
  className: string;
  split: SplitName | null;
}

const splitWords: Record<string, SplitName> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
};
/** The split that a folder's name says it is. */
export const splitOf = (folder: string): SplitName | null => splitWords[folder.toLowerCase()] ?? null;

/** Flat, or in folders called train and test with nothing below. */
export const withoutClass = (file: FoundFile): Member => ({
  file,
  className: '',
  split: splitOf(file.relative.split('/')[0]),
});

/**
 * Reads classes off the folders: `class/…/file`, or `train/class/…/file` beside `test/class/…/file`.
 * Folders that merely wrap all others are looked through. Strays lie beside the class folders and belong to none.
 */
export function arrange(files: readonly FoundFile[]): { members: Member[]; strays: FoundFile[] } {
  let paths = files.map((file) => file.relative.split('/'));
  const first = (): string => paths[0][0];
  while (paths.length > 0 && paths.every((path) => path.length > 2 && path[0] === first()) && !splitOf(first())) {
    paths = paths.map((path) => path.slice(1));
  }
  const divided = paths.every((path) => path.length === 1 || splitOf(path[0]) !== null);
  const members: Member[] = [];
  const strays: FoundFile[] = [];
  files.forEach((file, i) => {
    const path = divided ? paths[i].slice(1) : paths[i];
    if (path.length < 2) strays.push(file);
    else members.push({ file, className: path[0], split: divided ? splitOf(paths[i][0]) : null });
  });
  return { members, strays };
}
