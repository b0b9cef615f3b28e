import { spanColumn, type Column, type DatasetKind, type Manifest } from '../dataset.ts';
import type { Condition } from '../filter.ts';
import type { SaidMarks } from '../said.ts';

/** What is marked in samples, as other programs have it. */
export const markFormats = [
  'coco',
  'yolo',
  'voc',
  'labelme',
  'masks',
  'csv',
  'conll',
  'spacy',
  'label-studio',
  'jsonl',
] as const;
/** A table's rows as they stand in a version. */
export const rowFormats = ['rows-csv', 'rows-jsonl', 'rows-parquet'] as const;
/** The samples themselves, each in the folder of its class. */
export const folders = 'folders';
export const dataFormats = [...markFormats, ...rowFormats, folders] as const;

export type MarkFormat = (typeof markFormats)[number];
export type RowFormat = (typeof rowFormats)[number];
export type DataFormat = MarkFormat | RowFormat | typeof folders;

export const isRowFormat = (format: DataFormat): format is RowFormat =>
  (rowFormats as readonly DataFormat[]).includes(format);

/** Which formats hold what is marked in samples of this kind. */
export const formatsOf: Record<DatasetKind, readonly MarkFormat[]> = {
  images: ['coco', 'yolo', 'voc', 'labelme', 'label-studio', 'csv', 'masks', 'jsonl'],
  table: ['spacy', 'conll', 'label-studio', 'csv', 'jsonl'],
  audio: ['label-studio', 'csv', 'jsonl'],
};

/** What the formats of a version are told by. */
export type ExportedAs = Pick<Manifest, 'kind' | 'annotations' | 'target' | 'task'> & { columns: readonly Column[] };

/** What a version can be written as. */
export const formatsFor = (manifest: ExportedAs): DataFormat[] => [
  ...(manifest.annotations ? formatsOf[manifest.kind] : []),
  ...(manifest.kind === 'table' ? rowFormats : []),
  ...(haveFolders(manifest) ? ([folders] as const) : []),
];

/** Of tables those of texts with one class each. */
const haveFolders = ({ kind, columns, target, task }: ExportedAs): boolean =>
  kind !== 'table' || (target !== null && task === 'classification' && spanColumn(columns) !== undefined);

/** Writes a version's samples and annotations, or a table's rows, as files. */
export interface DataExportParams {
  blobs: string;
  manifest: Manifest;
  /** The dataset's, which the file of a table's rows is called after; "rows" where left out. */
  name?: string;
  format: DataFormat;
  /** A folder that is absent or empty. */
  out: string;
  /** Image files too. */
  images: boolean;
  /** Only the samples that meet it; all, where left out. */
  filter?: Condition[];
  /** What labelling says instead of the version, and of which samples. */
  labels?: { said: SaidMarks; samples: Int32Array };
  /** The newest version of that dataset, which may know better where files lie that were left where they were. */
  newest?: Manifest;
}

export interface DataExportResult {
  path: string;
  files: number;
  bytes: number;
  samples: number;
  annotations: number;
  /** What the format has no room for. */
  lost: { what: string; count: number }[];
}
