import { createHash } from 'node:crypto';
import type { AnnotationClass, Extra, JsonValue } from '../../shared/annotation.ts';
import type { SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Rejects } from '../importers/importer.ts';
import { isObject, looseJson, MemberCutter, type JsonObject } from '../json/members.ts';
import { openFile, type FoundFile } from '../source.ts';
import { splitOfName, splitOfPath, folderOf } from './image-files.ts';
import { isId, isNumber, rest } from './reading.ts';

/** Annotations are held as their text until their image is read. */
const maxHeld = 1 << 30;
const maxImages = 5_000_000;
/** Of each list that is none of the three: licences and the like. */
const maxOthers = 10_000;

export interface CocoImage {
  id: string | number;
  fileName: string;
  claimed?: { width: number; height: number };
  extra?: Extra;
}

/** One COCO file, cut into what it speaks of. */
export interface CocoFile {
  file: FoundFile;
  split: SplitName | null;
  images: CocoImage[];
  /** By their image's id, as they are written. */
  annotations: Map<string | number, string[]>;
  classes: AnnotationClass[];
  /** Each category's name by its id. */
  names: Map<string | number, string>;
  extra: Extra;
  cutShort: boolean;
  read: { name: string; sha256: string; bytes: number };
}

const imageKeys = new Set(['id', 'file_name', 'width', 'height']);
const categoryKeys = new Set(['id', 'name', 'supercategory', 'keypoints', 'skeleton']);

/** Reads one file in one pass, whatever the order in it. Throws `annotations_too_large`. */
export async function readCoco(
  file: FoundFile,
  rejects: Rejects,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<CocoFile> {
  const name = file.relative;
  const hash = createHash('sha256');
  let [bytes, held] = [0, 0];
  const images: CocoImage[] = [];
  const annotations: CocoFile['annotations'] = new Map();
  const classes: AnnotationClass[] = [];
  const names: CocoFile['names'] = new Map();
  const extra: Extra = {};
  const counts: Record<string, number> = {};
  const seen = new Set<string | number>();

  const addImage = (record: JsonObject, where: string): void => {
    const { id, file_name: fileName, width, height } = record;
    if (!isId(id) || typeof fileName !== 'string') {
      return rejects.add(where, 'bad_image', `${where} has no id or no file_name.`);
    }
    if (seen.has(id)) return rejects.add(where, 'duplicate_image', `${where} has the id ${id} of an image before it.`);
    seen.add(id);
    const claimed = isNumber(width) && isNumber(height) ? { width, height } : undefined;
    images.push({ id, fileName, claimed, ...rest(record, imageKeys) });
  };
  const addCategory = (record: JsonObject, where: string): void => {
    const { id, supercategory, keypoints, skeleton } = record;
    if (!isId(id)) return rejects.add(where, 'bad_class', `${where} has no id.`);
    if (names.has(id)) return rejects.add(where, 'bad_class', `${where} has the id ${id} of a category before it.`);
    const called = typeof record.name === 'string' && record.name !== '' ? record.name : String(id);
    // Two of one name are still two.
    const unique = [...names.values()].includes(called) ? `${called} (${id})` : called;
    names.set(id, unique);
    classes.push({
      name: unique,
      id,
      ...(typeof supercategory === 'string' && { supercategory }),
      ...(isList(keypoints, (each) => typeof each === 'string') && { keypoints: keypoints as string[] }),
      ...(isList(skeleton, (each) => isList(each, isNumber)) && { skeleton: skeleton as number[][] }),
      ...rest(record, categoryKeys),
    });
  };
  const addAnnotation = (text: string, where: string): void => {
    // Its image is all that is asked of it now.
    const record = looseJson(text);
    const id = isObject(record) ? record.image_id : undefined;
    if (!isId(id)) return rejects.add(where, 'unknown_image', `${where} names no image.`);
    held += text.length;
    if (held > maxHeld) {
      throw new AtelierError(
        'annotations_too_large',
        `${name} holds more than ${maxHeld >> 20} MB of annotations. Cut it into several files.`,
      );
    }
    const list = annotations.get(id);
    if (list) list.push(text);
    else annotations.set(id, [text]);
  };

  const cutter = new MemberCutter({
    element(key, piece) {
      const n = (counts[key] = (counts[key] ?? 0) + 1);
      const where = `${name}: ${key}[${n - 1}]`;
      const text = Buffer.from(piece).toString();
      if (key === 'annotations') return addAnnotation(text, where);
      const value = looseJson(text);
      if (key === 'images' || key === 'categories') {
        if (!isObject(value)) rejects.add(where, 'bad_json', `${where} is no whole JSON object.`);
        else if (key === 'categories') addCategory(value, where);
        else if (n <= maxImages) addImage(value, where);
      } else if (value !== undefined && n <= maxOthers) {
        const list = own(extra, key);
        if (Array.isArray(list)) list.push(value as JsonValue);
        else define(extra, key, [value as JsonValue]);
      }
    },
    value(key, piece) {
      const value = looseJson(Buffer.from(piece).toString());
      if (value !== undefined) define(extra, key, value as JsonValue);
    },
    tooLong: (key) =>
      rejects.add(`${name}: ${key}`, 'line_too_long', `In ${name} a part of "${key}" is longer than 2 MB.`),
  });
  const stored = (chunk: Uint8Array): void => {
    hash.update(chunk);
    onBytes((bytes += chunk.length));
  };
  let first = true;
  for await (const chunk of openFile(file, signal, stored)) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    cutter.write(marked ? chunk.subarray(3) : chunk);
    first = false;
  }
  return {
    file,
    split: splitOfName(name) ?? splitOfPath(folderOf(name)),
    images,
    annotations,
    classes,
    names,
    extra,
    cutShort: cutter.unfinished,
    read: { name, sha256: hash.digest('hex'), bytes },
  };
}

const isList = (value: unknown, each: (item: unknown) => boolean): boolean => Array.isArray(value) && value.every(each);
/** Keys come from files: "__proto__" is one like another. */
const own = (extra: Extra, key: string): JsonValue | undefined => (Object.hasOwn(extra, key) ? extra[key] : undefined);
const define = (extra: Extra, key: string, value: JsonValue): void => {
  Object.defineProperty(extra, key, { value, enumerable: true, writable: true, configurable: true });
};
