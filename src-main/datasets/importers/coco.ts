import type { AnnotationClass, Extra, ImageObject, JsonValue } from '../../shared/annotation.ts';
import { AtelierError } from '../../shared/errors.ts';
import { cocoObject, Unusable } from '../annotations/coco-object.ts';
import { readCoco, type CocoFile } from '../annotations/coco-file.ts';
import { baseOf, folderOf, ImageFiles, splitOfPath } from '../annotations/image-files.ts';
import { annotatedOffer } from '../annotations/offer.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { whileThere } from '../annotations/reading.ts';
import { isObject, looseJson, type JsonObject } from '../json/members.ts';
import { contentName, readHead, storedBytes, totalBytes, type FoundFile, type Source } from '../source.ts';
import { Rejects, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const headLength = 1 << 18;
const maxAsked = 64;

/** Images with COCO's JSON: boxes, polygons, masks, keypoints. Several such files, of splits or of kinds, are one set. */
export const coco: Importer = {
  async offer(source) {
    const files = await cocoFiles(source);
    if (files.length === 0) return [];
    return [await annotatedOffer('coco', source, files)];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const files: CocoFile[] = [];
      const given = await cocoFiles(source);
      let before = 0;
      const total = await totalBytes(given);
      for (const file of given) {
        const report = (bytes: number): void =>
          context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(total, before + bytes), total });
        files.push(await readCoco(file, rejects, context.signal, report));
        before += await storedBytes(file);
      }
      const set = gather(source, files, rejects);
      const notes = [
        { code: 'dialect', message: `Read as COCO, from ${given.map(({ relative }) => relative).join(', ')}.` },
      ];
      for (const { file, cutShort } of files) {
        if (!cutShort) continue;
        const message = `${file.relative} ends in the middle of its data; what comes before was kept.`;
        notes.push({ code: 'cut_short', message });
      }
      if (set.unlisted > 0) {
        const message = `${plural(set.unlisted, 'image is in no annotation file, and was', 'images are in no annotation file, and were')} passed over.`;
        notes.push({ code: 'passed_over', message });
      }
      const { classes, extra } = set;
      return storeAnnotatedImages(
        source,
        {
          images: set.images,
          header: () => ({ classes, ...(Object.keys(extra).length > 0 && { extra }) }),
          read: files.map(({ read }) => read),
          rejects,
          notes,
        },
        params,
        context,
      );
    }),
};

/** JSON whose beginning speaks of images, annotations or categories as COCO does. */
async function cocoFiles(source: Source): Promise<FoundFile[]> {
  const named = source.files.filter((file) => /\.json$/i.test(contentName(file)));
  const found: FoundFile[] = [];
  for (const file of named.slice(0, maxAsked)) {
    const text = Buffer.from(await readHead(file, headLength)).toString();
    if (!/^\s*\{/.test(text.replace(/^\ufeff/, ''))) continue;
    if (!/"(images|annotations|categories)"\s*:\s*\[/.test(text)) continue;
    if (/"(file_name|image_id|supercategory|category_id)"\s*:/.test(text)) found.push(file);
  }
  return found;
}

interface Gathered {
  images: AnnotatedImage[];
  classes: AnnotationClass[];
  extra: Extra;
  unlisted: number;
}

/** Files that speak of the same image (boxes in one, keypoints in another) speak of one sample. */
function gather(source: Source, files: readonly CocoFile[], rejects: Rejects): Gathered {
  const found = new ImageFiles(source.files);
  const images = new Map<FoundFile, AnnotatedImage & { parts: { from: CocoFile; texts: string[] }[] }>();
  const classes = new Map<string, AnnotationClass>();
  const extra: Extra = {};
  for (const from of files) {
    for (const one of from.classes) classes.set(one.name, { ...one, ...classes.get(one.name) });
    Object.assign(extra, { ...from.extra, ...extra });
    const name = from.file.relative;
    for (const { id, fileName, claimed, extra: more } of from.images) {
      const texts = from.annotations.get(id) ?? [];
      from.annotations.delete(id);
      const file = found.find(fileName, name, from.split);
      if (!file) {
        const lost = texts.length > 0 ? ` Its ${texts.length} annotations were left out with it.` : '';
        rejects.add(fileName, 'image_missing', `${fileName}, which ${name} speaks of, is not there.${lost}`);
        continue;
      }
      const known = images.get(file);
      if (known) {
        known.parts.push({ from, texts });
        continue;
      }
      const parts = [{ from, texts }];
      const called = fileName === baseOf(file.relative) ? more : { ...more, file_name: fileName };
      images.set(file, {
        file,
        split: from.split ?? splitOfPath(folderOf(file.relative)),
        id,
        claimed,
        extra: called,
        parts,
        marks() {
          const marks = objectsOf(parts, rejects, this);
          // Their text is needed no more.
          parts.length = 0;
          return marks;
        },
      });
    }
    for (const [id, texts] of from.annotations) {
      const where = `${name}: image ${id}`;
      rejects.add(
        where,
        'unknown_image',
        `${texts.length} annotations in ${name} are of an image ${id} that it does not list.`,
      );
    }
  }
  if (files.length === 0) throw new AtelierError('unknown_format', `${source.root} holds no COCO annotations.`);
  return {
    images: [...images.values()],
    classes: [...classes.values()],
    extra,
    unlisted: found.files.length - images.size,
  };
}

function objectsOf(
  parts: readonly { from: CocoFile; texts: readonly string[] }[],
  rejects: Rejects,
  image: AnnotatedImage,
): ImageObject[] {
  const records: { from: CocoFile; record: JsonObject }[] = [];
  const known = new Map<string, { from: CocoFile; record: JsonObject }>();
  for (const { from, texts } of parts) {
    for (const text of texts) {
      const record = looseJson(text);
      if (!isObject(record)) continue;
      const key = JSON.stringify([record.id, record.category_id]);
      const same = known.get(key);
      // What another file says of the same thing belongs to it.
      if (same && same.from !== from && record.id !== undefined)
        Object.assign(same.record, { ...record, ...same.record });
      else {
        const entry = { from, record };
        records.push(entry);
        if (!same) known.set(key, entry);
      }
    }
  }
  const objects: ImageObject[] = [];
  for (const { from, record } of records) {
    const where = `${from.file.relative}: annotation ${String(record.id ?? '?')}`;
    const name = from.names.get(record.category_id as string | number);
    if (name === undefined) {
      if (typeof record.caption === 'string') addCaption(image, record);
      else
        rejects.add(
          where,
          'unknown_class',
          `${where} is of a category ${JSON.stringify(record.category_id)} that is not listed.`,
        );
      continue;
    }
    try {
      objects.push(cocoObject(record, name));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      rejects.add(where, error.code, `${where} ${error.message}.`);
    }
  }
  return objects;
}

function addCaption(image: AnnotatedImage, { id, caption }: JsonObject): void {
  const captions = image.extra?.captions;
  const all = [...(Array.isArray(captions) ? captions : []), { id, caption } as JsonValue];
  image.extra = { ...image.extra, captions: all };
}
