import type { Box, Extra, ImageObject } from '../../shared/annotation.ts';
import { encodeCounts, measureMask } from '../../shared/rle.ts';
import { boundsOf } from '../annotations/geometry.ts';
import { folderOf, ImageFiles, splitOfPath, stemOf } from '../annotations/image-files.ts';
import { annotatedOffer } from '../annotations/offer.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { isNumber, readTextOr, rest, whileThere, type ReadText } from '../annotations/reading.ts';
import { decodeGrey } from '../images/decode-grey.ts';
import { isObject, type JsonObject } from '../json/members.ts';
import { readHead, type FoundFile, type Source } from '../source.ts';
import { sortClasses } from '../target.ts';
import { Rejects, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const lookedAt = 8;
const headLength = 1 << 12;
/** A file may hold its image, in base 64. */
const maxBytes = 128 << 20;

/** LabelMe's JSON, a file beside each image. github.com/wkentaro/labelme, labelme/label_file.py */
export const labelme: Importer = {
  async offer(source) {
    const files = await labelmeFiles(source);
    return files.length === 0 ? [] : [await annotatedOffer('labelme', source, files)];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const found = new ImageFiles(source.files);
      const files = await labelmeFiles(source);
      const read: ReadText['source'][] = [];
      const names = new Set<string>();
      const images = new Map<FoundFile, AnnotatedImage>();
      for (const [n, file] of files.entries()) {
        context.signal.throwIfAborted();
        context.progress({ stage: 'reading', unit: 'files', done: n, total: files.length });
        const { relative } = file;
        const said = await readTextOr(file, { source, rejects, most: maxBytes });
        if (!said) continue;
        read.push(said.source);
        const told = parsed(said.text);
        if (!told) {
          rejects.add(relative, 'bad_json', `${relative} is no annotation of LabelMe.`);
          continue;
        }
        const path = typeof told.imagePath === 'string' ? told.imagePath : '';
        const image = (path === '' ? null : found.find(path, relative)) ?? found.findStem(stemOf(relative), relative);
        if (!image || images.has(image)) {
          const why = image
            ? `speaks of ${image.relative}, as a file before it does`
            : `is of ${path}, which is not there`;
          rejects.add(relative, image ? 'duplicate_image' : 'image_missing', `${relative} ${why}.`);
          continue;
        }
        const { imageWidth: width, imageHeight: height } = told;
        images.set(image, {
          file: image,
          split: splitOfPath(folderOf(image.relative)),
          ...(isNumber(width) && isNumber(height) && { claimed: { width, height } }),
          async marks(size) {
            const objects = await objectsOf(told, size, relative, rejects);
            for (const object of objects) names.add(object.class);
            return objects;
          },
        });
      }
      const notes = [{ code: 'dialect', message: "Read as LabelMe's JSON." }];
      const bare = found.files.length - images.size;
      if (bare > 0)
        notes.push({
          code: 'passed_over',
          message: `${plural(bare, 'image has no JSON file, and was', 'images have no JSON file, and were')} passed over.`,
        });
      // Which there are is known once all marks were asked for.
      const header = () => ({
        classes: sortClasses([...names].map((name) => ({ name, count: 0 }))).map(({ name }) => ({ name })),
      });
      const set = { images: [...images.values()], header, read, rejects, notes };
      return storeAnnotatedImages(source, set, params, context);
    }),
};

