import type { ImportOffer, ImportParams, ImportResult } from '../shared/job.ts';
import { lookInside } from './archives/look-inside.ts';
import { Staging } from './archives/staging.ts';
import type { ImportContext } from './importers/importer.ts';
import { choose, findAll, offerName } from './offers.ts';
import { findSource } from './source.ts';

/** What the paths hold, likeliest first, without reading it all. Throws what an import of them would throw at once: nothing there, unknown format. */
export async function offerImport(paths: string[]): Promise<ImportOffer[]> {
  const source = await lookInside(await findSource(paths));
  try {
    return (await findAll(source)).map(({ offer }) => offer);
  } finally {
    source.close();
  }
}

/** Imports files or folders as a new dataset's first version. Either all of its blobs are stored, or none is left. */
export async function importDataset(params: ImportParams, importing: ImportContext): Promise<ImportResult> {
  importing.progress({ stage: 'listing', unit: 'files', done: 0, total: 0 });
  const staging = new Staging(params.blobs);
  const context = { progress: importing.progress.bind(importing), signal: importing.signal, staging };
  try {
    const source = await lookInside(await findSource(params.paths, importing.signal), context);
    try {
      const { chosen, others } = choose(source, await findAll(source, params.kind), params);
      const result = await chosen.importer.read(chosen.source, params, context);
      if (others.length === 0) return result;
      const names = others.slice(0, 5).map(({ offer }) => offerName(offer));
      const message = `Also found, and not imported: ${names.join('; ')}${others.length > 5 ? '; …' : ''}.`;
      const { manifest } = result;
      return { ...result, manifest: { ...manifest, notes: [...manifest.notes, { code: 'also_found', message }] } };
    } finally {
      source.close();
    }
  } finally {
    await staging.clear();
  }
}
