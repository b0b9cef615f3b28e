import { AtelierError } from '../shared/errors.ts';
import type { ImportOffer, ImportParams, ImportResult } from '../shared/job.ts';
import { csv } from './importers/csv.ts';
import { idx } from './importers/idx.ts';
import { imageFolder } from './importers/image-folder.ts';
import type { ImportContext, Importer } from './importers/importer.ts';
import { findSource, type Source } from './source.ts';

/** Asked in this order: the more certain a format is of its own, the earlier. */
const importers: readonly Importer[] = [idx, imageFolder, csv];

/** What the paths hold, without reading it all. Throws what an import of them would throw at once: nothing there, unknown format. */
export async function offerImport(paths: string[]): Promise<ImportOffer> {
  return (await recognise(await findSource(paths))).offer;
}

/** Imports files or folders as a new dataset's first version. Either all of its blobs are stored, or none is left. */
export async function importDataset(params: ImportParams, context: ImportContext): Promise<ImportResult> {
  context.progress({ stage: 'listing', unit: 'files', done: 0, total: 0 });
  const source = await findSource(params.paths, context.signal);
  const { importer } = await recognise(source);
  return importer.read(source, params, context);
}

async function recognise(source: Source): Promise<{ importer: Importer; offer: ImportOffer }> {
  if (source.files.length === 0) {
    throw new AtelierError(
      'nothing_found',
      `${source.root} holds no files to import.`,
      source.refused.map((each) => each.message),
    );
  }
  for (const importer of importers) {
    const offer = await importer.offer(source);
    if (offer) return { importer, offer };
  }
  throw new AtelierError(
    'unknown_format',
    `${source.files.length === 1 ? source.files[0].relative : source.root} holds nothing that can be imported. Drop a table (CSV, TSV), a folder of images with one folder per class, or IDX files.`,
  );
}
