import type { AnnotationSummary, SampleAnnotations } from './annotation.ts';
import type { AudioFacts, SoundSummary } from './audio.ts';
import type { Condition } from './filter.ts';
import type { DatasetId, VersionId } from './ids.ts';
import type { Recipe } from './recipe.ts';
import type { SplitSettings, SplitWay } from './split.ts';

/** What a dataset version is, as stored in its row and handed to utilities and the window. */

export type DatasetKind = 'table' | 'images' | 'audio';
export type SplitName = 'train' | 'validation' | 'test';
/** The byte that stands for each split in a split blob. */
export const splitNames: readonly SplitName[] = ['train', 'validation', 'test'];

/** `number` is scaled, `category` is one-hot; `text` is read by the nets for texts, and left out by all others. */
export type ColumnType = 'number' | 'category' | 'text';
export type ColumnRole = 'feature' | 'target' | 'ignored';

export interface Column {
  name: string;
  type: ColumnType;
  role: ColumnRole;
  /** Cells that are empty or one of the usual words for "missing" (NA, N/A, null, ?, …). */
  missing: number;
  distinct: number;
  /** Numbers only. */
  min?: number;
  max?: number;
  mean?: number;
  /** Categories only: the most frequent values, most frequent first, at most 20. */
  top?: { value: string; count: number }[];
  /** Texts only. */
  text?: TextFacts;
  /** Why it is ignored, where the importer decided so: `all_missing`, `constant`, `identifier`, `text`. */
  note?: string;
  /** The column is written with a decimal comma ("3,14"). */
  decimalComma?: boolean;
  /** Its numbers are as a recipe's step scaled or encoded them: nets take them as they are. */
  prepared?: boolean;
  /** Each cell names any number of classes, with this between them (see `class-sets.ts`). */
  separator?: string;
}

/** How long a column's texts are, and of how many words they are made (see `shared/words.ts`); without the missing ones. */
export interface TextFacts {
  /** Of so many samples, spread over all: a look at every one would take long. */
  sampled: number;
  characters: Lengths;
  words: Lengths;
  /** counts[i] texts have from `from + i·width` words on; the last bar has all that are longer, too. */
  histogram: { from: number; width: number; counts: number[] };
  /** Different words, whatever their case; and those of them that occur more than once. */
  vocabulary: number;
  repeated: number;
}

export interface Lengths {
  mean: number;
  median: number;
  /** 95 of 100 are at most so long. */
  p95: number;
  max: number;
}

/** The column in whose texts spans are marked: the first one of texts. */
export const spanColumn = <T extends Pick<Column, 'type'>>(columns: readonly T[]): T | undefined =>
  columns.find(({ type }) => type === 'text');

export interface ClassCount {
  name: string;
  count: number;
}

export interface ImageShape {
  height: number;
  width: number;
  /** 1 (grey) or 3 (RGB). */
  channels: number;
}

/** One thing in the source that was left out, and why. */
export interface Rejected {
  /** File path relative to what was imported, or `line 12`. */
  where: string;
  code: string;
  message: string;
}

export interface SourceFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** SHA-256 of a blob, in lower-case hex: the file is `<workspace>/blobs/<first two digits>/<all digits>`. */
export type BlobHash = string;

