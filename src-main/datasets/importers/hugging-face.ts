import { DuckDBTypeId, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import type { ImageObject, Tag } from '../../shared/annotation.ts';
import type { SourceFile } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { isId, isNumber, whileThere } from '../annotations/reading.ts';
import { withDuck } from '../duck.ts';
import { isObject, looseJson } from '../json/members.ts';
import { classNamesOf } from '../parquet/features.ts';
import {
  classOf,
  embeddedRows,
  filesIn,
  holdsSounds,
  labelIn,
  parquetFiles,
  quoted,
  type EmbeddedFiles,
} from '../parquet/embedded.ts';
import { readSchema, type Schema } from '../parquet/columns.ts';
import { storedAs, totalBytes, type FoundFile } from '../source.ts';
import { memoryFor, toldApart } from '../tables/store.ts';
import { Rejects, type Importer } from './importer.ts';

/** More rows than this are no set of images that is kept as files one after another. */
const maxRows = 5_000_000;

/** Images inside Parquet, as Hugging Face's data sets have them: bytes and path, with a class, or boxes, in other columns. */
export const huggingFace: Importer = {
  async offer(source) {
    const files = await parquetFiles(source);
    if (files.length === 0 || !(await glance(files[0]))) return [];
    return [
      {
        kind: 'hugging-face',
        suggestedName: source.suggestedName,
        files: files.length,
        folders: 0,
        bytes: await totalBytes(files),
        columns: [],
        target: null,
      },
    ];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const files = await parquetFiles(source);
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const read: SourceFile[] = [];
      for (const [n, file] of files.entries()) {
        context.progress({ stage: 'reading', unit: 'files', done: n, total: files.length });
        read.push(await storedAs(file, context.signal));
      }
      return toldApart(files, params, context, () =>
        withDuck({ blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(0) }, async (connection) => {
          const images: AnnotatedImage[] = [];
          let classes: string[] = [];
          for (const file of files) {
            const layout = layoutOf(await readSchema(connection, file.path));
            if (!layout) {
              const message = `${file.relative} has no column of images, and was left out.`;
              rejects.add(file.relative, 'no_images', message);
              continue;
            }
            const names = await classNamesOf(connection, file.path, source.beside ?? source.files);
            const told = namesFor(layout, names);
            classes = [...new Set([...classes, ...(told ?? [])])];
            for (const image of await rowsIn(connection, file, layout, told)) images.push(image);
            if (images.length > maxRows)
              throw new AtelierError('too_many_files', `${source.root} holds too many images.`);
          }
          const notes = [{ code: 'dialect', message: "Read as a Hugging Face data set's images." }];
          return storeAnnotatedImages(
            source,
            { images, header: () => ({ classes: classes.map((name) => ({ name })) }), read, rejects, notes },
            params,
            context,
          );
        }),
      );
    }),
};

async function glance(file: FoundFile): Promise<boolean> {
  try {
    return await withDuck({ memoryMB: memoryFor(0) }, async (connection) => {
      const layout = layoutOf(await readSchema(connection, file.path));
      return layout !== null && !(await holdsSounds(connection, file.path, layout.images));
    });
  } catch {
    // What is wrong with it is told by whoever reads it as a table.
    return false;
  }
}

interface Layout {
  images: EmbeddedFiles;
  /** A class for the whole image. */
  label: string | null;
  /** Boxes: a struct of lists, one item a thing. */
  objects: { column: string; box: string; category: string } | null;
}

/** Null where no column holds images. */
function layoutOf(schema: Schema): Layout | null {
  const images = filesIn(schema);
  return images && { images, label: labelIn(schema), objects: objectsOf(schema.names, schema.types) };
}

function objectsOf(names: readonly string[], types: readonly DuckDBType[]): Layout['objects'] {
  for (const [i, type] of types.entries()) {
    if (type.typeId !== DuckDBTypeId.STRUCT) continue;
    const box = ['bbox', 'bboxes', 'boxes'].find((name) => type.entryNames.includes(name));
    const category = ['category', 'categories', 'label', 'labels', 'category_id'].find((name) =>
      type.entryNames.includes(name),
    );
    if (box && category) return { column: names[i], box, category };
  }
  return null;
}

const namesFor = ({ label, objects }: Layout, names: ReadonlyMap<string, string[]>): string[] | null =>
  (objects && (names.get(`${objects.column}.${objects.category}`) ?? names.get(objects.category))) ??
  (label === null ? undefined : names.get(label)) ??
  null;

/** All but the images' bytes, which are fetched as they are needed. */
async function rowsIn(
  connection: DuckDBConnection,
  file: FoundFile,
  { images, label, objects }: Layout,
  names: readonly string[] | null,
): Promise<AnnotatedImage[]> {
  const rows = await embeddedRows(connection, file, images, {
    label: label === null ? 'NULL' : quoted(label),
    objects: objects ? `to_json(${quoted(objects.column)})` : 'NULL',
  });
  return rows.map(({ more, ...image }): AnnotatedImage => {
    const name = classOf(more.label, names);
    return {
      ...image,
      marks: () => [
        ...(name === null ? [] : [tag(name)]),
        ...(objects && more.objects !== null ? things(more.objects, objects, names) : []),
      ],
    };
  });
}

const tag = (name: string): Tag => ({ type: 'tag', class: name });

/** Boxes as COCO has them: x, y, width, height. */
function things(text: string, layout: NonNullable<Layout['objects']>, names: readonly string[] | null): ImageObject[] {
  const value = looseJson(text);
  if (!isObject(value)) return [];
  const [boxes, categories, ids] = [value[layout.box], value[layout.category], value.id];
  if (!Array.isArray(boxes) || !Array.isArray(categories)) return [];
  return boxes.flatMap((box: unknown, i): ImageObject[] => {
    if (!Array.isArray(box) || box.length !== 4 || !box.every(isNumber)) return [];
    const [x, y, w, h] = box as number[];
    const id: unknown = Array.isArray(ids) ? ids[i] : undefined;
    return [
      { type: 'box', class: classOf(String(categories[i]), names) ?? '-1', box: [x, y, w, h], ...(isId(id) && { id }) },
    ];
  });
}
