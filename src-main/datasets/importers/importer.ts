import type { ImportOffer, ImportParams, ImportResult } from '../../shared/work/import.ts';
import type { AnnotatedImages, AnnotatedSounds, AnnotatedTexts } from '../annotations/annotated-set.ts';
import type { Staging } from '../archives/staging.ts';
import type { ImportContext } from '../import-context.ts';
import type { Source } from '../source.ts';

export type { ImportContext } from '../import-context.ts';
export { Rejects } from './rejects.ts';

/** What an importer works with besides: a place for passing files, cleared when it has ended, however it ended. */
export interface ReadContext extends ImportContext {
  staging: Staging;
  /** See `ImportParams`. */
  unfinished: string | null;
  /** Annotated sets are not stored but handed over: labelling reads what they say of samples that are there already. */
  take?: {
    images(set: AnnotatedImages): Promise<ImportResult>;
    texts(set: AnnotatedTexts): Promise<ImportResult>;
    sounds(set: AnnotatedSounds): Promise<ImportResult>;
  };
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
export type Offer = Omit<ImportOffer, 'file' | 'sheet' | 'referable'> & { sheet?: string; file?: string };
