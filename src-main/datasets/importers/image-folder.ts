import type { ImageShape } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImportParams, ImportResult } from '../../shared/work/import.ts';
import {
  arrange,
  arrangeByName,
  noClass,
  someNames,
  withNameHint,
  withoutClass,
  type Member,
} from '../class-folders.ts';
import { KnownImages } from '../grow/known-images.ts';
import { finishImages } from '../image-version.ts';
import { headBytes, imageType, namedImage } from '../images/file-type.ts';
import { chooseSize, Reading } from '../images/reading.ts';
import { readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';

/** Images told apart by the folder they lie in: one folder per class, perhaps inside train/ and test/. Without such folders they have no classes. */
export const imageFolder: Importer = {
  async offer(source) {
    const images = await imageFiles(source);
    if (images.length === 0) return [];
    const { members } = labelled(images);
    return [
      {
        kind: 'image-folder',
        suggestedName: source.suggestedName,
        files: images.length,
        folders: new Set(members.flatMap(({ className }) => (className === '' ? [] : [className]))).size,
        bytes: await totalBytes(images),
        columns: [],
        target: null,
        names: someNames(images),
      },
    ];
  },

  async read(source, params, context) {
    const images = await imageFiles(source);
    const { members, strays } =
      params.classFrom === undefined ? labelled(images) : arrangeByName(images, params.classFrom);
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    for (const { relative } of strays) {
      rejects.add(relative, 'no_class', noClass(relative, params.classFrom));
    }
    const found = { source, members, passedOver: source.files.length - images.length };
    return withNameHint(await storeImages(found, rejects, params, context), members);
  },
};

/** Images with their classes, wherever they came from, as a version. `passedOver`: files that are no images. */
export async function storeImages(
  { source, members, passedOver }: { source: Source; members: Member[]; passedOver: number },
  rejects: Rejects,
  params: ImportParams,
  context: ReadContext,
): Promise<ImportResult> {
  const how = params.originals ?? 'copied';
  const known = params.into ? await KnownImages.open(params.blobs, params.into.manifest) : null;
  const size = known ? { ...sizeOf(known.manifest.image!), scale: true } : await chooseSize(members, context.signal);
  let reading = new Reading(source, members, size, how, known);
  if (!(await reading.run(params.blobs, rejects, context))) {
    // Only now is it known that not all are of the size that a look at some of them promised.
    const side = Math.max(reading.size.width, reading.size.height);
    reading = new Reading(source, members, { width: side, height: side, scale: true }, how);
    await reading.run(params.blobs, rejects, context);
  }
  try {
    context.signal.throwIfAborted();
    const notes = reading.notes(passedOver);
    const manifest = await finishImages(params.blobs, reading.imageSet(rejects, notes), params.splitSeed);
    return { suggestedName: source.suggestedName, manifest };
  } catch (error) {
    await reading.abort();
    throw error;
  }
}

const sizeOf = ({ width, height }: ImageShape) => ({ width, height });

/** Throws `images_without_classes` for a single image: that is no dataset. */
function labelled(images: FoundFile[]): { members: Member[]; strays: FoundFile[] } {
  const arranged = arrange(images);
  if (arranged.members.length > 0) return arranged;
  if (images.length > 1) return { members: images.map(withoutClass), strays: [] };
  throw new AtelierError(
    'images_without_classes',
    `${images[0].relative} is an image without a label. Training needs to know the class of each: put the images of every class into a folder named after it, and drop the folder that holds these folders.`,
  );
}

/** Files called images; where none is, those that are without being called so. */
async function imageFiles(source: Source): Promise<FoundFile[]> {
  const named = source.files.filter((file) => namedImage(file.relative));
  if (named.length > 0) return named;
  const found: FoundFile[] = [];
  for (const [i, file] of source.files.entries()) {
    if (i === 200 && found.length === 0) break;
    if (imageType(await readHead(file, headBytes))) found.push(file);
  }
  return found;
}
