import type { Box, Extra, ImageObject } from '../../shared/annotation.ts';
import type { SplitName } from '../../shared/dataset.ts';
import { folderOf, ImageFiles, splitOfName, splitOfPath } from '../annotations/image-files.ts';
import { annotatedOffer } from '../annotations/offer.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { readText, whileThere } from '../annotations/reading.ts';
import { splitOf } from '../class-folders.ts';
import { parseRecords } from '../csv/records.ts';
import { sniffDialect } from '../csv/sniff.ts';
import { namedImage } from '../images/file-type.ts';
import { contentName, readHead, type FoundFile, type Source } from '../source.ts';
import { sortClasses } from '../target.ts';
import { Rejects, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const headLength = 1 << 16;
const maxBytes = 256 << 20;
const maxAsked = 64;

/** What the columns are called, without case and punctuation. */
const names = {
  image: ['filename', 'file', 'image', 'imagename', 'imagepath', 'imagefile', 'path', 'filepath', 'img', 'imageid'],
  class: ['class', 'label', 'classname', 'labelname', 'category', 'categoryname', 'name', 'regionlabel', 'object'],
  left: ['xmin', 'x1', 'left', 'bboxxmin', 'xleft'],
  top: ['ymin', 'y1', 'top', 'bboxymin', 'ytop'],
  right: ['xmax', 'x2', 'right', 'bboxxmax', 'xright'],
  bottom: ['ymax', 'y2', 'bottom', 'bboxymax', 'ybottom'],
  x: ['x', 'bboxx', 'boxx'],
  y: ['y', 'bboxy', 'boxy'],
  w: ['w', 'width', 'bboxwidth', 'boxwidth', 'bboxw'],
  h: ['h', 'height', 'bboxheight', 'boxheight', 'bboxh'],
  width: ['width', 'imagewidth', 'imgwidth'],
  height: ['height', 'imageheight', 'imgheight'],
  split: ['split', 'subset', 'set', 'usage', 'partition'],
} as const;
type Place = keyof typeof names;

interface Layout {
  file: FoundFile;
  delimiter: string;
  quote: string;
  header: string[] | null;
  /** Lines before the rows. */
  skip: number;
  at: Partial<Record<Place, number>>;
}

/** Images with a table of boxes, a box a row: corners or corner and size, in pixels or in shares of the image. */
export const csvBoxes: Importer = {
  async offer(source) {
    if (new ImageFiles(source.files).files.length === 0) return [];
    const tables = (await boxTables(source)).map(({ file }) => file);
    return tables.length === 0 ? [] : [await annotatedOffer('csv-boxes', source, tables)];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const found = new ImageFiles(source.files);
      const images = new Map<FoundFile, AnnotatedImage & { rows: Row[] }>();
      const classes = new Set<string>();
      const read = [];
      const tables = await boxTables(source);
      for (const [n, layout] of tables.entries()) {
        context.signal.throwIfAborted();
        context.progress({ stage: 'reading', unit: 'files', done: n, total: tables.length });
        const { text, source: from } = await readText(layout.file, maxBytes);
        read.push(from);
        for (const row of rowsOf(layout, text, rejects)) {
          const { relative } = layout.file;
          // Some give an image's name without its ending.
          const file = found.find(row.image, relative, row.split) ?? found.findStem(row.image, relative, row.split);
          if (!file) {
            rejects.add(row.where, 'image_missing', `${row.where} is of ${row.image}, which is not there.`);
            continue;
          }
          let image = images.get(file);
          if (!image) {
            const rows: Row[] = [];
            const split = row.split ?? splitOfPath(folderOf(file.relative));
            image = {
              file,
              split,
              claimed: row.claimed,
              rows,
              marks: (size) => rows.flatMap((each) => objectOf(each, size, rejects)),
            };
            images.set(file, image);
          }
          if (row.class !== '') classes.add(row.class);
          image.rows.push(row);
        }
      }
      const sorted = sortClasses([...classes].map((name) => ({ name, count: 0 }))).map(({ name }) => ({ name }));
      const bare = found.files.length - images.size;
      const notes = [
        {
          code: 'dialect',
          message: `Read as a table of boxes, from ${tables.map(({ file }) => file.relative).join(', ')}.`,
        },
      ];
      if (bare > 0)
        notes.push({
          code: 'passed_over',
          message: `${plural(bare, 'image is in no row, and was', 'images are in no row, and were')} passed over.`,
        });
      return storeAnnotatedImages(
        source,
        { images: [...images.values()], header: () => ({ classes: sorted }), read, rejects, notes },
        params,
        context,
      );
    }),
};

