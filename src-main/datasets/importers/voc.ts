import type { SplitName } from '../../shared/dataset.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import { folderOf, ImageFiles, splitOfPath, stemOf } from '../annotations/image-files.ts';
import { annotatedOffer } from '../annotations/offer.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { exists, readText, whileThere, type ReadText } from '../annotations/reading.ts';
import { readVoc, type VocFile } from '../annotations/voc-file.ts';
import { BadXml } from '../excel/xml.ts';
import { inOrder } from '../in-order.ts';
import { isUnreadable, readHead, unreadableWords, type FoundFile, type Source } from '../source.ts';
import { sortClasses } from '../target.ts';
import { Rejects, type Importer } from './importer.ts';

const lookedAt = 8;
const atOnce = 8;

/** Images with an XML file each, as in Pascal VOC; divided by ImageSets, or by folders. */
export const voc: Importer = {
  async offer(source) {
    const files = await vocFiles(source);
    if (files.length === 0) return [];
    return [await annotatedOffer('voc', source, files)];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const given = await vocFiles(source);
      const found = new ImageFiles(source.files);
      const read: ReadText['source'][] = [];
      const lists = await imageSets(source, read);
      const images = new Map<FoundFile, AnnotatedImage>();
      const names = new Set<string>();
      let done = 0;
      for await (const { thing: file, result } of inOrder(given, atOnce, (each) =>
        readVoc(each, rejects, context.signal),
      )) {
        context.signal.throwIfAborted();
        context.progress({ stage: 'reading', unit: 'files', done: ++done, total: given.length });
        if (result instanceof Error) {
          await reject(file, result, source, rejects);
          continue;
        }
        read.push(result.read);
        const { relative } = file;
        const split = lists.get(stemOf(relative)) ?? null;
        const image = imageOf(found, result, split);
        if (!image) {
          rejects.add(
            relative,
            'image_missing',
            `${result.fileName || stemOf(relative)}, which ${relative} speaks of, is not there. Its ${result.objects.length} annotations were left out with it.`,
          );
          continue;
        }
        if (images.has(image)) {
          rejects.add(
            relative,
            'duplicate_image',
            `${relative} speaks of ${image.relative}, as a file before it does.`,
          );
          continue;
        }
        for (const object of result.objects) names.add(object.class);
        const { claimed, extra, objects, fileName } = result;
        const called = fileName !== '' && !image.relative.endsWith(fileName) ? { ...extra, filename: fileName } : extra;
        images.set(image, {
          file: image,
          split: split ?? splitOfPath(folderOf(image.relative)),
          claimed,
          extra: called,
          marks: () => objects,
        });
      }
      const bare = found.files.length - images.size;
      const notes = [{ code: 'dialect', message: 'Read as Pascal VOC.' }];
      if (bare > 0) {
        notes.push({
          code: 'passed_over',
          message: `Images passed over, as no XML file that could be read speaks of them: ${bare}.`,
        });
      }
      const classes = sortClasses([...names].map((name) => ({ name, count: 0 }))).map(({ name }) => ({ name }));
      return storeAnnotatedImages(
        source,
        { images: [...images.values()], header: () => ({ classes }), read, rejects, notes },
        params,
        context,
      );
    }),
};

/** XML that annotates images; where the first few do not, none does. */
async function vocFiles(source: Source): Promise<FoundFile[]> {
  const named = source.files.filter(({ relative }) => /\.xml$/i.test(relative));
  let good = 0;
  for (const file of named.slice(0, lookedAt)) {
    const head = Buffer.from(await readHead(file, 4096)).toString();
    if (/<annotation[\s>]/.test(head) && /<(object|filename|size|folder)[\s>]/.test(head)) good++;
  }
  return good > 0 ? named : [];
}

/** Split by stem, from ImageSets/Main. Lists of one class ("aeroplane_train.txt") divide nothing; "trainval" counts where nothing finer does. */
async function imageSets(source: Source, read: ReadText['source'][]): Promise<Map<string, SplitName>> {
  const splits = new Map<string, SplitName>();
  const lists = source.files.filter(({ relative }) =>
    /(^|\/)ImageSets\/(Main\/|Segmentation\/)?(train|val|test|trainval)\.txt$/i.test(relative),
  );
  const rank = ({ relative }: FoundFile): number => (stemOf(relative).toLowerCase() === 'trainval' ? 0 : 1);
  for (const file of lists.sort((a, b) => rank(a) - rank(b))) {
    const name = stemOf(file.relative).toLowerCase();
    const split = name === 'val' ? 'validation' : name === 'test' ? 'test' : 'train';
    const { text, source: from } = await readText(file);
    read.push(from);
    for (const line of text.split(/\r\n?|\n/)) {
      const [stem] = line.trim().split(/\s+/);
      if (stem !== '') splits.set(stem, split);
    }
  }
  return splits;
}

/** By the name inside, else by the XML's own. */
const imageOf = (found: ImageFiles, { file, fileName }: VocFile, split: SplitName | null): FoundFile | null =>
  (fileName === '' ? null : found.find(fileName, file.relative, split)) ??
  found.findStem(stemOf(file.relative), file.relative, split);

async function reject(file: FoundFile, error: Error, source: Source, rejects: Rejects): Promise<void> {
  const { relative } = file;
  if (error instanceof BadXml) {
    return rejects.add(
      relative,
      'bad_xml',
      `${relative} is no whole XML, or holds what annotations never do: ${error.message}`,
    );
  }
  const { code, message } = errorFacts(error);
  if (!(error instanceof AtelierError)) throw error;
  if (isUnreadable(error) && !(await exists(source.root))) throw error;
  rejects.add(relative, code, isUnreadable(error) ? unreadableWords(relative, error) : message);
}
