/**
 * What was marked in a sample. Coordinates are float64 pixels of the original image, x to the right and y down from its top left corner, just
 * as its source says them: nothing is rounded or clipped, also where the pixels that are trained on are a smaller copy. Characters of a text
 * are counted in UTF-16 code units, times of a recording in seconds.
 */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
/** What a source says besides, by its own names: an export in a format that has room for it gives it back. */
export type Extra = Record<string, JsonValue>;

/**
 * `crowd`: many of a kind in one. `outside`: it leaves the image. `empty`: it has no area. `duplicate`: another one is the very same. The last
 * three are found out here, and never stop anything from being kept.
 */
export const annotationFlags = [
  'crowd',
  'difficult',
  'occluded',
  'truncated',
  'outside',
  'empty',
  'duplicate',
] as const;
export type AnnotationFlag = (typeof annotationFlags)[number];
/** Those of them that are mistakes. */
export const problemFlags: readonly AnnotationFlag[] = ['outside', 'empty', 'duplicate'];

interface Marked {
  /** A class of the version's `annotations.classes`. */
  class: string;
  /** As the source calls it. */
  id?: string | number;
  attributes?: Extra;
  /** False where the source says that it is not so; absent where it says nothing. */
  flags?: Partial<Record<AnnotationFlag, boolean>>;
  extra?: Extra;
}

/** x, y, width, height. */
export type Box = readonly [number, number, number, number];

/** Run lengths of nothing and something in turn, down the columns, in COCO's compressed text form. */
export interface Mask {
  height: number;
  width: number;
  counts: string;
  /** Its source wrote the run lengths as a list of numbers, COCO's other form. */
  listed?: boolean;
}

/**
 * One thing in an image. It may be drawn in several ways at once; `type` is the finest of them: keypoints, mask, polygon, box. Every one has
 * its box: the source's, or the bounds of the rest.
 */
export interface ImageObject extends Marked {
  type: 'box' | 'polygon' | 'mask' | 'keypoints';
  box: Box;
  /** Degrees clockwise about the box's top left corner. */
  rotation?: number;
  /** Rings x0, y0, x1, y1 …; several are parts of one thing. */
  polygons?: number[][];
  mask?: Mask;
  /** x, y, visibility of each point of the class, in its order; visibility 0: not marked, 1: hidden, 2: seen. */
  keypoints?: number[];
  /** In pixels, where the source says it. */
  area?: number;
}

/** Characters `start` up to, and without, `end`. */
export interface Span extends Marked {
  type: 'span';
  start: number;
  end: number;
}

/** Between two spans, by their ids. */
export interface Relation extends Marked {
  type: 'relation';
  from: string | number;
  to: string | number;
}

export interface Segment extends Marked {
  type: 'segment';
  start: number;
  end: number;
}

/** Of the whole sample. */
export interface Tag extends Marked {
  type: 'tag';
}

export type Annotation = ImageObject | Span | Relation | Segment | Tag;
export type AnnotationType = Annotation['type'];

/** All that is known of one sample. */
export interface SampleAnnotations {
  /** As the source calls the sample. */
  id?: string | number;
  /** An image's original size. */
  width?: number;
  height?: number;
  /** The image's pixels lie as they are stored: its EXIF turn is not to be heeded, for the coordinates do not. */
  unturned?: boolean;
  annotations: Annotation[];
  /** A text's tokens: start and end of each, one after another. */
  tokens?: number[];
  /** What the source says of each token besides, by column. */
  tokenColumns?: string[][];
  extra?: Extra;
}

export interface AnnotationClass {
  name: string;
  id?: string | number;
  supercategory?: string;
  /** Names of its keypoints, and which are joined (counted from 1, as in COCO). */
  keypoints?: string[];
  skeleton?: number[][];
  extra?: Extra;
}

/** What a version's annotations have in common. */
export interface AnnotationHeader {
  format: 'atelier-annotations';
  version: 1;
  classes: AnnotationClass[];
  /** How tokens were tagged. */
  scheme?: TagScheme;
  extra?: Extra;
}

/** BIO, its older form where B only parts neighbours, and those that mark ends and single tokens by their several letters. */
export type TagScheme = 'bio' | 'iob1' | 'bioes' | 'bilou' | 'bmes';

export interface AnnotationCount {
  name: string;
  count: number;
  /** Samples with at least one. */
  samples: number;
  /** Which of its keypoints are joined, as in the header. */
  skeleton?: number[][];
}

/** In the manifest: enough to show and to filter by without reading them. */
export interface AnnotationSummary {
  total: number;
  types: Partial<Record<AnnotationType, number>>;
  /** In the header's order, which is that of their colours. */
  classes: AnnotationCount[];
  flags: Partial<Record<AnnotationFlag, number>>;
  /** Samples with any. */
  annotated: number;
}
