import type { AnnotationClass, Extra, ImageObject, JsonValue, SampleAnnotations } from '../../shared/annotation.ts';
import type { SplitName } from '../../shared/dataset.ts';
import { marked } from '../annotations/coco-object.ts';
import { ringArea } from '../annotations/geometry.ts';
import { decodeCounts, measureMask } from '../../shared/rle.ts';
import { splitFile, type DataExporter, type ExportSample, type Losses } from './exporter.ts';
import { imageNames } from './image-names.ts';

/**
 * COCO's JSON, a file for each split under annotations/, its images in a folder of the split. Ids are the source's where it gave numbers; all
 * that an annotation, image or category said besides stands where it stood. cocodataset.org/#format-data
 */
export const coco: DataExporter = {
  of: ['images'],

  async write(set, to, losses) {
    const nameOf = await imageNames(set);
    const categories = categoryIds(set.header.classes);
    const next = await firstFree(set.samples());
    const splits = new Map<SplitName, { images: string[]; imageIds: Set<unknown>; ids: Set<unknown>; count: number }>();
    const fileOf = (split: SplitName): string => `annotations/instances_${splitFile[split]}.json`;
    for await (const sample of set.samples()) {
      const { split, marks } = sample;
      const out = await to.text(fileOf(split));
      let state = splits.get(split);
      if (!state) {
        splits.set(split, (state = { images: [], imageIds: new Set(), ids: new Set(), count: 0 }));
        await out.write('{"annotations":[');
      }
      const fileName = nameOf(sample.name, split, marks.extra?.file_name);
      const imageId = own(marks.id, state.imageIds, () => next.image++, losses);
      const tags = marks.annotations.flatMap((mark) => (mark.type === 'tag' ? [mark.class] : []));
      state.images.push(
        JSON.stringify({
          id: imageId,
          file_name: fileName,
          width: marks.width,
          height: marks.height,
          ...without(marks.extra, 'file_name'),
          ...(tags.length > 0 && { tags }),
        }),
      );
      if (sample.original) await to.put(`${splitFile[split]}/${fileName}`, await sample.original());
      for (const object of objects(marks)) {
        const id = own(object.id, state.ids, () => next.annotation++, losses);
        const record = recordOf(object, id, imageId, categories.get(object.class)!);
        await out.write(`${state.count++ > 0 ? ',\n' : '\n'}${JSON.stringify(record)}`);
      }
    }
    const listed = set.header.classes.map((one) => JSON.stringify(categoryOf(one, categories.get(one.name)!)));
    for (const [split, { images }] of splits) {
      const out = await to.text(fileOf(split));
      await out.write(`\n],\n"images":[\n${images.join(',\n')}\n],\n"categories":[\n${listed.join(',\n')}\n]`);
      for (const [key, value] of Object.entries(set.header.extra ?? {})) {
        if (!['annotations', 'images', 'categories'].includes(key)) {
          await out.write(`,\n${JSON.stringify(key)}:${JSON.stringify(value)}`);
        }
      }
      await out.write('\n}\n');
    }
  },
};

export const objects = ({ annotations }: SampleAnnotations): ImageObject[] =>
  annotations.filter((mark): mark is ImageObject => 'box' in mark);

/** Everything but one key. */
export function without(extra: Extra | undefined, key: string): Extra {
  return Object.fromEntries(Object.entries(extra ?? {}).filter(([name]) => name !== key));
}

/** Ids of our own begin above all that are taken. */
async function firstFree(samples: AsyncGenerator<ExportSample>): Promise<{ image: number; annotation: number }> {
  const next = { image: 1, annotation: 1 };
  for await (const { marks } of samples) {
    if (Number.isSafeInteger(marks.id)) next.image = Math.max(next.image, Number(marks.id) + 1);
    for (const { id } of marks.annotations) {
      if (Number.isSafeInteger(id)) next.annotation = Math.max(next.annotation, Number(id) + 1);
    }
  }
  return next;
}

/** The thing's own id where it is a number that no other has, else a new one. */
function own(id: string | number | undefined, taken: Set<unknown>, fresh: () => number, losses: Losses): number {
  const kept = typeof id === 'number' && !taken.has(id) ? id : fresh();
  if (id !== undefined && kept !== id) losses.add('ids');
  taken.add(kept);
  return kept;
}

/** Its own where all have one that is a number and no two the same; else counted from 1. */
export function categoryIds(classes: readonly AnnotationClass[]): Map<string, number> {
  const given = classes.map(({ id }) => id);
  const good = given.every((id) => typeof id === 'number') && new Set(given).size === given.length;
  return new Map(classes.map(({ name, id }, i) => [name, good ? (id as number) : i + 1]));
}

function categoryOf({ name, supercategory, keypoints, skeleton, extra }: AnnotationClass, id: number): Extra {
  return {
    id,
    name,
    ...(supercategory !== undefined && { supercategory }),
    ...(keypoints && { keypoints }),
    ...(skeleton && { skeleton }),
    ...extra,
  };
}

function recordOf(object: ImageObject, id: number, image: number, category: number): Extra {
  const { box, polygons, mask, keypoints, flags, attributes, rotation, extra } = object;
  const others: Extra = { ...extra };
  for (const flag of ['difficult', 'occluded', 'truncated'] as const) {
    const said = flags?.[flag];
    if (said !== undefined && !(flag in others) && !(attributes && flag in attributes)) others[flag] = said ? 1 : 0;
  }
  const runs = mask ? decodeCounts(mask.counts) : null;
  const segmentation: JsonValue | undefined = mask
    ? { size: [mask.height, mask.width], counts: mask.listed ? runs : mask.counts }
    : polygons;
  return {
    id,
    image_id: image,
    category_id: category,
    bbox: [...box],
    area: object.area ?? areaOf(object, runs),
    iscrowd: flags?.crowd ? 1 : 0,
    ...(segmentation !== undefined && { segmentation }),
    ...(keypoints && { keypoints, num_keypoints: marked(keypoints) }),
    ...(rotation !== undefined && { rotation }),
    ...(attributes && { attributes }),
    ...others,
  };
}

const areaOf = ({ box, polygons, mask }: ImageObject, runs: readonly number[] | null): number =>
  mask && runs
    ? measureMask(runs, mask.height).area
    : polygons
      ? polygons.reduce((sum, ring) => sum + ringArea(ring), 0)
      : Math.max(0, box[2]) * Math.max(0, box[3]);
