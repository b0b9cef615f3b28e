import type { Rejected } from '../../shared/dataset.ts';
import type { ImportOffer, ImportParams, ImportResult, Progress } from '../../shared/job.ts';
import type { Source } from '../source.ts';

/** What an import says while it works, and listens to. A job's context is one. */
export interface ImportContext {
  progress(report: Pick<Progress, 'stage' | 'unit' | 'done' | 'total'>): void;
  /** Aborted: the import stops within a second, removes what it wrote, and throws the signal's reason. */
  signal: AbortSignal;
}

/**
 * One format. All importers keep one contract, and one test suite holds them to it: the format is told by content; good rows or images are
 * kept and bad ones listed with where and why; an error leaves no file behind; the same source gives the same manifest.
 */
export interface Importer {
  /** What the source holds if it is of this format, else null. Reads only the beginnings of files. */
  offer(source: Source): Promise<ImportOffer | null>;
  read(source: Source, params: ImportParams, context: ImportContext): Promise<ImportResult>;
}

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
