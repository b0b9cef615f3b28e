import type {
  Annotation,
  AnnotationClass,
  Extra,
  ImageObject,
  SampleAnnotations,
  Tag,
} from '../../shared/annotation.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readMarkShape } from '../../shared/marks.ts';
import type { ImportParams, ImportResult } from '../../shared/work/import.ts';
import type { AnnotatedImage, AnnotatedSound, AnnotatedText } from '../annotations/annotated-set.ts';
import { folderOf, ImageFiles, splitOfName, splitOfPath } from '../annotations/image-files.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { parsed, recordsOf } from '../annotations/json-records.ts';
import { annotatedOffer } from '../annotations/offer.ts';
import { isId, readText, whileThere, type ReadText } from '../annotations/reading.ts';
import { storeAnnotatedTexts } from '../annotations/text-set.ts';
import { isObject, type JsonObject } from '../json/members.ts';
import { contentName, readHead, type FoundFile, type Source } from '../source.ts';
import type { DocumentColumn } from '../texts/document-table.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';

const headLength = 1 << 16;
const maxBytes = 256 << 20;
const maxAsked = 64;
/** A column of a text with no more different cells than these holds categories. */
const mostCategories = 50;

/** The studio's own form, as `exporters/jsonl.ts` writes it: a sample a line, with a file (an image, a sound) or a text, and header.json. */
export const annotationLines: Importer = {
  async offer(source) {
    const { lines } = await ownFiles(source);
    if (lines.length === 0) return [];
    const offer = await annotatedOffer('jsonl', source, lines);
    // Of texts, the files are all there is.
    return [{ ...offer, files: offer.files > 0 ? offer.files : lines.length }];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const { header, lines } = await ownFiles(source);
      const set: Lines = { rejects, read: [], records: [], classes: header ? await classesOf(header) : [] };
      for (const [n, file] of lines.entries()) {
        context.signal.throwIfAborted();
        context.progress({ stage: 'reading', unit: 'files', done: n, total: lines.length });
        const { text, source: from } = await readText(file, maxBytes);
        set.read.push(from);
        for (const { record, where } of recordsOf(text, file.relative, rejects)) {
          if (isObject(record) && Array.isArray(record.annotations)) set.records.push({ record, where, file });
          else rejects.add(where, 'bad_json', `${where} has no list of annotations.`);
        }
      }
      if (set.records.every(({ record }) => typeof record.file !== 'string'))
        return ofTexts(source, set, params, context);
      if (context.take?.sounds && set.records.some(({ record }) => typeOf(record) === 'segment'))
        return context.take.sounds({ ...set, sounds: soundsOf(set), header: () => ({ classes: set.classes }) });
      return ofImages(source, set, params, context);
    }),
};

interface Lines {
  rejects: Rejects;
  read: ReadText['source'][];
  records: { record: JsonObject; where: string; file: FoundFile }[];
  classes: AnnotationClass[];
}

