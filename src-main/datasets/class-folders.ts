import type { SplitName } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { classesOfNames, classOfName, namePattern, suggestPatterns } from '../shared/name-classes.ts';
import type { ImportResult } from '../shared/work/import.ts';
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
  validate: 'validation',
  dev: 'validation',
  eval: 'validation',
  evaluation: 'validation',
};
/** The split that a folder's name says it is. */
export const splitOf = (folder: string): SplitName | null => splitWords[folder.toLowerCase()] ?? null;

/** The split that a word of its name says: "seg_train", "test_images". */
function splitInFolder(folder: string): SplitName | null {
  const said = new Set(folder.split(/[^a-z]+/i).flatMap((word) => splitOf(word) ?? []));
  return splitOf(folder) ?? (said.size === 1 ? [...said][0] : null);
}

/** Flat, or in folders called train and test with nothing below. */
export function withoutClass(file: FoundFile): Member {
  const folders = file.relative.split('/').slice(0, -1);
  return { file, className: '', split: folders.map(splitInFolder).find((split) => split !== null) ?? null };
}

/** A folder of what has no class, beside those of classes. */
const unlabelled = /^(un(labell?ed|sup(ervised)?|annotated)|no[-_ ]?labels?|未标注|无标签)$/i;
/** A folder of what is to be predicted, beside those of splits. */
const unsaid = /(^|[^a-z])(pred(ict(ion)?)?|un(labell?ed|sup(ervised)?))([^a-z]|$)/i;

/** What folders are called that hold all files, whatever these are of. */
const wrappers = new Set([
  ...[
    'images',
    'image',
    'imgs',
    'img',
    'pictures',
    'pics',
    'photos',
    'jpegimages',
    'jpg',
    'jpeg',
    'jpegs',
    'png',
    'pngs',
  ],
  ...['audio', 'audios', 'sounds', 'wav', 'wavs', 'mp3', 'flac', 'clips', 'recordings', 'texts', 'txt'],
  ...[
    'data',
    'dataset',
    'files',
    'samples',
    'raw',
    'all',
    'unlabelled',
    'unlabeled',
    '图片',
    '图像',
    '音频',
    '文本',
    '数据',
  ],
]);

export const isUnlabelled = (folder: string): boolean => unlabelled.test(folder);
export const isWrapper = (folder: string): boolean => wrappers.has(folder.toLowerCase());

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
  const divided = isDivided(paths);
  // Folders below those of splits, or none.
  let inner = divided ? withoutSplits(paths) : paths;
  // A folder of all files that is called so is no class: it is looked through, and where nothing is below there are none.
  const wrapped = (longer: number): boolean =>
    inner.every((path) => path.length > longer && isWrapper(path[0]) && path[0] === inner[0][0]);
  if (wrapped(2)) inner = inner.map((path) => path.slice(1));
  else if (wrapped(1)) return { members: [], strays: [...files] };
  const members: Member[] = [];
  const strays: FoundFile[] = [];
  files.forEach((file, i) => {
    const path = inner[i];
    const split = divided ? splitInFolder(paths[i][0]) : null;
    if (path.length < 2 || (divided && split === null)) strays.push(file);
    else members.push({ file, className: unlabelled.test(path[0]) ? '' : path[0], split });
  });
  return { members, strays };
}

/** All folders are of splits by their whole names; or by words in them, where these say several. */
function isDivided(paths: readonly (readonly string[])[]): boolean {
  if (paths.every((path) => path.length === 1 || splitOf(path[0]) !== null)) return true;
  const tops = [...new Set(paths.filter((path) => path.length > 1).map(([top]) => top))];
  const said = tops.filter((top) => !unsaid.test(top)).map(splitInFolder);
  return said.every((split) => split !== null) && new Set(said).size > 1;
}

/** What lies below folders of splits; seg_train/seg_train/sea is of one folder twice, as archives are often unpacked. */
function withoutSplits(paths: readonly string[][]): string[][] {
  const twice = new Map<string, boolean>();
  for (const [top, next, ...more] of paths)
    if (next !== undefined) twice.set(top, (twice.get(top) ?? true) && next === top && more.length > 1);
  return paths.map((path) => path.slice(twice.get(path[0]) ? 2 : 1));
}

const namesOffered = 300;

/** Some names, spread over all: what patterns of names are tried on before anything is imported. */
export function someNames(files: readonly FoundFile[]): string[] {
  const step = Math.max(1, files.length / namesOffered);
  const names: string[] = [];
  for (let at = 0; at < files.length; at += step) names.push(files[Math.floor(at)].relative);
  return names;
}

/**
 * Reads classes off the names by a pattern, whatever the folders; folders called train and test stay splits. Strays are those whose names do not fit.
 * Throws `invalid_pattern`, and `no_class_in_names` where none does.
 */
export function arrangeByName(
  files: readonly FoundFile[],
  pattern: string,
): { members: Member[]; strays: FoundFile[] } {
  const checked = namePattern(pattern);
  if (!checked) {
    throw new AtelierError(
      'invalid_pattern',
      `"${pattern}" is no regular expression that can be used. One like ^([^_]+)_ takes what stands before the first underscore.`,
    );
  }
  const members: Member[] = [];
  const strays: FoundFile[] = [];
  for (const file of files) {
    const className = classOfName(checked, file.relative);
    if (className === null) strays.push(file);
    else members.push({ ...withoutClass(file), className });
  }
  if (members.length > 0) return { members, strays };
  throw new AtelierError(
    'no_class_in_names',
    `No file's name fits the pattern ${pattern}; they are called like "${files[0].relative.split('/').at(-1)}". The pattern's first group in parentheses is the class: ^([^_]+)_ takes what stands before the first underscore.`,
  );
}

/** Where there are no classes, but the names look as if they told them, a note says so. */
export function withNameHint(result: ImportResult, members: readonly Member[]): ImportResult {
  if (result.manifest.classes.length > 0) return result;
  const names = someNames(members.map(({ file }) => file));
  const suggested = suggestPatterns(names)
    .map(({ pattern }) => ({ pattern, classes: classesOfNames(pattern, names) }))
    .find(({ classes }) => !classes.every(splitOf));
  if (!suggested) return result;
  const { pattern, classes } = suggested;
  const told = `${classes.slice(0, 3).join(', ')}${classes.length > 3 ? ', …' : ''}`;
  const message = `The names of the files may tell their classes (${told}): import them again with --class-from '${pattern}', or choose it under Classes in the window.`;
  const notes = [...result.manifest.notes, { code: 'names_tell', message }];
  return { ...result, manifest: { ...result.manifest, notes } };
}

/** Why a file is none of the samples. */
export const noClass = (relative: string, pattern: string | undefined): string =>
  pattern === undefined
    ? `${relative} lies in no class folder.`
    : `${relative} does not fit the pattern that gives the class.`;
