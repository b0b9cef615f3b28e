import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { areasOfLabels, readLabelMap } from '../../datasets/images/label-map.ts';
import { readHeader, eachAnnotations } from '../../datasets/annotations/read.ts';
import { categoryIds, objects } from '../../datasets/exporters/coco.ts';
import { readBlob } from '../../datasets/blobs.ts';
import type { ImportContext } from '../../datasets/import-context.ts';
import { findSource, readWhole, type FoundFile } from '../../datasets/source.ts';
import { readResults } from '../../evaluation/coco-results.ts';
import type { FoundBox, TrueBox } from '../../evaluation/detection.ts';
import { areaOfCounts, areaOfPolygons, boxAround, type Area } from '../../evaluation/masks.ts';
import { objectScores } from '../../evaluation/object-scores.ts';
import type { ImageObject, SampleAnnotations } from '../../shared/annotation.ts';
import { splitNames, type Manifest, type SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ScoreParams } from '../../shared/work/judge.ts';
import type { PredictionReport } from '../../shared/object-scores.ts';
import { decodeCounts } from '../../shared/rle.ts';
import { ImageNames } from './image-names.ts';

const mostBytes = 512 * 2 ** 20;

/**
 * Scores predictions of any model by what is marked in a version: COCO's results (.json), or a folder of label maps (.png), named like the
 * images. Every image that is scored counts, whether anything was predicted for it or not. Throws `no_annotations`, `scores_unreadable`,
 * `bad_label_map`, `no_predictions`.
 */
export async function scoreObjects(
  { blobs, manifest, path, split }: ScoreParams,
  context: ImportContext,
): Promise<PredictionReport> {
  const marked = await readMarked(blobs, manifest, split, context);
  const folder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  const predicted = await (folder ? readLabelMaps : readObjects)(path, marked, context);
  if (folder && predicted.files === 0) {
    throw new AtelierError(
      'no_predictions',
      `No file in ${basename(path)} is named like an image of this dataset. Name each label map as its image is, ending in .png.`,
    );
  }
  const { classes, truths, sizes, images, unmasked } = marked;
  const pixels = new Map([...images].map((image) => [image, sizes[image].height * sizes[image].width]));
  const scores = objectScores({ classes, truths, found: predicted.found, images: pixels, areasOnly: folder });
  const { elsewhere, strays } = predicted;
  return { source: basename(path), split, elsewhere, strays, unmasked: scores.areas ? unmasked : 0, ...scores };
}

interface Marked {
  classes: string[];
  /** A class's place by the number that files have for it. */
  byId: ReadonlyMap<number, number>;
  truths: TrueBox[];
  names: ImageNames;
  /** Of every image; NaN: nothing says how large it is. */
  sizes: { height: number; width: number }[];
  /** Those that are scored. */
  images: Set<number>;
  unmasked: number;
}

async function readMarked(
  blobs: string,
  manifest: Manifest,
  wanted: SplitName | null,
  context: ImportContext,
): Promise<Marked> {
  const header = await readHeader(blobs, manifest);
  if (manifest.kind !== 'images') {
    throw new AtelierError('no_annotations', 'Nothing is drawn in this dataset: predictions of objects need images.');
  }
  const split = await readBlob(blobs, manifest.blobs.split);
  const paths = JSON.parse(Buffer.from(await readBlob(blobs, manifest.blobs.names!)).toString()) as string[];
  const classes = header.classes.map(({ name }) => name);
  const places = new Map(classes.map((name, c) => [name, c]));
  const byId = new Map([...categoryIds(header.classes)].map(([name, id]) => [id, places.get(name)!]));
  const truths: TrueBox[] = [];
  const sizes: Marked['sizes'] = [];
  const images = new Set<number>();
  const names = new ImageNames();
  let unmasked = 0;
  let sample = -1;
  for await (const marks of eachAnnotations(blobs, manifest)) {
    sample++;
    names.add(sample, paths[sample], marks.id);
    const { height = NaN, width = NaN } = marks;
    sizes.push({ height, width });
    if (wanted !== null && splitNames[split[sample]] !== wanted) continue;
    images.add(sample);
    for (const object of objects(marks)) {
      const mask = maskOf(object, marks);
      if (!mask) unmasked++;
      truths.push({
        image: sample,
        class: places.get(object.class)!,
        box: object.box,
        ...(object.area !== undefined && { area: object.area }),
        crowd: object.flags?.crowd ?? false,
        ...(mask && { mask }),
      });
    }
    if (sample % 256 === 0) {
      context.signal.throwIfAborted();
      context.progress({ stage: 'reading', unit: 'samples', done: sample, total: manifest.samples });
    }
  }
  return { classes, byId, truths, names, sizes, images, unmasked };
}

