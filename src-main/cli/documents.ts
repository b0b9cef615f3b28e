import type { Command } from 'commander';
import { getCollection, listCollections, listDocuments } from '../db/documents.ts';
import type { AddedDocument } from '../jobs/documents/add.ts';
import { searchPassages } from '../jobs/documents/search.ts';
import { findCollection, resolveCollection } from '../jobs/resolve.ts';
import { mostFound } from '../shared/documents.ts';
import { AtelierError } from '../shared/errors.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { bytes, count, table } from './format.ts';
import { iso } from './json.ts';
import { integer, withCommon } from './options.ts';

export function addDocumentsCommand(program: Command, context: CommandContext): void {
  const documents = program
    .command('documents')
    .description('texts, Markdown and PDF files that questions are asked of, in collections');
  addAdd(documents, context);
  addList(documents, context);
  addSearch(documents, context);
  addRemove(documents, context);
}

function addAdd(documents: Command, context: CommandContext): void {
  withCommon(documents.command('add'))
    .description('read files and folders into a collection, which is made where there is none')
    .argument('<collection>', 'its name, id or the beginning of its id')
    .argument('<paths...>', 'texts, Markdown, PDF files; of folders all of these')
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
    .action((name: string, paths: string[], options: CommonOptions) => {
      const session = new Session(context, 'documents add', options);
      const { out } = session;
      return session.own(async (studio) => {
        const known = findCollection(studio.reading, name);
        const collection = known ?? studio.documents.create(name);
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
        const summary = studio.documents.get(collection).summary;
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
JSON: per collection {"collection","name","documents","passages","bytes","failed","created_at"},
      or per document {"document","name","path","kind","sha256","bytes","pages","characters","passages","added_at","error"}`,
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
By words (BM25, in any script; letters are alike in both cases) and by likeness of letters (TF-IDF); both rankings are fused by places.

JSON: per passage {"document","name","page","number","headings","start","end","text","score","words","letters"}; "words" and "letters" are its places in
      the two rankings, null where it is not among the first 50.

Example:
  $ atelier documents search manuals "How is the filter changed?" --count 3`,
    )
    .action((name: string, question: string, options: CommonOptions & { count: number }) => {
      const session = new Session(context, 'documents search', options);
      const { out } = session;
      return session.read(async (store) => {
        const collection = resolveCollection(store, name);
        const found = await searchPassages(store, collection, question, options.count);
        found.forEach((passage, i) => {
          out.record({ ...passage });
          const page = passage.page === null ? '' : `, p. ${passage.page}`;
          out.text(`[${i + 1}] ${passage.name}${page}  ${passage.score.toFixed(4)}\n${passage.text}\n`);
        });
        if (found.length === 0) out.note(`Nothing in ${getCollection(store, collection).name} has to do with that.`);
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
      '\nAnswers keep the passages that they were given.\n\nJSON: {"collection","document","removed"}',
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
