import type { AnnotationHeader, SampleAnnotations } from '../../shared/annotation.ts';
import type { DatasetKind, Manifest, SplitName } from '../../shared/dataset.ts';
import type { ExportFolder } from './folder.ts';

/** One sample on its way out. */
export interface ExportSample {
  index: number;
  /** An image's or sound's path in its source; a text has none. */
  name: string;
  split: SplitName;
  marks: SampleAnnotations;
  /** A text's. */
  text: string;
  /** A text's other cells, in the columns' order. */
  cells: (string | null)[];
  /** An image file's bytes, as it came; null where images are not asked for. */
  original: (() => Promise<Uint8Array>) | null;
}

export interface ExportSet {
  manifest: Manifest;
  header: AnnotationHeader;
  /** In order. May be asked for several times. */
  samples(): AsyncGenerator<ExportSample>;
}

/** What the format has no room for, counted by what it is: told, never passed over in silence. */
export class Losses {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  get list(): { what: string; count: number }[] {
    return [...this.#counts].map(([what, count]) => ({ what, count }));
  }
}

/** One format. What an importer of the same format reads of it is what was there, save what is told in `losses`. */
export interface DataExporter {
  of: readonly DatasetKind[];
  write(set: ExportSet, to: ExportFolder, losses: Losses): Promise<void>;
}

/** What splits are called in files. */
export const splitFile: Record<SplitName, string> = { train: 'train', validation: 'val', test: 'test' };

/** A decimal fraction that went through a division is given back as it was: 15 digits are what a float64 is sure of. */
export const decimal = (value: number): number => Number(value.toPrecision(15));