/** JSON that annotates images; where the first few do not, none does. */
async function labelmeFiles(source: Source): Promise<FoundFile[]> {
  const named = source.files.filter(({ relative }) => /\.json$/i.test(relative));
  for (const file of named.slice(0, lookedAt)) {
    const head = Buffer.from(await readHead(file, headLength)).toString();
    if (/^\ufeff?\s*\{/.test(head) && /"shapes"\s*:\s*\[/.test(head) && !/"images"\s*:\s*\[/.test(head)) return named;
  }
  return [];
}

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (!isObject(value) || !Array.isArray(value.shapes)) return null;
    // The image itself, which is read from its own file.
    delete value.imageData;
    return value;
  } catch {
    return null;
  }
}

/** What has a group's number in common is one thing: parts of a polygon. */
async function objectsOf({ shapes }: JsonObject, size: Size, file: string, rejects: Rejects): Promise<ImageObject[]> {
  const objects: ImageObject[] = [];
  const groups = new Map<string, ImageObject>();
  for (const [i, shape] of (shapes as unknown[]).entries()) {
    const where = `${file}: shape ${i + 1}`;
    const made = isObject(shape) ? await objectOf(shape, size) : 'is no object';
    if (typeof made === 'string') {
      rejects.add(where, 'bad_shape', `${where} ${made}.`);
      continue;
    }
    const group = isObject(shape) && isNumber(shape.group_id) ? `${shape.group_id} ${made.class}` : null;
    const before = group === null ? undefined : groups.get(group);
    if (before?.polygons && made.polygons) {
      before.polygons.push(...made.polygons);
      before.box = boundsOf(before.polygons);
      continue;
    }
    if (group !== null && made.polygons) groups.set(group, made);
    objects.push(made);
  }
  return objects;
}

const known = new Set(['label', 'points', 'shape_type', 'flags', 'description', 'group_id', 'mask', 'other_data']);
const flags = ['crowd', 'difficult', 'occluded', 'truncated'] as const;

/** In words what is wrong with it, where it cannot be taken. */
async function objectOf(shape: JsonObject, size: Size): Promise<ImageObject | string> {
  const { label, shape_type: type = 'polygon', points: given } = shape;
  if (typeof label !== 'string' || label === '') return 'has no label';
  const points = (Array.isArray(given) ? (given as unknown[]) : []).map((point) =>
    Array.isArray(point) && point.length === 2 && point.every(isNumber) ? (point as number[]) : null,
  );
  if (points.length === 0 || points.includes(null)) return 'has no list of points';
  const ring = points.flat() as number[];
  const common = { class: label, ...marksOf(shape) };
  const bounds = boundsOf([ring]);
  switch (type) {
    case 'rectangle':
      return points.length === 2 ? { type: 'box', box: bounds, ...common } : 'is a rectangle without two corners';
    case 'polygon':
      return ring.length >= 6 ? { type: 'polygon', box: bounds, polygons: [ring], ...common } : 'has no three corners';
    case 'circle': {
      if (points.length !== 2) return 'is a circle without a middle and an edge';
      const [x, y, ex, ey] = ring;
      const radius = Math.hypot(ex - x, ey - y);
      const box: Box = [x - radius, y - radius, 2 * radius, 2 * radius];
      return { type: 'polygon', box, polygons: [circle(x, y, radius)], ...common };
    }
    case 'point':
      return { type: 'keypoints', box: [ring[0], ring[1], 0, 0], keypoints: [ring[0], ring[1], 2], ...common };
    case 'mask':
      return maskOf(shape, ring, size, common);
    default:
      return `is of the type "${String(type)}", which is not read`;
  }
}

const circle = (x: number, y: number, radius: number): number[] =>
  Array.from({ length: 64 }, (_, i) =>
    i % 2 === 0 ? x + radius * Math.cos((i / 64) * 2 * Math.PI) : y + radius * Math.sin(((i - 1) / 64) * 2 * Math.PI),
  );

function marksOf(shape: JsonObject): { flags?: ImageObject['flags']; attributes?: Extra; extra?: Extra } {
  const said = isObject(shape.flags) ? shape.flags : {};
  const own = flags.flatMap((flag) => (typeof said[flag] === 'boolean' ? [[flag, said[flag]] as const] : []));
  const others = Object.entries(said).filter(([name, is]) => is === true && !flags.some((flag) => flag === name));
  const attributes: Extra = Object.fromEntries(others.map(([name]) => [name, true]));
  const { extra } = rest(shape, known);
  const more: Extra = { ...extra };
  if (typeof shape.description === 'string' && shape.description !== '') more.description = shape.description;
  return {
    ...(own.length > 0 && { flags: Object.fromEntries(own) }),
    ...(others.length > 0 && { attributes }),
    ...(Object.keys(more).length > 0 && { extra: more }),
  };
}

interface Size {
  width: number;
  height: number;
}
type Common = Pick<ImageObject, 'class' | 'flags' | 'attributes' | 'extra'>;

/** A mask is the part of the image between its first and its last pixel, as a PNG. */
async function maskOf(
  { mask }: JsonObject,
  ring: readonly number[],
  { width, height }: Size,
  common: Common,
): Promise<ImageObject | string> {
  const part = typeof mask === 'string' ? await decodeGrey(Buffer.from(mask, 'base64')) : null;
  if (!part) return 'has a mask that is no PNG';
  const [left, top] = [Math.round(ring[0]), Math.round(ring[1])];
  if (left < 0 || top < 0 || left + part.width > width || top + part.height > height)
    return 'has a mask that leaves its image';
  const counts: number[] = [];
  let [value, run] = [0, 0];
  const add = (is: 0 | 1, length: number): void => {
    if (is !== value) {
      counts.push(run);
      [value, run] = [is, 0];
    }
    run += length;
  };
  // Down the columns, as run lengths go.
  add(0, left * height);
  for (let x = 0; x < part.width; x++) {
    add(0, top);
    for (let y = 0; y < part.height; y++) add(part.pixels[y * part.width + x] > 0 ? 1 : 0, 1);
    add(0, height - top - part.height);
  }
  add(0, (width - left - part.width) * height);
  counts.push(run);
  const { box, area } = measureMask(counts, height);
  return { type: 'mask', box, area, mask: { width, height, counts: encodeCounts(counts) }, ...common };
}
