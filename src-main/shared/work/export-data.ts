import type { DatasetKind, Manifest } from '../dataset.ts';
import type { Condition } from '../filter.ts';
import type { SaidMarks } from '../said.ts';

export const dataFormats = [
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

export type DataFormat = (typeof dataFormats)[number];

/** Which of them hold what is marked in samples of this kind. */
export const formatsOf: Record<DatasetKind, readonly DataFormat[]> = {
  images: ['coco', 'yolo', 'voc', 'labelme', 'label-studio', 'csv', 'masks', 'jsonl'],
  table: ['spacy', 'conll', 'label-studio', 'csv', 'jsonl'],
  audio: ['label-studio', 'csv', 'jsonl'],
};

/** Writes a version's samples and annotations as files. */
export interface DataExportParams {
  blobs: string;
  manifest: Manifest;
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
