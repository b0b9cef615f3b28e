import type { ImageObject } from '../../shared/annotation.ts';
import { boundsOf } from '../annotations/geometry.ts';
import { folderOf, ImageFiles, stemOf } from '../annotations/image-files.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { isNumber, readTextOr, whileThere } from '../annotations/reading.ts';
import { readYoloSettings, type YoloSettings } from '../annotations/yolo-settings.ts';
import { readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { Rejects, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const lookedAt = 16;

/** Images with YOLO's text files: boxes, polygons ("segment"), keypoints ("pose"); in Ultralytics' and Darknet's ways of laying them out. */
export const yolo: Importer = {
  async offer(source) {
    const set = await layOut(source);
    if (!set) return [];
    const labels = [...set.labels.values()].map(({ file }) => file);
    return [
      {
        kind: 'yolo',
        suggestedName: source.suggestedName,
        files: set.images.files.length,
        folders: labels.length,
        bytes: await totalBytes([...labels, ...set.images.files]),
        columns: [],
        target: null,
      },
    ];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const { images, labels, strays, settings } = (await layOut(source))!;
      const { names, points, splits, read, extra } = await readYoloSettings(source, images, settings);
      const numbers = new Set<number>();
      const nameOf = (n: number): string | null => {
        if (names.length > 0) return names[n] ?? null;
        numbers.add(n);
        return String(n);
      };
      for (const { relative } of strays) {
        rejects.add(
          relative,
          'image_missing',
          `${relative} has no image of its name beside it; its boxes were left out.`,
        );
      }
      const annotated = images.files.map((file): AnnotatedImage => ({
        file,
        split: splits(file),
        ...(!labels.has(file) && { unsaid: true }),
        async marks(size) {
          const label = labels.get(file);
          if (!label) return [];
          const said = await readTextOr(label.file, { source, rejects });
          if (!said) return [];
          read.push(said.source);
          return rowsOf(said.text, label.file.relative, size, points, nameOf, rejects);
        },
      }));
      return storeAnnotatedImages(
        source,
        {
          images: annotated,
          header: () => ({
            classes:
              names.length > 0
                ? names.map((name, id) => ({ name, id }))
                : [...numbers].sort((a, b) => a - b).map((id) => ({ name: String(id), id })),
            ...(extra && { extra }),
          }),
          read,
          rejects,
          notes: notesOf(names, images.files.length - labels.size),
        },
        params,
        context,
      );
    }),
};

interface Laid {
  images: ImageFiles;
  /** Each image's file of boxes. */
  labels: Map<FoundFile, { file: FoundFile }>;
  /** Files of boxes without an image. */
  strays: FoundFile[];
  settings: FoundFile[];
}

const settingNames = /(^|\/)(data|dataset|[\w.-]*)\.ya?ml$|(^|\/)(classes\.txt|[\w-]+\.names)$/i;
const listNames = /^(classes|train|val|valid|test|labels|readme.*|notes|predefined_classes)$/i;

/** Null where the text files beside the images hold no boxes. */
async function layOut(source: Source): Promise<Laid | null> {
  const images = new ImageFiles(source.files);
  if (images.files.length === 0) return null;
  const settings = source.files.filter(({ relative }) => settingNames.test(relative));
  const texts = source.files.filter(({ relative }) => /\.txt$/i.test(relative) && !listNames.test(stemOf(relative)));
  const byPath = new Map(texts.map((file) => [file.relative, file]));
  const byStem = new Map<string, FoundFile[]>();
  for (const file of texts) byStem.set(stemOf(file.relative), [...(byStem.get(stemOf(file.relative)) ?? []), file]);
  const labels: Laid['labels'] = new Map();
  const used = new Set<FoundFile>();
  for (const file of images.files) {
    const folder = folderOf(file.relative);
    const name = `${stemOf(file.relative)}.txt`;
    const parallel = `/${folder}/`.replace(/^(.*)\/images\//, '$1/labels/').slice(1);
    const alike = byStem.get(stemOf(file.relative)) ?? [];
    const label =
      byPath.get(`${parallel}${name}`.replace(/^\//, '')) ??
      byPath.get(folder === '' ? name : `${folder}/${name}`) ??
      (alike.length === 1 ? alike[0] : undefined);
    if (!label || used.has(label)) continue;
    labels.set(file, { file: label });
    used.add(label);
  }
  return (await holdBoxes([...used]))
    ? { images, labels, strays: texts.filter((file) => !used.has(file)), settings }
    : null;
}

/** Of the first that are not empty most are rows of numbers that begin with a class. */
async function holdBoxes(files: readonly FoundFile[]): Promise<boolean> {
  let [good, bad] = [0, 0];
  for (const file of files.slice(0, lookedAt * 4)) {
    const line = Buffer.from(await readHead(file, 4096))
      .toString()
      .trimStart()
      .split(/\r?\n/)[0]
      .trim();
    if (line === '') continue;
    if (/^\d+(\s+-?\d*\.?\d+(e[+-]?\d+)?){4,}/i.test(line)) good++;
    else bad++;
    if (good + bad >= lookedAt) break;
  }
  return good > bad;
}

/** One object a line: its class's number, then shares of the image's width and height. docs.ultralytics.com/datasets */
function rowsOf(
  text: string,
  name: string,
  { width, height }: { width: number; height: number },
  points: YoloSettings['points'],
  nameOf: (n: number) => string | null,
  rejects: Rejects,
): ImageObject[] {
  const objects: ImageObject[] = [];
  for (const [i, line] of text.split(/\r\n?|\n/).entries()) {
    if (line.trim() === '') continue;
    const where = `${name}: line ${i + 1}`;
    const [number, ...values] = line.trim().split(/\s+/).map(Number);
    if (!Number.isSafeInteger(number) || number < 0 || values.length < 4 || !values.every(isNumber)) {
      rejects.add(where, 'bad_box', `${where} is no class with at least four numbers.`);
      continue;
    }
    const called = nameOf(number);
    if (called === null) {
      rejects.add(where, 'unknown_class', `${where} is of class ${number}, for which there is no name.`);
      continue;
    }
    const [cx, cy, w, h] = values;
    const box = [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height] as const;
    if (values.length === 4) objects.push({ type: 'box', class: called, box });
    else if (points && values.length === 4 + points[0] * points[1]) {
      objects.push({
        type: 'keypoints',
        class: called,
        box,
        keypoints: keypointsOf(values.slice(4), points[1], width, height),
      });
    } else if (values.length === 5) objects.push({ type: 'box', class: called, box, extra: { score: values[4] } });
    else if (values.length % 2 === 0) {
      const ring = values.map((value, k) => value * (k % 2 === 0 ? width : height));
      objects.push({ type: 'polygon', class: called, box: boundsOf([ring]), polygons: [ring] });
    } else rejects.add(where, 'bad_polygon', `${where} has a polygon that is no list of x and y.`);
  }
  return objects;
}

function keypointsOf(values: readonly number[], each: number, width: number, height: number): number[] {
  const points: number[] = [];
  for (let i = 0; i < values.length; i += each) {
    const [x, y] = [values[i] * width, values[i + 1] * height];
    points.push(x, y, each === 3 ? values[i + 2] : x === 0 && y === 0 ? 0 : 2);
  }
  return points;
}

function notesOf(names: readonly string[], bare: number): { code: string; message: string }[] {
  const notes = [{ code: 'dialect', message: 'Read as YOLO.' }];
  if (names.length === 0) {
    notes.push({
      code: 'class_numbers',
      message: 'There is no data.yaml or classes.txt, so classes are called by their numbers.',
    });
  }
  if (bare > 0)
    notes.push({
      code: 'unmarked',
      message: `${plural(bare, 'image has no file of boxes: nothing is marked in it', 'images have no file of boxes: nothing is marked in them')}.`,
    });
  return notes;
}
