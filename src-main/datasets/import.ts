import { AtelierError } from '../shared/errors.ts';
import type { Manifest } from '../shared/dataset.ts';
import {
  annotatedKinds,
  isOfClassTable,
  type ImportKind,
  type ImportOffer,
  type ImportParams,
  type ImportResult,
} from '../shared/work/import.ts';
import { lookInside } from './archives/look-inside.ts';
import { Staging } from './archives/staging.ts';
import { grow, withoutRecipe } from './grow/grow.ts';
import type { ImportContext } from './importers/importer.ts';
import { notingBlobs } from './ledger.ts';
import { sift } from './no-data/sift.ts';
import { choose, findAll, offerName, type Found } from './offers.ts';
import { Room } from './room.ts';
import { findSource, totalBytes, type Source } from './source.ts';
import { formNote, isForm, unlabelledNote } from './unlabelled-parts.ts';

/** What the paths hold, likeliest first, without reading it all. Throws what an import of them would throw at once: nothing there, unknown format. */
export async function offerImport(paths: string[]): Promise<ImportOffer[]> {
  const source = await lookInside(await findSource(paths));
  try {
    return (await findAll(await sift(source))).map(({ offer }) => offer);
  } finally {
    source.close();
  }
}

/** Imports files or folders as a new dataset's first version. Either all of its blobs are stored, or none is left. */
export async function importDataset(params: ImportParams, importing: ImportContext): Promise<ImportResult> {
  importing.progress({ stage: 'listing', unit: 'files', done: 0, total: 0 });
  const { unfinished = null } = params;
  return unfinished === null
    ? read(params, importing, unfinished)
    : notingBlobs(unfinished, () => read(params, importing, unfinished));
}

async function read(given: ImportParams, importing: ImportContext, unfinished: string | null): Promise<ImportResult> {
  const into = given.into && withoutRecipe(given.into);
  const asked = { ...given, ...(into && { into }) };
  const staging = new Staging(given.blobs);
  const room = await Room.measured(given.blobs, unfinished);
  const progress: ImportContext['progress'] = (report) => {
    room.heard(report);
    importing.progress(report);
  };
  const context = { progress, signal: importing.signal, staging, unfinished };
  try {
    const found = await findSource(given.paths, importing.signal);
    const opened = await lookInside(found, context).catch(async (error) => {
      throw room.words(error, await totalBytes(found.files));
    });
    try {
      const source = await sift(opened);
      const { chosen, others } = choose(source, await findAll(source, given), given);
      const { unlabelled } = chosen.offer;
      // What the rows to be predicted lack is what is to be predicted.
      const params = asked.target === undefined && unlabelled?.target ? { ...asked, target: unlabelled.target } : asked;
      if (params.originals === 'referenced' && !chosen.offer.referable) throw cannotReference(chosen.offer.kind);
      if (params.classFrom !== undefined && !named.includes(chosen.offer.kind)) throw noNames(chosen.offer.kind);
      if (params.separator !== undefined && chosen.offer.kind !== 'table') throw noCells(chosen.offer.kind);
      const read = await chosen.importer.read(chosen.source, params, context);
      const grown = into ? await grow({ ...params, into }, read, given.into!.manifest.recipe, importing.signal) : read;
      return [...formNotes(source, chosen), ...besideNotes(chosen, others)].reduce(noted, grown);
    } catch (error) {
      throw room.words(error, await totalBytes(found.files));
    } finally {
      opened.close();
    }
  } finally {
    await staging.clear();
  }
}

type Note = Manifest['notes'][number];

/** What stands beside a table of a competition: rows to be predicted, forms for answers. */
function formNotes({ files }: Source, { offer: { file, unlabelled } }: Found): Note[] {
  const forms = files.map(({ relative }) => relative).filter((relative) => isForm(relative) && relative !== file);
  return [...(unlabelled ? [unlabelledNote(file!, unlabelled)] : []), ...(forms.length > 0 ? [formNote(forms)] : [])];
}

/** What else might have been imported. */
function besideNotes({ offer }: Found, others: readonly Found[]): Note[] {
  // An annotated set is also seen as what it is made of: images, rows, texts.
  const annotated = annotatedKinds.includes(offer.kind);
  const told = offer.unlabelled ? [offer.unlabelled.file, ...offer.unlabelled.forms] : [];
  const names = others
    .filter(
      ({ offer: other }) =>
        (!annotated || annotatedKinds.includes(other.kind)) &&
        !told.includes(other.file ?? '') &&
        !isOfClassTable(other, offer),
    )
    .map((other) => offerName(other.offer));
  if (names.length === 0) return [];
  const message = `Also found, and not imported: ${names.slice(0, 5).join('; ')}${names.length > 5 ? '; …' : ''}.`;
  return [{ code: 'also_found', message }];
}

const noted = (result: ImportResult, note: Note): ImportResult => ({
  ...result,
  manifest: { ...result.manifest, notes: [...result.manifest.notes, note] },
});

const cannotReference = (kind: ImportKind): AtelierError =>
  new AtelierError(
    'cannot_reference',
    `Only images that lie on the disk as files can be left where they are; this is a source of the kind "${kind}", or images inside an archive. Unpack it first, or have the files copied into the workspace.`,
  );

const noCells = (kind: ImportKind): AtelierError =>
  new AtelierError(
    'no_cells',
    `Several classes a cell are those of a table's target column; this is a source of the kind "${kind}". Leave the separator out.`,
  );

const named: readonly ImportKind[] = ['image-folder', 'audio-folder'];

const noNames = (kind: ImportKind): AtelierError =>
  new AtelierError(
    'no_names',
    `Classes are taken from the names of image and sound files; this is a source of the kind "${kind}". Leave the pattern out.`,
  );