/**
 * An immutable dataset version. Samples are numbered 0…samples-1 in source order; every blob keeps that order.
 * - `table`: Parquet; every column VARCHAR, as in the source (trimmed, missing → NULL), so that types can be changed without loss; after the recipe, where there is one.
 * - `raw`: with a recipe, the table that it begins with: as it was imported.
 * - `rows`: with a recipe that leaves rows out, little-endian int32 per sample: its row in `raw`, or which of the images or sounds before it.
 * - `recipe`: JSON, what the recipe's steps have learnt (see `FittedRecipe`).
 * - `images`: samples × height × width × channels bytes, uint8, row-major, channels last.
 * - `names`: JSON array of each image's path inside the source.
 * - `contents`: SHA-256 of each image's or sound's file, 32 bytes per sample: what tells a changed one.
 * - `places`: with `parts` or `soundParts`, or a recipe that leaves images or sounds out, two little-endian int32 per sample: the part it lies in, and as which of its images or sounds.
 * - `labels`: little-endian int32 per sample, index into `classes` (with `classSets` into those), -1 where there is no label. (Not of tables: a
 *   table's is its target column.)
 * - `split`: uint8 per sample, index into `splitNames`.
 * - `folds`: uint8 per sample, its fold from 0; where it was divided into folds.
 * - `annotations`: JSON Lines; line i is sample i's `SampleAnnotations`, the line after the last sample's is the `AnnotationHeader`. Labelling
 *   makes a version with another one of these; everything else stays.
 * - `annotationOffsets`: where each of those lines begins, and where the last one ends: little-endian float64.
 * - `originals`: the image files as they came, one after another, sharp and unscaled; `originalOffsets`: where each begins, as above. One
 *   blob instead of one a file: thousands of files would each have to reach the disk by themselves. Sound files, too.
 * - `references`: instead of `originals`, where each image's file lies that was left where it was (see `datasets/originals/references.ts`).
 * - `sounds`: little-endian int16, each sound's samples after the other's: mono, at the rate that `audio` says; `soundOffsets`: where in bytes
 *   each begins, as above.
 * - `outlines`: for each sound `outlinePieces` pairs of int8, the least and the greatest sample of each piece.
 * - `measured`: for each sound four 32-bit floats, see `packMeasured`.
 * - `forms`: for each sound what its file was, see `packForm`.
 */
export interface Manifest {
  kind: DatasetKind;
  samples: number;
  /** Tables only. */
  columns: Column[];
  /** A table's target column, or null while none is chosen. Images always have their classes. */
  target: string | null;
  task: 'classification' | 'multi-label' | 'regression' | null;
  /** Not of regression; ordered by name (numbers by value), or as given by the source. None for images without any. */
  classes: ClassCount[];
  /** Multi-label, not of tables: the sets of classes that occur, each as ascending indices into `classes`; a set may be empty. */
  classSets?: number[][];
  /** Images only. */
  image: ImageShape | null;
  /** Sounds only. */
  audio?: AudioFacts;
  splits: Record<SplitName, number>;
  /** `given`: the source came with its own test (or train) files; the others: made here, see `SplitWay`. */
  splitSource: 'given' | SplitWay;
  splitSeed: number;
  /** How it was divided, where that was asked for: not at import, which does what is usual. */
  split?: SplitSettings;
  blobs: {
    table?: BlobHash;
    images?: BlobHash;
    names?: BlobHash;
    contents?: BlobHash;
    places?: BlobHash;
    labels?: BlobHash;
    split: BlobHash;
    folds?: BlobHash;
    raw?: BlobHash;
    rows?: BlobHash;
    recipe?: BlobHash;
    annotations?: BlobHash;
    annotationOffsets?: BlobHash;
    originals?: BlobHash;
    originalOffsets?: BlobHash;
    references?: BlobHash;
    sounds?: BlobHash;
    soundOffsets?: BlobHash;
    outlines?: BlobHash;
    measured?: BlobHash;
    forms?: BlobHash;
  };
  /** Images of a source that has grown: those of the version before, and those that came; then `images` and the like of `blobs` are the first one's. */
  parts?: ImagePart[];
  /** Sounds of a source that has grown, likewise; `outlines` and `measured` are of all. */
  soundParts?: SoundPart[];
  /** Of a source that has grown, where classes or annotations had been corrected: how the source has them. */
  asRead?: { labels?: BlobHash; classes?: ClassCount[]; annotations?: BlobHash; annotationOffsets?: BlobHash };
  /** Where samples have annotations: what there is in all. */
  annotations?: AnnotationSummary;
  /** How this one was made of the one that was imported. */
  recipe?: Recipe;
  /** With a recipe: the table before it, or the images or sounds. `split` and `folds` are those of its rows, so that one that comes back is where it was. */
  raw?: { samples: number; columns: Column[]; split: BlobHash; folds?: BlobHash; marks?: RawMarks; files?: RawFiles };
  sources: SourceFile[];
  /** How many were left out, and the first 1,000 of them. */
  rejectedCount: number;
  rejected: Rejected[];
  /** Facts about the reading worth telling: encoding, delimiter, resized images, a single class… */
  notes: { code: string; message: string }[];
}