/** Null where a thing has no outline, or its image no known size to lay it in. */
function maskOf({ mask, polygons }: ImageObject, { height, width }: SampleAnnotations): Area | null {
  const counts = mask ? decodeCounts(mask.counts) : null;
  if (counts) return areaOfCounts(counts);
  return polygons && height !== undefined && width !== undefined ? areaOfPolygons(polygons, height, width) : null;
}

interface Predicted {
  found: FoundBox[];
  elsewhere: number;
  strays: number;
  /** Those that belong to an image, of whichever split. */
  files: number;
}

/** A list of results, or a whole COCO file, whose own categories and images then say what its numbers mean. */
async function readObjects(path: string, marked: Marked): Promise<Predicted> {
  const where = basename(path);
  const file: FoundFile = { path, relative: where };
  const bytes = await readWhole(file, mostBytes, () => unreadable(`${where} has more than 512 MB. Score it in parts.`));
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw unreadable(
      `${where} is no JSON: ${(error as Error).message}. Give COCO's results as JSON, or a folder of label maps (PNG).`,
    );
  }
  const whole = Array.isArray(json) ? {} : ((json ?? {}) as Record<string, unknown>);
  const places = new Map(marked.classes.map((name, c) => [name, c]));
  const categories = named(whole.categories, 'name');
  const files = named(whole.images, 'file_name');
  const found = readResults(Array.isArray(json) ? json : whole.annotations, where, {
    classOf: (id) =>
      typeof id === 'string'
        ? places.get(id)
        : categories
          ? places.get(categories.get(id) ?? '')
          : marked.byId.get(id as number),
    imageOf: (id) => {
      const name = files?.get(id);
      const image = name === undefined ? marked.names.of(id) : marked.names.named(name);
      if (image === undefined) return undefined;
      return Number.isNaN(marked.sizes[image].height) ? { image } : { image, ...marked.sizes[image] };
    },
  });
  const here = found.filter(({ image }) => marked.images.has(image));
  return { found: here, elsewhere: found.length - here.length, strays: 0, files: 1 };
}

/** What each id is called; null where there is no such list. */
function named(list: unknown, key: 'name' | 'file_name'): Map<unknown, string> | null {
  if (!Array.isArray(list)) return null;
  const all = list as (Record<string, unknown> | null)[];
  return new Map(all.flatMap((one) => (typeof one?.[key] === 'string' ? [[one.id, one[key]] as const] : [])));
}

/** 0 is background and 255 what the model says nothing of; every other value is a class's id, or its place from 1 where classes have none. */
async function readLabelMaps(path: string, marked: Marked, context: ImportContext): Promise<Predicted> {
  const { files } = await findSource([path], context.signal);
  const maps = files.filter(({ relative }) => /\.png$/i.test(relative));
  const result: Predicted = { found: [], elsewhere: 0, strays: files.length - maps.length, files: 0 };
  for (const [done, file] of maps.entries()) {
    context.signal.throwIfAborted();
    context.progress({ stage: 'evaluating', unit: 'files', done, total: maps.length });
    const image = marked.names.named(file.relative);
    if (image === undefined) {
      result.strays++;
      continue;
    }
    result.files++;
    if (!marked.images.has(image)) result.elsewhere++;
    else result.found.push(...(await readMap(file, image, marked)));
  }
  return result;
}

async function readMap(file: FoundFile, image: number, { byId, classes, sizes }: Marked): Promise<FoundBox[]> {
  const { relative } = file;
  const bytes = await readWhole(file, mostBytes, () => unreadable(`${relative} has more than 512 MB.`));
  const map = await readLabelMap(bytes, relative);
  const size = sizes[image];
  if (!Number.isNaN(size.height) && (map.height !== size.height || map.width !== size.width)) {
    throw new AtelierError(
      'bad_label_map',
      `${relative} has ${map.width}×${map.height} pixels, its image ${size.width}×${size.height}: they must lie on one another.`,
    );
  }
  return [...areasOfLabels(map)].flatMap(([value, mask]): FoundBox[] => {
    const of = byId.get(value);
    if (of !== undefined) return [{ image, class: of, box: boxAround(mask, map.height), score: NaN, mask }];
    if (value === 255) return [];
    const known = [...byId].slice(0, 8).map(([id, c]) => `${id} ${classes[c]}`);
    throw new AtelierError(
      'bad_label_map',
      `${relative} has the value ${value}, which is no class of this dataset (0 is background; ${known.join(', ')}${byId.size > 8 ? ', …' : ''}).`,
    );
  });
}

const unreadable = (words: string): AtelierError => new AtelierError('scores_unreadable', words);
