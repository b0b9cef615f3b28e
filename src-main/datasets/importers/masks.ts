import { createHash } from 'node:crypto';
import type { ImageObject } from '../../shared/annotation.ts';
import { AtelierError } from '../../shared/errors.ts';
import { encodeCounts, measureMask } from '../../shared/rle.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { baseOf, folderOf, ImageFiles, splitOfPath, stemOf } from '../annotations/image-files.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { isMaskFile, legendFile, legendOf, noLegend, type Legend } from '../annotations/mask-legend.ts';
import { annotatedOffer } from '../annotations/offer.ts';
import { exists, readText, whileThere, type ReadText } from '../annotations/reading.ts';
import { areasOfLabels } from '../images/label-map.ts';
import { readMask } from '../images/mask-image.ts';
import { readWhole, type FoundFile, type Source } from '../source.ts';
import { sortClasses } from '../target.ts';
import { Rejects, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const mostBytes = 128 << 20;

/**
 * Masks as PNG files in a folder of their own beside the images: one an image, whose pixels are numbers of classes or, with a legend, colours; or
 * one an object, named after its image and its class (`0007_cell_2.png`, `0007/cell_2.png`), where all that is not black is the object.
 */
export const masks: Importer = {
  async offer(source) {
    const { pairs } = pairsOf(source);
    return pairs.size === 0 ? [] : [await annotatedOffer('masks', source, [...pairs.values()].flat())];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const { images: found, pairs, alone } = pairsOf(source);
      for (const { relative } of alone) {
        rejects.add(relative, 'image_missing', `${relative} is a mask, and there is no image of that name.`);
      }
      const read: ReadText['source'][] = [];
      const legend = await readLegend(source, read);
      const names = new Set(legend.classes);
      const images = [...pairs].map(([file, files]): AnnotatedImage => ({
        file,
        split: splitOfPath(folderOf(file.relative)) ?? splitOfPath(folderOf(files[0].relative)),
        async marks(size) {
          const objects: ImageObject[] = [];
          for (const mask of files) {
            context.signal.throwIfAborted();
            try {
              const bytes = await readWhole(mask, mostBytes, tooLarge(mask));
              const sha256 = createHash('sha256').update(bytes).digest('hex');
              read.push({ name: mask.relative, sha256, bytes: bytes.length });
              objects.push(...(await objectsOf(mask, bytes, file, size, legend)));
            } catch (error) {
              if (!(error instanceof AtelierError)) throw error;
              if (error.code === 'source_vanished' && !(await exists(source.root))) throw error;
              rejects.add(mask.relative, error.code, error.message);
            }
          }
          for (const one of objects) names.add(one.class);
          return objects;
        },
      }));
      const notes = [{ code: 'dialect', message: `Read as mask PNGs, ${legend.words}.` }];
      const bare = found.length - images.length;
      if (bare > 0)
        notes.push({
          code: 'passed_over',
          message: `${plural(bare, 'image has no mask, and was', 'images have no mask, and were')} passed over.`,
        });
      // Which there are is known once all marks were asked for.
      const header = () => {
        const others = [...names].filter((name) => !legend.classes.includes(name));
        const sorted = sortClasses(others.map((name) => ({ name, count: 0 }))).map(({ name }) => name);
        return { classes: [...legend.classes, ...sorted].map((name) => ({ name })) };
      };
      return storeAnnotatedImages(source, { images, header, read, rejects, notes }, params, context);
    }),
};

interface Pairs {
  images: FoundFile[];
  /** The masks of each image that has any. */
  pairs: Map<FoundFile, FoundFile[]>;
  /** Masks of no image. */
  alone: FoundFile[];
}

/** Of a folder that is called after masks, and holds something else, nothing is found: classes may be called so. */
function pairsOf(source: Source): Pairs {
  const files = source.files.filter(({ relative }) => isMaskFile(relative));
  const images = new ImageFiles(source.files.filter(({ relative }) => !isMaskFile(relative)));
  const pairs = new Map<FoundFile, FoundFile[]>();
  const alone: FoundFile[] = [];
  for (const file of files) {
    const image = imageOf(images, file.relative);
    if (!image) alone.push(file);
    else pairs.set(image, [...(pairs.get(image) ?? []), file]);
  }
  const few = pairs.size === 0 || alone.length > files.length / 2;
  return { images: images.files, pairs: few ? new Map<FoundFile, FoundFile[]>() : pairs, alone };
}

/** Of the very name, else of one that the mask's name begins with, else of the folder that it lies in. */
function imageOf(images: ImageFiles, path: string): FoundFile | null {
  const stem = stemOf(path);
  const exact = images.findStem(stem, path);
  if (exact) return exact;
  for (let at = stem.length - 1; at > 0; at--) {
    if (!/[_\-. ]/.test(stem[at])) continue;
    const found = images.findStem(stem.slice(0, at), path);
    if (found) return found;
  }
  return images.findStem(baseOf(folderOf(path)), path);
}

/** The class of what nothing names. */
const unnamed = 'object';

/** The class that a mask of one object says by its name: without the image's and the object's number. */
function namedClass(mask: string, image: string): string | null {
  const [stem, of] = [stemOf(mask), stemOf(image)];
  if (stem === of) return null;
  const rest = stem.startsWith(of) ? stem.slice(of.length) : stem;
  const name = rest.replace(/^[_\-. ]+/, '').replace(/[_\-. ]*\d*$/, '');
  return name === '' || /^mask$/i.test(name) ? unnamed : name;
}

async function readLegend(source: Source, read: ReadText['source'][]): Promise<Legend> {
  const file = legendFile(source.files);
  if (!file) return noLegend;
  const { text, source: from } = await readText(file);
  read.push(from);
  return legendOf(text, file.relative);
}

const tooLarge =
  ({ relative }: FoundFile) =>
  (size: number): AtelierError =>
    new AtelierError('bad_label_map', `${relative} has ${Math.ceil(size / 2 ** 20)} MB; a mask has at most 128.`);

/** Errors: bad_label_map, mask_size_differs, unknown_mask_value. */
async function objectsOf(
  file: FoundFile,
  bytes: Uint8Array,
  image: FoundFile,
  size: { width: number; height: number },
  legend: Legend,
): Promise<ImageObject[]> {
  const { relative } = file;
  const own = namedClass(relative, image.relative);
  const map = await readMask(bytes, relative, own === null ? legend : 'object');
  if (map.width !== size.width || map.height !== size.height) {
    throw new AtelierError(
      'mask_size_differs',
      `${relative} has ${map.width} × ${map.height} pixels, and its image ${size.width} × ${size.height}. A mask has a pixel for each of its image.`,
    );
  }
  const areas = areasOfLabels(map);
  // White on black is one thing on nothing, not class 255.
  const single = own ?? (legend === noLegend && areas.size === 1 && areas.has(255) ? unnamed : null);
  return [...areas]
    .sort(([a], [b]) => a - b)
    .flatMap(([value, area]): ImageObject[] => {
      const name = single ?? legend.nameOf(value, relative);
      if (name === null) return [];
      const counts = countsOf(area, size.width * size.height);
      const { box, area: pixels } = measureMask(counts, size.height);
      return [{ type: 'mask', class: name, box, area: pixels, mask: { ...size, counts: encodeCounts(counts) } }];
    });
}

/** Runs of background and object in turn, from where each of the object's begins and ends. */
function countsOf(area: readonly number[], pixels: number): number[] {
  const counts: number[] = [];
  let at = 0;
  for (const edge of area) {
    counts.push(edge - at);
    at = edge;
  }
  return at < pixels ? [...counts, pixels - at] : counts;
}
