import type { Command } from 'commander';
import { getCollection, listCollections, listDocuments } from '../db/documents.ts';
import type { AddedDocument } from '../jobs/documents/add.ts';
import { EncoderProcess } from '../jobs/documents/encoder-process.ts';
import { searchPassages } from '../jobs/documents/search.ts';
import { findCollection, resolveCollection } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { mostFound, type EncoderLack } from '../shared/documents.ts';
import { AtelierError } from '../shared/errors.ts';
import type { CollectionId } from '../shared/ids.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { bytes, count, table } from './format.ts';
import { iso } from './json.ts';
import { integer, withCommon } from './options.ts';
import { localModelOf } from './prompts-run.ts';

export function addDocumentsCommand(program: Command, context: CommandContext): void {
  const documents = program
    .command('documents')
    .description('texts, Markdown and PDF files that questions are asked of, in collections');
  addAdd(documents, context);
  addList(documents, context);
  addEmbed(documents, context);
  addSearch(documents, context);
  addRemove(documents, context);
}

function addAdd(documents: Command, context: CommandContext): void {
  withCommon(documents.command('add'))
    .description('read files and folders into a collection, which is made where there is none')
    .argument('<collection>', 'its name, id or the beginning of its id')
    .argument('<paths...>', 'texts, Markdown, PDF files; of folders all of these')
    .option('--encoder <model>', 'have the passages compared by an encoder; see "atelier documents embed"')
    .addHelpText(
      'after',
      `
Each document is there whole or not at all. What the collection has already is not added twice; a file that has changed takes the
place of what it was. One that cannot be read is told, and holds no other one up. Nothing leaves the machine.

JSON: per file {"event":"document","name","path","outcome":"added"|"replaced"|"same"|"failed","document","passages","pages","error"},
      then {"event":"finished","collection","name","added","replaced","same","failed"}

Examples:
  $ atelier documents add manuals ~/manuals
  $ atelier documents add manuals pump.pdf notes.md --json`,
    )
    .action((name: string, paths: string[], options: EmbedOptions) => {
      const session = new Session(context, 'documents add', options);
      const { out } = session;
      return session.own(async (studio) => {
        const known = findCollection(studio.reading, name);
        const collection = known ?? studio.documents.create(name);
        if (options.encoder !== undefined) chooseEncoder(session, studio, collection, options.encoder);
        const adding = studio.documents.add(
          collection,
          paths.map((path) => session.path(path)),
        );
        const { files } = await adding
          .then(({ result }) => result)
          .catch((error: unknown) => {
            // One that was made for nothing.
            if (!known && studio.documents.get(collection).documents.length === 0)
              studio.documents.setRemoved(collection, true);
            throw error;
          });
        for (const file of files) {
          out.record(recordOf(file));
          if (file.outcome === 'failed') out.note(`${file.name}: ${file.error.message}`);
        }
        const of = (outcome: AddedDocument['outcome']) => files.filter((file) => file.outcome === outcome).length;
        const counts = { added: of('added'), replaced: of('replaced'), same: of('same'), failed: of('failed') };
        if (studio.documents.get(collection).summary.encoder) await embedded(studio, collection, session);
        const { summary } = studio.documents.get(collection);
        out.record({ event: 'finished', collection, name: summary.name, ...counts });
        const told = Object.entries(counts).filter(([, n]) => n > 0);
        out.text(
          `${told.map(([what, n]) => `${n} ${what}`).join(', ')}; ${summary.name} has ${count(summary.documents)} documents in ${count(summary.passages)} passages.`,
        );
      });
    });
}

const recordOf = (file: AddedDocument): Record<string, unknown> => ({
  event: 'document',
  name: file.name,
  path: file.path,
  outcome: file.outcome,
  ...('document' in file && { document: file.document, passages: file.passages, pages: file.pages }),
  ...('error' in file && { error: { code: file.error.code, message: file.error.message } }),
});

