import type { ImportKind, ImportResult } from '../../shared/work/import.ts';
import type { ImportParams } from '../../shared/work/import.ts';
import { namedAudio } from '../audio/file-type.ts';
import { arrangeByTables, findClassTables, type Among } from '../class-table/class-tables.ts';
import { arrange, someNames, type Member } from '../class-folders.ts';
import { namedImage } from '../images/file-type.ts';
import { totalBytes, type Source } from '../source.ts';
import { audioFolder, storeSounds } from './audio-folder.ts';
import { imageFolder, storeImages } from './image-folder.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';

type Store = (
  found: { source: Source; members: Member[]; passedOver: number },
  rejects: Rejects,
  params: ImportParams,
  context: ReadContext,
) => Promise<ImportResult>;

/** Files whose classes, and perhaps splits, stand in a table beside them: labels.csv, train.csv with train/. */
const byTable = (kind: ImportKind, among: Among, byFolder: Importer, store: Store): Importer => ({
  async offer(source) {
    const files = source.files.filter(({ relative }) => among.isNamed(relative));
    if (files.length < 2) return [];
    const found = await findClassTables(source, among);
    if (!found) return [];
    const folders = new Set(arrange(files).members.map(({ className }) => className));
    const saysMore =
      [...found.classes].some((name) => !folders.has(name)) ||
      (found.rows >= files.length && [...folders].some((name) => !found.classes.has(name)));
    // Where folders are classes, a table that says other things of the files, or the same, is none of classes.
    if (folders.size > 1 && !(found.says.sure && saysMore)) return [];
    const { tables, columns, says, classes } = found;
    const label = says.label.length === 1 ? columns[says.label[0]] : null;
    return [
      {
        ...{ kind, suggestedName: source.suggestedName, files: files.length, folders: classes.size },
        ...{ bytes: await totalBytes(files), columns: says.others.map((c) => columns[c]), target: label },
        ...{ names: someNames(files), file: tables[0].file.relative },
        classTable: {
          files: tables.map(({ file }) => file.relative),
          ...{ column: label, named: columns[says.file], classes: [...classes].slice(0, namesShown) },
          split: says.split === null ? null : columns[says.split],
        },
      },
    ];
  },

  async read(source, params, context) {
    if (params.classFrom !== undefined || params.target === null) return byFolder.read(source, params, context);
    const found = (await findClassTables(source, among, params.target))!;
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    const { members, passedOver, notes, read } = await arrangeByTables(source, found, among, rejects, context.signal);
    const { manifest, suggestedName } = await store({ source, members, passedOver }, rejects, params, context);
    return {
      suggestedName,
      manifest: { ...manifest, sources: [...manifest.sources, ...read], notes: [...notes, ...manifest.notes] },
    };
  },
});

const namesShown = 20;

export const imagesByTable = byTable(
  'image-folder',
  { isNamed: namedImage, words: ['image', 'images'] },
  imageFolder,
  storeImages,
);
export const soundsByTable = byTable(
  'audio-folder',
  { isNamed: namedAudio, words: ['sound', 'sounds'] },
  audioFolder,
  storeSounds,
);
