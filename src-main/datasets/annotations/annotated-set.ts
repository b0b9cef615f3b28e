import type { AnnotationHeader, Extra, ImageObject, SampleAnnotations, Tag } from '../../shared/annotation.ts';
import type { Manifest, SplitName } from '../../shared/dataset.ts';
import type { Rejects } from '../importers/rejects.ts';
import type { FoundFile } from '../source.ts';
import type { DocumentColumn } from '../texts/document-table.ts';

/** One image with what is marked in it. */
export interface AnnotatedImage {
  file: FoundFile;
  split: SplitName | null;
  id?: string | number;
  /** There is no annotation of it at all, not even one that says that there is nothing in it. */
  unsaid?: boolean;
  /** Its size as the annotations say it. */
  claimed?: { width: number; height: number };
  extra?: Extra;
  /** Asked once its size is known, in the images' order. */
  marks(size: { width: number; height: number }): Promise<(ImageObject | Tag)[]> | (ImageObject | Tag)[];
}

export interface AnnotatedImages {
  images: AnnotatedImage[];
  header(): Omit<AnnotationHeader, 'format' | 'version'>;
  /** What the annotations came from: each file's SHA-256 and bytes. May grow while marks are asked for. */
  read: { name: string; sha256: string; bytes: number }[];
  rejects: Rejects;
  notes: Manifest['notes'];
}

export interface AnnotatedText {
  text: string;
  /** The other columns' cells. */
  cells: (string | null)[];
  split: SplitName | null;
  sample: SampleAnnotations;
}

/** One sound with what is marked in it. */
export interface AnnotatedSound {
  /** How its file may be called, likeliest first. */
  names: string[];
  where: string;
  sample: SampleAnnotations;
}

export interface AnnotatedSounds {
  sounds: AnnotatedSound[];
  header(): Omit<AnnotationHeader, 'format' | 'version'>;
  rejects: Rejects;
}

export interface AnnotatedTexts {
  texts: Iterable<AnnotatedText> | AsyncIterable<AnnotatedText>;
  /** Besides the text, which is the last. */
  columns: readonly DocumentColumn[];
  header(): Omit<AnnotationHeader, 'format' | 'version'>;
  read: { name: string; sha256: string; bytes: number }[];
  rejects: Rejects;
  notes(): Manifest['notes'];
}
