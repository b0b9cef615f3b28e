import { DuckDBTypeId, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import type { ImageObject, Tag } from '../../shared/annotation.ts';
import type { SourceFile } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { isId, isNumber, whileThere } from '../annotations/reading.ts';
import { rowsOf, sqlPath, withDuck } from '../duck.ts';
import { isObject, looseJson } from '../json/members.ts';
import { classNamesOf } from '../parquet/features.ts';
import { RowBytes } from '../parquet/row-bytes.ts';
import { readSchema, type Schema } from '../parquet/columns.ts';
import { readHead, storedAs, totalBytes, type FoundFile, type Source } from '../source.ts';
import { memoryFor, toldApart } from '../tables/store.ts';
import { splitInName } from './idx-pairs.ts';
import { Rejects, type Importer } from './importer.ts';

/** More rows than this are no set of images that is kept as files one after another. */
const maxRows = 5_000_000;

/** Images inside Parquet, as Hugging Face's data sets have them: bytes and path, with a class, or boxes, in other columns. */
export const huggingFace: Importer = {
  async offer(source) {
    const files = await parquetFiles(source);
    const plain = files.filter(({ packed }) => !packed);
    if (plain.length === 0 || !(await glance(plain[0]))) return [];
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
      const files = (await parquetFiles(source)).filter(({ packed }) => !packed);
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
            const names = await classNamesOf(connection, file.path, source.files);
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

async function parquetFiles(source: Source): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const file of source.files.filter(({ relative }) => /\.(parquet|parq|pq)$/i.test(relative))) {
    if (Buffer.from(await readHead(file, 4)).toString('latin1') === 'PAR1') found.push(file);
  }
  const rank = ({ relative }: FoundFile): number =>
    ['train', 'validation', 'test'].indexOf(splitInName(relative.toLowerCase()) ?? 'train');
  return found.sort((a, b) => rank(a) - rank(b) || (a.relative < b.relative ? -1 : 1));
}

async function glance(file: FoundFile): Promise<boolean> {
  try {
    return await withDuck(
      { memoryMB: memoryFor(0) },
      async (connection) => layoutOf(await readSchema(connection, file.path)) !== null,
    );
  } catch {
    // What is wrong with it is told by whoever reads it as a table.
    return false;
  }
}

interface Layout {
  image: string;
  /** The column's struct has the file's name too. */
  hasPath: boolean;
  /** A class for the whole image. */
  label: string | null;
  /** Boxes: a struct of lists, one item a thing. */
  objects: { column: string; box: string; category: string } | null;
}

const labelNames = ['label', 'labels', 'fine_label', 'class', 'target', 'category'];

/** Null where no column holds images. */
function layoutOf({ names, types }: Schema): Layout | null {
  const image = names.findIndex((_, i) => isImage(types[i]));
  if (image < 0) return null;
  const isLabel = (i: number): boolean => /^(VARCHAR|U?(TINY|SMALL|BIG)?INT(EGER)?)$/.test(String(types[i]));
  const label = labelNames.map((name) => names.indexOf(name)).find((i) => i >= 0 && isLabel(i));
  const type = types[image];
  return {
    image: names[image],
    hasPath: type.typeId === DuckDBTypeId.STRUCT && type.entryNames.includes('path'),
    label: label === undefined ? null : names[label],
    objects: objectsOf(names, types),
  };
}

const isImage = (type: DuckDBType): boolean =>
  type.typeId === DuckDBTypeId.STRUCT &&
  type.entryNames.includes('bytes') &&
  type.entryTypes[type.entryNames.indexOf('bytes')].typeId === DuckDBTypeId.BLOB;

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
  { image, hasPath, label, objects }: Layout,
  names: readonly string[] | null,
): Promise<AnnotatedImage[]> {
  const column = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const rows = await rowsOf(
    connection,
    `SELECT octet_length(struct_extract(${column(image)}, 'bytes'))::DOUBLE AS size,
       ${hasPath ? `struct_extract(${column(image)}, 'path')::VARCHAR` : 'NULL'} AS path,
       ${label === null ? 'NULL' : `${column(label)}::VARCHAR`} AS label,
       ${objects ? `to_json(${column(objects.column)})::VARCHAR` : 'NULL'} AS objects
     FROM read_parquet(${sqlPath(file.path)})`,
  );
  const bytes = new RowBytes(connection, file.path, `struct_extract(${column(image)}, 'bytes')`);
  const split = splitInName(file.relative.toLowerCase());
  const named = (value: string): string => (names && /^\d+$/.test(value) ? (names[Number(value)] ?? value) : value);
  return rows.map((row, i): AnnotatedImage => {
    const size = typeof row.size === 'number' ? row.size : 0;
    const name = typeof row.path === 'string' && row.path !== '' ? row.path : `${i}`;
    const relative = `${split ?? 'data'}/${name.replaceAll('\\', '/').split('/').at(-1)!}`;
    return {
      file: {
        path: file.path,
        relative,
        packed: {
          stored: size,
          claimed: size,
          open: async function* () {
            yield await bytes.at(i, relative);
          },
          head: async (length) => (await bytes.at(i, relative)).subarray(0, length),
        },
      },
      split,
      marks: () => [
        // -1 is Hugging Face's word for "no label".
        ...(typeof row.label === 'string' && row.label !== '-1' ? [tag(named(row.label))] : []),
        ...(objects && typeof row.objects === 'string' ? things(row.objects, objects, named) : []),
      ],
    };
  });
}

const tag = (name: string): Tag => ({ type: 'tag', class: name });

/** Boxes as COCO has them: x, y, width, height. */
function things(text: string, layout: NonNullable<Layout['objects']>, named: (value: string) => string): ImageObject[] {
  const value = looseJson(text);
  if (!isObject(value)) return [];
  const [boxes, categories, ids] = [value[layout.box], value[layout.category], value.id];
  if (!Array.isArray(boxes) || !Array.isArray(categories)) return [];
  return boxes.flatMap((box: unknown, i): ImageObject[] => {
    if (!Array.isArray(box) || box.length !== 4 || !box.every(isNumber)) return [];
    const [x, y, w, h] = box as number[];
    const id: unknown = Array.isArray(ids) ? ids[i] : undefined;
    return [{ type: 'box', class: named(String(categories[i])), box: [x, y, w, h], ...(isId(id) && { id }) }];
  });
}