function addList(documents: Command, context: CommandContext): void {
  withCommon(documents.command('list'))
    .description('the collections, or the documents of one')
    .argument('[collection]', 'its name, id or the beginning of its id')
    .addHelpText(
      'after',
      `
JSON: per collection {"collection","name","documents","passages","bytes","failed","encoder","created_at"},
      or per document {"document","name","path","kind","sha256","bytes","pages","characters","passages","added_at","error"}

Examples:
  $ atelier documents list
  $ atelier documents list manuals`,
    )
    .action((name: string | undefined, options: CommonOptions) => {
      const session = new Session(context, 'documents list', options);
      const { out } = session;
      return session.read((store) => {
        if (name === undefined) {
          const all = listCollections(store);
          for (const { id, createdAt, ...one } of all)
            out.record({ collection: id, ...one, created_at: iso(createdAt) });
          const cells = all.map((one) => [
            one.id,
            one.name,
            count(one.documents),
            count(one.passages),
            bytes(one.bytes),
          ]);
          return out.text(table([['id', 'name', 'documents', 'passages', 'size'], ...cells]));
        }
        const all = listDocuments(store, resolveCollection(store, name));
        for (const { id, addedAt, error, ...one } of all) {
          const told = error && { code: error.code, message: error.message };
          out.record({ document: id, ...one, added_at: iso(addedAt), error: told });
        }
        const cells = all.map((one) => [
          one.id,
          one.name,
          one.pages === null ? '' : count(one.pages),
          one.error ? '' : count(one.passages),
          one.error ? '' : bytes(one.bytes),
          one.error ? one.error.code : '',
        ]);
        out.text(table([['id', 'name', 'pages', 'passages', 'size', ''], ...cells]));
      });
    });
}

function addSearch(documents: Command, context: CommandContext): void {
  withCommon(documents.command('search'))
    .description('the passages of a collection that have most to do with a question, best first')
    .argument('<collection>', 'its name, id or the beginning of its id')
    .argument('<question>', 'a question, or words of what is looked for')
    .option('--count <n>', 'so many passages at most', integer(1, mostFound), 5)
    .addHelpText(
      'after',
      `
By words (BM25, in any script; letters are alike in both cases) and by likeness: of meaning where the collection has an encoder ("atelier documents
embed"), else of letters (TF-IDF); both rankings are fused by places. An encoder that cannot be used is told of, and letters are taken.

JSON: per passage {"document","name","page","number","headings","start","end","text","score","words","letters","meaning","likeness"}; "words", "letters" and "meaning"
      (with an encoder) are its places in the rankings, null where it is not among the first 50 or there was none.

Example:
  $ atelier documents search manuals "How is the filter changed?" --count 3`,
    )
    .action((name: string, question: string, options: CommonOptions & { count: number }) => {
      const session = new Session(context, 'documents search', options);
      const { out } = session;
      return session.read(async (store) => {
        const collection = resolveCollection(store, name);
        const encoder = new EncoderProcess(session.host.spawnUtility);
        const asked = { collection, question, limit: options.count };
        const { passages: found, lack } = await searchPassages(store, session.folder, asked, (...of) =>
          encoder.encode(...of),
        ).finally(() => encoder.close());
        if (lack) out.note(lackText(lack, getCollection(store, collection).name));
        found.forEach((passage, i) => {
          out.record({ ...passage, meaning: passage.meaning ?? null });
          const page = passage.page === null ? '' : `, p. ${passage.page}`;
          out.text(`[${i + 1}] ${passage.name}${page}  ${passage.score.toFixed(4)}\n${passage.text}\n`);
        });
        if (found.length === 0) out.note(`Nothing in ${getCollection(store, collection).name} has to do with that.`);
      });
    });
}

/** Why a search went by letters. */
function lackText({ why, name, message }: EncoderLack, collection: string): string {
  const again = `"atelier documents embed ${collection}"`;
  const said = {
    gone: `its encoder "${name}" is no longer there. Choose another one with ${again} --encoder FOLDER, or none`,
    unfinished: `not all of its passages have vectors of "${name}" yet. Make them with ${again}`,
    changed: `"${name}" is another model since. Make the vectors anew with ${again}`,
    failed: `"${name}" cannot be opened: ${message ?? ''}`,
  }[why];
  return `${collection} was searched by words and letters: ${said}.`;
}

interface EmbedOptions extends CommonOptions {
  encoder?: string;
}