async function boxTables(source: Source): Promise<Layout[]> {
  const named = source.files.filter((file) => /\.(csv|tsv|txt)$/i.test(contentName(file)));
  const found: Layout[] = [];
  for (const file of named.slice(0, maxAsked)) {
    const head = await readHead(file, headLength);
    const layout = head.includes(0) ? null : layoutOf(file, new TextDecoder().decode(head), head.length < headLength);
    if (layout) found.push(layout);
  }
  return found;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function layoutOf(file: FoundFile, text: string, whole: boolean): Layout | null {
  const dialect = sniffDialect(text, whole);
  if (!dialect || dialect.columns < 5) return null;
  const { delimiter, quote, skipLines } = dialect;
  const records = parseRecords(text, delimiter, quote, !whole).slice(0, skipLines + 20);
  const first = records[skipLines]?.cells ?? [];
  // As RetinaNet's tools write it: path, x1, y1, x2, y2, class; no header, and nothing but the path where nothing is marked.
  const bare =
    namedImage(first[0] ?? '') && first.length >= 6 && first.slice(1, 5).every((cell) => Number.isFinite(Number(cell)));
  if (bare) {
    return {
      file,
      delimiter,
      quote,
      header: null,
      skip: skipLines,
      at: { image: 0, left: 1, top: 2, right: 3, bottom: 4, class: 5 },
    };
  }
  const header = first.map(plain);
  const place = (wanted: Place): number | undefined => {
    for (const name of names[wanted]) if (header.includes(name)) return header.indexOf(name);
    return undefined;
  };
  const corners = (['left', 'top', 'right', 'bottom'] as const).every((each) => place(each) !== undefined);
  const sized = (['x', 'y', 'w', 'h'] as const).every((each) => place(each) !== undefined);
  const needed: Place[] = corners ? ['left', 'top', 'right', 'bottom', 'width', 'height'] : ['x', 'y', 'w', 'h'];
  if ((!corners && !sized) || place('image') === undefined || place('class') === undefined) return null;
  const at: Layout['at'] = {};
  for (const each of [...needed, 'image', 'class', 'split'] as Place[]) at[each] = place(each);
  return { file, delimiter, quote, header: first, skip: skipLines + 1, at };
}

interface Row {
  where: string;
  image: string;
  class: string;
  split: SplitName | null;
  claimed?: { width: number; height: number };
  /** Left, top, then right, bottom or width, height. */
  numbers: number[];
  corners: boolean;
  extra: Extra;
}

function* rowsOf({ file, delimiter, quote, header, skip, at }: Layout, text: string, rejects: Rejects): Generator<Row> {
  const corners = at.left !== undefined;
  const numbered = corners ? [at.left, at.top, at.right, at.bottom] : [at.x, at.y, at.w, at.h];
  const used = new Set(Object.values(at));
  for (const { cells, line } of parseRecords(text, delimiter, quote).slice(skip)) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const where = `${file.relative}: line ${line}`;
    const cell = (place: Place): string => (at[place] === undefined ? '' : (cells[at[place]] ?? '').trim());
    const numbers = numbered.map((i) => Number((cells[i!] ?? '').trim() || NaN));
    const [width, height] = [Number(cell('width')), Number(cell('height'))];
    if (cell('image') === '') {
      rejects.add(where, 'bad_row', `${where} names no image.`);
      continue;
    }
    const extra: Extra = {};
    header?.forEach((name, i) => {
      if (!used.has(i) && (cells[i] ?? '') !== '') extra[name] = cells[i];
    });
    yield {
      where,
      image: cell('image'),
      class: cell('class'),
      split: splitOf(cell('split')) ?? splitOfName(file.relative),
      ...(width > 0 && height > 0 && { claimed: { width, height } }),
      numbers,
      corners,
      extra,
    };
  }
}

/** None for a row that only says that its image is there. */
function objectOf(row: Row, size: { width: number; height: number }, rejects: Rejects): ImageObject[] {
  const { where, numbers, corners, extra } = row;
  if (row.class === '' && numbers.every(Number.isNaN)) return [];
  if (row.class === '') {
    rejects.add(where, 'unknown_class', `${where} has no class.`);
    return [];
  }
  if (!numbers.every(Number.isFinite)) {
    rejects.add(where, 'bad_box', `${where} has no box of four numbers.`);
    return [];
  }
  // Open Images writes shares of the image. A box within one pixel would be the only other reading.
  const shares = numbers.every((n) => n >= 0 && n <= 1) && numbers.some((n) => !Number.isInteger(n));
  const [a, b, c, d] = shares ? numbers.map((n, i) => n * (i % 2 === 0 ? size.width : size.height)) : numbers;
  const box: Box = corners ? [a, b, c - a, d - b] : [a, b, c, d];
  return [{ type: 'box', class: row.class, box, ...(Object.keys(extra).length > 0 && { extra }) }];
}