async function ownFiles(source: Source): Promise<{ header: FoundFile | null; lines: FoundFile[] }> {
  const named = source.files.filter((file) => /\.(json|jsonl|ndjson)$/i.test(contentName(file)));
  let header: FoundFile | null = null;
  const begun: { file: FoundFile; head: string }[] = [];
  for (const file of named.slice(0, maxAsked)) {
    const head = Buffer.from(await readHead(file, headLength)).toString();
    if (/^\ufeff?\s*\{\s*"format"\s*:\s*"atelier-annotations"/.test(head)) header = file;
    else if (!/\.json$/i.test(contentName(file)) && /^\ufeff?\s*\{\s*"(file|text)"\s*:\s*"/.test(head))
      begun.push({ file, head });
  }
  // Beside its header a first text may be as long as it likes.
  return { header, lines: begun.filter(({ head }) => header !== null || tellsTypes(head)).map(({ file }) => file) };
}

/** Others have annotations in lines, too: ours say what each is. */
const tellsTypes = (head: string): boolean =>
  /"annotations"\s*:\s*\[\s*(\]|\{[^{}[\]]*"type"\s*:\s*"(box|polygon|mask|keypoints|span|segment|relation|tag)")/.test(
    head,
  );

async function classesOf(header: FoundFile): Promise<AnnotationClass[]> {
  const found = parsed((await readText(header)).text);
  const classes: unknown[] = isObject(found) && Array.isArray(found.classes) ? found.classes : [];
  return classes.flatMap((one) => {
    if (!isObject(one) || typeof one.name !== 'string' || one.name === '') return [];
    const { name, id, supercategory, keypoints, skeleton, extra } = one;
    return {
      name,
      ...(isId(id) && { id }),
      ...(typeof supercategory === 'string' && { supercategory }),
      ...(isListOf(keypoints, (each) => typeof each === 'string') && { keypoints: keypoints as string[] }),
      ...(isListOf(skeleton, (each) => isListOf(each, Number.isInteger)) && { skeleton: skeleton as number[][] }),
      ...(isObject(extra) && { extra: extra as Extra }),
    };
  });
}

const isListOf = (value: unknown, is: (each: unknown) => boolean): value is unknown[] =>
  Array.isArray(value) && value.every(is);

const typeOf = ({ annotations }: JsonObject): unknown => {
  const [first] = annotations as unknown[];
  return isObject(first) ? first.type : undefined;
};

/** Null where it is none of ours. */
function annotationOf(given: unknown): Annotation | null {
  if (!isObject(given) || typeof given.class !== 'string' || given.class === '') return null;
  const { class: its, type, id, from, to, ...rest } = given;
  const named = isId(id) ? { id } : {};
  if (type === 'tag') return { type, class: its, ...named };
  if (type === 'relation') return isId(from) && isId(to) ? { type, class: its, from, to, ...named } : null;
  const shape = readMarkShape({ type, ...named, ...rest });
  return shape && shape.type !== 'relation' ? ({ ...shape, class: its } as Annotation) : null;
}

/** The annotations of a line that `fits`; the others are listed. */
function annotationsOf(
  { record, where }: Lines['records'][number],
  rejects: Rejects,
  fits: (one: Annotation) => boolean,
): Annotation[] {
  return (record.annotations as unknown[]).flatMap((given, i) => {
    const made = annotationOf(given);
    if (made && fits(made)) return [made];
    rejects.add(where, 'bad_annotation', `${where}: annotation ${i + 1} is none that fits this sample.`);
    return [];
  });
}

const within = (one: Annotation, end: number): boolean =>
  one.type === 'tag' ||
  one.type === 'relation' ||
  ((one.type === 'span' || one.type === 'segment') && one.start < one.end && one.end <= end);

const aboutOf = ({ id, extra }: JsonObject): Pick<SampleAnnotations, 'id' | 'extra'> => ({
  ...(isId(id) && { id }),
  ...(isObject(extra) && { extra: extra as Extra }),
});

const note = (): { code: string; message: string }[] => [
  { code: 'dialect', message: 'Read as JSON Lines of annotations.' },
];

function ofImages(source: Source, set: Lines, params: ImportParams, context: ReadContext): Promise<ImportResult> {
  const { rejects, read, classes } = set;
  const found = new ImageFiles(source.files);
  const images = new Map<FoundFile, AnnotatedImage>();
  for (const line of set.records) {
    const { record, where, file: from } = line;
    const file = typeof record.file === 'string' ? found.find(record.file, from.relative) : null;
    if (!file || images.has(file)) {
      const why = file ? `is of ${file.relative}, as a line before it is` : 'is of an image that is not there';
      rejects.add(where, file ? 'duplicate_image' : 'image_missing', `${where} ${why}.`);
      continue;
    }
    const fits = (one: Annotation, { width, height }: { width: number; height: number }): boolean =>
      one.type === 'tag' || ('box' in one && (!one.mask || (one.mask.width === width && one.mask.height === height)));
    images.set(file, {
      file,
      split: splitOfName(from.relative) ?? splitOfPath(folderOf(file.relative)),
      ...aboutOf(record),
      marks: (size) => annotationsOf(line, rejects, (one) => fits(one, size)) as (ImageObject | Tag)[],
    });
  }
  if (images.size === 0 && found.files.length === 0) {
    throw new AtelierError(
      'images_missing',
      `${source.root} speaks of files that do not lie beside it. Put them there, or read it into a dataset that has them: atelier labels import.`,
    );
  }
  return storeAnnotatedImages(
    source,
    { images: [...images.values()], header: () => ({ classes }), read, rejects, notes: note() },
    params,
    context,
  );
}

const soundsOf = ({ records, rejects }: Lines): AnnotatedSound[] =>
  records.flatMap((line): AnnotatedSound[] => {
    const { file } = line.record;
    if (typeof file === 'string')
      return [
        {
          names: [file],
          where: line.where,
          sample: { annotations: annotationsOf(line, rejects, (one) => within(one, Infinity)) },
        },
      ];
    rejects.add(line.where, 'no_file', `${line.where} names no file.`);
    return [];
  });

function ofTexts(source: Source, set: Lines, params: ImportParams, context: ReadContext): Promise<ImportResult> {
  const { rejects, read, classes, records } = set;
  const names = new Set(records.flatMap(({ record }) => (isObject(record.columns) ? Object.keys(record.columns) : [])));
  names.delete('text');
  const columns = [...names].slice(0, 1000).map((name): DocumentColumn => {
    const cells = new Set(records.map(({ record }) => cellOf(record, name)));
    return { name, type: cells.size <= mostCategories ? 'category' : 'text', role: 'feature' };
  });
  const texts = records.flatMap((line): AnnotatedText[] => {
    const { record, where, file } = line;
    const { text } = record;
    if (typeof text !== 'string' || text.includes('\0')) {
      rejects.add(where, 'no_text', `${where} has no text.`);
      return [];
    }
    const annotations = annotationsOf(line, rejects, (one) => within(one, text.length));
    const cells = columns.map(({ name }) => cellOf(record, name));
    return [
      {
        text,
        cells,
        split: splitOfName(file.relative),
        sample: { annotations, ...tokensOf(record, text), ...aboutOf(record) },
      },
    ];
  });
  const given = { texts, columns, header: () => ({ classes }), read, rejects, notes: note };
  return storeAnnotatedTexts(source, given, params, context);
}

function cellOf({ columns }: JsonObject, name: string): string | null {
  const cell = isObject(columns) ? columns[name] : null;
  return typeof cell === 'string' ? cell : null;
}

/** Starts and ends of tokens, one after another within the text. */
function tokensOf(
  { tokens, tokenColumns }: JsonObject,
  text: string,
): Pick<SampleAnnotations, 'tokens' | 'tokenColumns'> {
  if (!isListOf(tokens, Number.isInteger) || tokens.length % 2 !== 0) return {};
  const places = tokens as number[];
  if (places.some((place, i) => place < (places[i - 1] ?? 0) || place > text.length)) return {};
  const isColumn = (column: unknown): boolean =>
    isListOf(column, (each) => typeof each === 'string') && (column as string[]).length === places.length / 2;
  return { tokens: places, ...(isListOf(tokenColumns, isColumn) && { tokenColumns: tokenColumns as string[][] }) };
}
