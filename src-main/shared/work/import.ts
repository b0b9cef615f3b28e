import type { Manifest } from '../dataset.ts';
import type { DatasetId, VersionId } from '../ids.ts';
import { anyOf, withoutSplit } from './alike-names.ts';

/** The longest text that is taken from the clipboard or a pipe. */
export const pastedCharacters = 32_000_000;

const annotated = [
  'coco',
  'yolo',
  'voc',
  'csv-boxes',
  'conll',
  'label-studio',
  'labelme',
  'masks',
  'spacy',
  'hugging-face',
  'hugging-face-texts',
  'jsonl',
] as const;

/** What files can be imported as. `image-array`: images as an array of numbers, as NumPy keeps it; `audio-folder`: sounds, with one folder per class; `text-folder`: texts with one folder per class; `corpus`: texts without labels. The others are annotated sets. */
export const importKinds = [
  'table',
  'image-folder',
  'image-array',
  'idx',
  'audio-folder',
  'text-folder',
  'corpus',
  ...annotated,
] as const;
export type ImportKind = (typeof importKinds)[number];

/** Those whose samples come with annotations. */
export const annotatedKinds: readonly ImportKind[] = annotated;

export interface ImportParams {
  blobs: string;
  paths: string[];
  /** Of several things in the source the one of this kind, … */
  kind?: ImportKind;
  /** … of several tables the one in this file, by its path within the source, … */
  file?: string;
  /** … of several sheets the one of this name. Where left out, told by the content. */
  sheet?: string;
  /** A table's target column; guessed when absent, none when null. */
  target?: string | null;
  /** Tables: each cell of the target, which must be given, names any number of classes, with this between them. */
  separator?: string;
  /** Images and sounds: a pattern of their files' names that gives the class, in the place of the folders; see `name-classes.ts`. */
  classFrom?: string;
  /** Sounds: samples a second that they are brought to; where left out the most common of theirs. */
  sampleRate?: number;
  splitSeed: number;
  /** Images: what becomes of their files; see `Originals`. */
  originals?: Originals;
  /** A folder beside the blobs, made by the owner: keeps what is done already, should the import be cut short. Without it nothing is kept. */
  unfinished?: string;
  /** The source is that of a version that is there, grown: only what came or changed is stored. */
  into?: GrowParams;
}

/** Image files as they came are `copied` into the workspace, or `referenced`: left where they are, and looked up there. */
export type Originals = 'copied' | 'referenced';

export interface GrowParams {
  /** What it is to be the next version of. */
  manifest: Manifest;
  /** How the source was when it was last imported: what differs from it was corrected since, and stays. */
  base: Manifest;
  /** A table's column that tells rows apart, so that a changed one is known from a new one. */
  key?: string;
}

export interface ImportResult {
  manifest: Manifest;
  suggestedName: string;
  /** With `into`: how many samples came, went, and are other than they were. */
  growth?: Growth;
}

export interface Growth {
  added: number;
  removed: number;
  changed: number;
}

/** Looks in a folder for the files that a version's images came from. */
export interface RelinkParams {
  blobs: string;
  manifest: Manifest;
  /** Absolute. */
  folder: string;
}

export interface RelinkResult {
  manifest: Manifest;
  /** In words: "originals found in /new/photos: 498 of 500". */
  change: string;
  found: number;
  /** Not found there, and not where they were either. */
  missing: number;
  /** Of those missing: there is a file of that name, with other content. */
  changed: number;
  /** Some lie elsewhere than was known. */
  moved: boolean;
  /** From where most of them now count, and did before: where the source is to be looked for. */
  root: { before: string; now: string };
}

/** One thing that a drop holds, told before anything is imported. `kind`, `file` and `sheet` choose it. */
export interface ImportOffer {
  kind: ImportKind;
  /** A table's file, by its path within what was dropped. */
  file: string | null;
  /** A spreadsheet's sheet. */
  sheet: string | null;
  suggestedName: string;
  /** Counts for the sentence shown: files, folders (classes), rows (estimated), bytes. */
  files: number;
  folders: number;
  bytes: number;
  /** Tables: column names and the guessed target. */
  columns: string[];
  target: string | null;
  /** Columns whose cells look like several classes each, what stands between them, and one such cell. */
  several?: { column: string; separator: string; example: string }[];
  /** Images of files that lie there as they are: these can be left where they are. */
  referable: boolean;
  /** Images and sounds: some of their paths, to try patterns of names on. */
  names?: string[];
  /** Images and sounds whose classes stand in a table beside them; `file` is the first such table, `columns` those that could name the class. */
  classTable?: ClassTable;
  /** A training table: the rows beside it that are to be predicted. */
  unlabelled?: Unlabelled;
}

/** Where the classes of images or sounds stand. */
export interface ClassTable {
  /** Tables of the same columns. */
  files: string[];
  /** Names the class; null where each class has a column of its own. */
  column: string | null;
  /** Names the file. */
  named: string;
  /** Names the split. */
  split: string | null;
  /** Some of the classes. */
  classes: string[];
}

/** A table beside a training table that has its columns without the target. */
export interface Unlabelled {
  file: string;
  /** Columns that only the training table has. */
  lacks: string[];
  /** Which of them is to be predicted; null where that is not clear. */
  target: string | null;
  /** Files beside that only show how answers are handed in. */
  forms: string[];
}

/** A dataset, and what of certain paths it was last read from; null where that was left open. */
export interface ReadFrom {
  dataset: DatasetId;
  name: string;
  latestVersion: VersionId;
  kind: ImportKind | null;
  file: string | null;
  sheet: string | null;
}

/** Of those that were read from the same paths the newest that this may be a newer state of; what is left open may be any. */
export const readFromThere = (
  sources: readonly ReadFrom[],
  wanted: Partial<Pick<ImportOffer, 'kind' | 'file' | 'sheet'>>,
): ReadFrom | null =>
  sources.find((one) =>
    (['kind', 'file', 'sheet'] as const).every(
      (key) => one[key] === null || wanted[key] === undefined || one[key] === wanted[key],
    ),
  ) ?? null;

/** The same files without the classes that a table says of them, or that table. */
export const isOfClassTable = (
  one: Pick<ImportOffer, 'kind' | 'file' | 'classTable'>,
  { kind, classTable }: Pick<ImportOffer, 'kind' | 'file' | 'classTable'>,
): boolean =>
  classTable !== undefined &&
  !one.classTable &&
  (one.kind === kind || classTable.files.some((file) => file === one.file || anyOf(file) === one.file));

/**
 * Of several things found, those that are not another reading of the same: what an annotated set is made of is also images, rows, texts; a table in
 * several files ("sales-*.csv") is also each of them.
 */
export function apart<T extends Pick<ImportOffer, 'kind' | 'file' | 'classTable' | 'unlabelled'>>(
  found: readonly T[],
): T[] {
  const isAnnotated = ({ kind }: T): boolean => annotatedKinds.includes(kind);
  if (found.some(isAnnotated)) return found.filter(isAnnotated);
  const apartFromClasses = found.filter(
    (each) => !found.some((other) => isOfClassTable(each, other) || other.unlabelled?.file === each.file),
  );
  const together = apartFromClasses.flatMap(({ file }) => (file?.includes('*') ? [file] : []));
  const isPart = (file: string): boolean =>
    together.some((all) => all !== file && withoutSplit(all) === withoutSplit(file.replace(/\.gz$/i, '')));
  return apartFromClasses.filter(({ file }) => file === null || !isPart(file));
}