/** The vectors that a collection's encoder lacks. */
async function embedded(studio: Studio, collection: CollectionId, { out }: Session): Promise<void> {
  await studio.documents.embed(collection)?.result;
  const { name, passages, encoder } = studio.documents.get(collection).summary;
  if (!encoder) return out.text(`${name} is searched by words and letters, without a model.`);
  out.text(
    passages === 0
      ? `${name} has no passages yet; those that come get their vectors from ${encoder.name}.`
      : `${encoder.name} has vectors of ${count(encoder.embedded)} of ${count(passages)} passages of ${name}.`,
  );
}

function chooseEncoder(session: Session, studio: Studio, collection: CollectionId, text: string): void {
  if (text === 'none') return studio.documents.setEncoder(collection, null);
  const ref = localModelOf(session, studio, text);
  if ('run' in ref)
    throw new AtelierError('model_unfit', `"${text}" is a run; an encoder of texts is the folder of a model.`);
  studio.documents.setEncoder(collection, ref.folder);
}

function addEmbed(documents: Command, context: CommandContext): void {
  withCommon(documents.command('embed'))
    .description('have passages compared by an encoder, and make the vectors that it lacks')
    .argument('<collection>', 'its name, id or the beginning of its id')
    .option(
      '--encoder <model>',
      'the folder of an encoder (sentence-transformers, BERT …), or its name; none: by letters again',
    )
    .addHelpText(
      'after',
      `
Without --encoder goes on with the collection's own. The vectors of each encoder are kept: one that was used before is there at once. Documents
that are added later get theirs by themselves. Ctrl-C ends it; what was made is kept.

JSON: {"event":"finished","collection","encoder","passages","embedded"}; "encoder" is null where there is none.

Examples:
  $ atelier documents embed manuals --encoder models/all-MiniLM-L6-v2
  $ atelier documents embed manuals --encoder none`,
    )
    .action((name: string, options: EmbedOptions) => {
      const session = new Session(context, 'documents embed', options);
      return session.own(async (studio) => {
        const collection = resolveCollection(studio.reading, name);
        if (options.encoder !== undefined) chooseEncoder(session, studio, collection, options.encoder);
        await embedded(studio, collection, session);
        const { passages, encoder } = studio.documents.get(collection).summary;
        const told = { encoder: encoder?.name ?? null, passages, embedded: encoder?.embedded ?? 0 };
        session.out.record({ event: 'finished', collection, ...told });
      });
    });
}

interface RemoveOptions extends CommonOptions {
  yes?: boolean;
}

function addRemove(documents: Command, context: CommandContext): void {
  withCommon(documents.command('remove'))
    .description('take a document out of a collection, or with --yes the collection; the files stay where they are')
    .argument('<collection>', 'its name, id or the beginning of its id')
    .argument('[document]', 'its name or id')
    .option('--yes', 'the whole collection')
    .addHelpText(
      'after',
      `
Answers keep the passages that they were given.

JSON: {"collection","document","removed"}

Examples:
  $ atelier documents remove manuals pump.pdf
  $ atelier documents remove manuals --yes`,
    )
    .action((name: string, document: string | undefined, { yes = false, ...options }: RemoveOptions) => {
      const session = new Session(context, 'documents remove', options);
      const { out } = session;
      return session.own((studio) => {
        const collection = resolveCollection(studio.reading, name);
        const { summary, documents: all } = studio.documents.get(collection);
        if (document === undefined) {
          if (!yes) {
            throw new AtelierError(
              'bad_arguments',
              `This would remove ${summary.name} with its ${summary.documents} documents. Name a document, or say --yes.`,
            );
          }
          studio.documents.setRemoved(collection, true);
          out.record({ collection, document: null, removed: summary.documents });
          out.text(`${summary.name} is removed; the files stay where they are.`);
          return Promise.resolve();
        }
        const found = all.filter(({ id, name: called, path }) => [id, called, path].includes(document));
        if (found.length !== 1) {
          const why = found.length === 0 ? 'there is no such document' : 'several documents are called so: give its id';
          throw new AtelierError(
            'no_such_document',
            `"${document}" cannot be removed from ${summary.name}: ${why} ("atelier documents list ${summary.name}").`,
          );
        }
        studio.documents.setDocumentRemoved(found[0].id, true);
        out.record({ collection, document: found[0].id, removed: 1 });
        out.text(`${found[0].name} is removed; the file stays where it is.`);
        return Promise.resolve();
      });
    });
}
