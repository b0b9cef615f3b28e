import { createHash } from 'node:crypto';
import type { Box, Extra, ImageObject, JsonValue } from '../../shared/annotation.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readXml } from '../excel/xml.ts';
import type { Rejects } from '../importers/importer.ts';
import { storedBytes, type FoundFile } from '../source.ts';
import { boundsOf } from './geometry.ts';
import { rest } from './reading.ts';

const maxBytes = 16 << 20;

export interface VocFile {
  file: FoundFile;
  fileName: string;
  claimed?: { width: number; height: number };
  objects: ImageObject[];
  extra?: Extra;
  read: { name: string; sha256: string; bytes: number };
}

const imageKeys = new Set(['filename', 'size', 'object']);
const objectKeys = new Set(['name', 'bndbox', 'polygon', 'difficult', 'truncated', 'occluded']);
const flags = ['difficult', 'truncated', 'occluded'] as const;

/** One image's XML. Throws `BadXml`, or an error where it is no annotation. host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc */
export async function readVoc(file: FoundFile, rejects: Rejects, signal: AbortSignal): Promise<VocFile> {
  const name = file.relative;
  const size = await storedBytes(file);
  if (size > maxBytes) {
    throw new AtelierError(
      'annotations_too_large',
      `${name} has ${Math.ceil(size / 2 ** 20)} MB; at most ${maxBytes >> 20} MB are read of one image's annotations.`,
    );
  }
  const hash = createHash('sha256');
  let bytes = 0;
  const stack: { name: string; text: string; fields: Record<string, JsonValue[]> }[] = [];
  let root: JsonValue | undefined;
  await readXml(
    file,
    {
      open: (tag) =>
        void stack.push({ name: tag, text: '', fields: Object.create(null) as Record<string, JsonValue[]> }),
      text: (text) => {
        const top = stack.at(-1);
        if (top) top.text += text;
      },
      close: () => {
        const { name: tag, text, fields } = stack.pop()!;
        const value: JsonValue =
          Object.keys(fields).length === 0
            ? text.trim()
            : Object.fromEntries(
                Object.entries(fields).map(([key, all]) => [key, all.length === 1 && key !== 'object' ? all[0] : all]),
              );
        const parent = stack.at(-1);
        if (parent) (parent.fields[tag] ??= []).push(value);
        else if (tag === 'annotation') root = value;
      },
    },
    signal,
    (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
    },
  );
  if (!isMap(root)) throw new AtelierError('not_annotations', `${name} is no annotation of an image.`);
  const { filename, size: claimed } = root;
  const extra: Extra = { ...rest(root, imageKeys).extra };
  if (isMap(claimed) && typeof claimed.depth === 'string') extra.depth = claimed.depth;
  const objects = Array.isArray(root.object) ? root.object : [];
  return {
    file,
    fileName: typeof filename === 'string' ? filename : '',
    claimed: isMap(claimed) ? sizeOf(claimed) : undefined,
    objects: objects.flatMap((object, i) => {
      const where = `${name}: object ${i + 1}`;
      const made = isMap(object) ? objectOf(object) : 'bad_box';
      if (typeof made !== 'string') return [made];
      rejects.add(where, made, made === 'bad_box' ? `${where} has no box of four numbers.` : `${where} has no class.`);
      return [];
    }),
    ...(Object.keys(extra).length > 0 && { extra }),
    read: { name, sha256: hash.digest('hex'), bytes },
  };
}

type Fields = Record<string, JsonValue>;
const isMap = (value: JsonValue | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const numberOf = (value: JsonValue | undefined): number =>
  typeof value === 'string' && value !== '' ? Number(value) : NaN;

function sizeOf({ width, height }: Fields): { width: number; height: number } | undefined {
  const size = { width: numberOf(width), height: numberOf(height) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}

/** Corners stand as they are written, whether their writer counts pixels from 0 or from 1. */
function objectOf(object: Fields): ImageObject | 'bad_box' | 'unknown_class' {
  const { name, bndbox } = object;
  if (typeof name !== 'string' || name === '') return 'unknown_class';
  const ring = isMap(object.polygon) ? ringOf(object.polygon) : null;
  const corners = isMap(bndbox) ? ['xmin', 'ymin', 'xmax', 'ymax'].map((key) => numberOf(bndbox[key])) : [];
  const given = corners.length === 4 && corners.every(Number.isFinite);
  if (!given && !ring) return 'bad_box';
  const [x, y, right, bottom] = corners;
  const box: Box = given ? [x, y, right - x, bottom - y] : boundsOf([ring!]);
  const said: NonNullable<ImageObject['flags']> = {};
  const others: Fields = {};
  for (const flag of flags) {
    if (object[flag] === '0' || object[flag] === '1') said[flag] = object[flag] === '1';
    else if (object[flag] !== undefined) others[flag] = object[flag];
  }
  const extra = { ...rest(object, objectKeys).extra, ...others };
  return {
    type: ring ? 'polygon' : 'box',
    class: name,
    box,
    ...(ring && { polygons: [ring] }),
    ...(Object.keys(said).length > 0 && { flags: said }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** x1, y1, x2, y2 …, as several tools add them to VOC; null where they are no three points. */
function ringOf(polygon: Fields): number[] | null {
  const ring: number[] = [];
  for (let n = 1; polygon[`x${n}`] !== undefined; n++)
    ring.push(numberOf(polygon[`x${n}`]), numberOf(polygon[`y${n}`]));
  return ring.length >= 6 && ring.every(Number.isFinite) ? ring : null;
}
