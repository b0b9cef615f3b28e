import type { Rejected } from '../../shared/dataset.ts';
import type { ImportOffer, ImportParams, ImportResult } from '../../shared/job.ts';
import type { Staging } from '../archives/staging.ts';
import type { ImportContext } from '../import-context.ts';
import type { Source } from '../source.ts';

export type { ImportContext } from '../import-context.ts';

/** What an importer works with besides: a place for passing files, cleared when it has ended, however it ended. */
export interface ReadContext extends ImportContext {
  staging: Staging;
  /** See `ImportParams`. */
  unfinished: string | null;
}

/**
 * One format. All importers keep one contract, and one test suite holds them to it: the format is told by content; good rows or images are
 * kept and bad ones listed with where and why; an error leaves no file behind; the same source gives the same manifest.
 */
export interface Importer {
  /** What the source holds of this format: nothing, one thing, or several to choose from. Reads only the beginnings of files. */
  offer(source: Source): Promise<Offer[]>;
  read(source: Source, params: ImportParams, context: ReadContext): Promise<ImportResult>;
}

/** What an importer says of what it found; which of the source's files that is says who asked it. */
export type Offer = Omit<ImportOffer, 'file' | 'sheet' | 'referable'> & { sheet?: string };

const kept = 1000;

/** The first 1,000 things left out, and how many there were. */
export class Rejects {
  readonly list: Rejected[] = [];
  count = 0;

  /** Where the list stands, to `rewind` to if what follows is done over. */
  mark(): { kept: number; count: number } {
    return { kept: this.list.length, count: this.count };
  }

  rewind(to: { kept: number; count: number }): void {
    this.list.length = to.kept;
    this.count = to.count;
  }

  add(where: string, code: string, message: string): void {
    this.count++;
    if (this.list.length < kept) this.list.push({ where, code, message });
  }
}
