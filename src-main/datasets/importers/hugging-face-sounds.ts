import type { Member } from '../class-folders.ts';
import { whileThere } from '../annotations/reading.ts';
import { rowsOf, sqlPath, withDuck } from '../duck.ts';
import { readSchema } from '../parquet/columns.ts';
import { classOf, embeddedRows, filesIn, holdsSounds, labelIn, parquetFiles, quoted } from '../parquet/embedded.ts';
import { classNamesOf } from '../parquet/features.ts';
import { totalBytes, type FoundFile } from '../source.ts';
import { memoryFor, toldApart } from '../tables/store.ts';
import { storeSounds } from './audio-folder.ts';
import { Rejects, type Importer } from './importer.ts';

/** Sounds inside Parquet, as Hugging Face's data sets have them: bytes and path, with a class in another column. */
export const huggingFaceSounds: Importer = {
  async offer(source) {
    const files = await parquetFiles(source);
    const found = files.length > 0 ? await glance(files[0]) : null;
    if (!found) return [];
    return [
      {
        ...{ kind: 'audio-folder', suggestedName: source.suggestedName, files: files.length, folders: found.classes },
        ...{ bytes: await totalBytes(files), columns: found.columns, target: null },
      },
    ];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const files = await parquetFiles(source);
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      return toldApart(files, params, context, () =>
        withDuck({ blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(0) }, async (connection) => {
          const members: Member[] = [];
          for (const file of files) {
            const schema = await readSchema(connection, file.path);
            const sounds = filesIn(schema);
            if (!sounds) {
              rejects.add(file.relative, 'no_sounds', `${file.relative} has no column of sounds, and was left out.`);
              continue;
            }
            const label = labelIn(schema);
            const names = await classNamesOf(connection, file.path, source.beside ?? source.files);
            const told = label === null ? null : (names.get(label) ?? null);
            const more = { label: label === null ? 'NULL' : quoted(label) };
            for (const row of await embeddedRows(connection, file, sounds, more)) {
              members.push({ file: row.file, split: row.split, className: classOf(row.more.label, told) ?? '' });
            }
          }
          return storeSounds({ source, members, passedOver: 0 }, rejects, params, context);
        }),
      );
    }),
};

/** What the first file tells, of classes at least one; null where it holds no sounds. */
async function glance(file: FoundFile): Promise<{ classes: number; columns: string[] } | null> {
  try {
    return await withDuck({ memoryMB: memoryFor(0) }, async (connection) => {
      const schema = await readSchema(connection, file.path);
      const sounds = filesIn(schema);
      if (!sounds || !(await holdsSounds(connection, file.path, sounds))) return null;
      const label = labelIn(schema);
      const columns = schema.names;
      if (label === null) return { classes: 1, columns };
      const counted = `SELECT count(DISTINCT ${quoted(label)}) AS n FROM read_parquet(${sqlPath(file.path)})`;
      return { classes: Math.max(1, Number((await rowsOf(connection, counted))[0].n)), columns };
    });
  } catch {
    // What is wrong with it is told by whoever reads it as a table.
    return null;
  }
}