/** Images or sounds before a recipe: all that is said of them sample by sample. */
export type RawFiles = Pick<
  Manifest,
  'task' | 'classes' | 'classSets' | 'splits' | 'blobs' | 'parts' | 'soundParts' | 'asRead' | 'annotations' | 'notes'
>;

/** Annotations before a recipe, and what became of them. */
export interface RawMarks extends SpanLoss {
  summary: AnnotationSummary;
  annotations: BlobHash;
  annotationOffsets: BlobHash;
}

/** How spans fared when a recipe changed the texts under them, in the rows that stay. */
export interface SpanLoss {
  /** Gone with all of their text. */
  lost: number;
  /** Gone in part. */
  cut: number;
  /** Relations gone with a span that they joined. */
  parted: number;
}

/** Images that were stored together; see `Manifest`. */
export interface ImagePart {
  images: BlobHash;
  originals?: BlobHash;
  originalOffsets?: BlobHash;
}

/** Sounds that were stored together; see `Manifest`. */
export interface SoundPart {
  sounds: BlobHash;
  soundOffsets: BlobHash;
  originals?: BlobHash;
  originalOffsets?: BlobHash;
}

export interface DatasetVersion {
  id: VersionId;
  dataset: DatasetId;
  /** 1, 2, 3 … within the dataset. */
  number: number;
  createdAt: number;
  /** What changed from the parent, in words for people; the first one's says where it came from. */
  change: string;
  manifest: Manifest;
}

export interface DatasetSummary {
  id: DatasetId;
  name: string;
  createdAt: number;
  archived: boolean;
  kind: DatasetKind;
  samples: number;
  classes: number;
  target: string | null;
  latestVersion: VersionId;
  versions: number;
}

export interface DatasetDetail {
  summary: DatasetSummary;
  version: DatasetVersion;
  versions: { id: VersionId; number: number; createdAt: number; change: string; samples: number }[];
  /** What its source was called when it was last imported; null where it is not known where that lies. */
  source: string | null;
}

/** A cell longer than this is cut in a page of several samples. */
export const shownText = 400;

/** A page of samples for the grid or the table. `indices[i]` is the sample number of row i. */
export interface SamplePage {
  total: number;
  indices: number[];
  splits: SplitName[];
  /** Class name per sample, null where unlabelled; absent for regression. */
  labels: (string | null)[];
  /**
   * Tables: one array of cells per sample, in the manifest's column order; null is missing. In a page of several samples long cells end
   * after `shownText` characters; in a page of one they are whole.
   */
  rows?: (string | null)[][];
  /** Images: the samples' bytes one after another (height × width × channels each). */
  pixels?: Uint8Array;
  /** Images of a list of samples: each one's path inside the source. */
  names?: string[];
  /** Sounds: what a list shows of each, and their outlines (see `outlinePieces`) one after another. */
  sounds?: SoundSummary[];
  outlines?: Int8Array;
  /** Where the version has any. */
  annotations?: SampleAnnotations[];
}

/** An image file, to be shown sharp. */
export interface OriginalImage {
  bytes: Uint8Array;
  /** Of the file's image, as it is shown; `bytes` may be of a smaller one. */
  width: number;
  height: number;
  /** Its EXIF turn is to be heeded. */
  turn: boolean;
}

/** How the files stand that a version's images came from, where they were left where they are. */
export interface OriginalsReport {
  files: number;
  /** There as they were, as far as size and time tell; or by their content, where the time is another. */
  present: number;
  missing: number;
  /** Of other content. */
  changed: number;
  /** Of another time, and too many to be read for this: what is in them is compared when one is looked at. */
  unsure: number;
  /** The folders that they lie in, for people to read. */
  folders: string[];
  /** The first few of those missing or changed, by their path in the source. */
  first: { name: string; state: 'missing' | 'changed' }[];
}

export interface SampleQuery {
  version: VersionId;
  offset: number;
  /** At most 500. */
  limit: number;
  /** All samples, where left out. */
  filter?: Condition[];
  /** Tables only. */
  sort?: { column: string; descending: boolean };
}
