import type { Extra, ImageObject, SampleAnnotations } from '../../shared/annotation.ts';
import { maskPixels } from '../../shared/rle.ts';
import { encodePng } from '../images/encode-png.ts';
import { objects } from './coco.ts';
import { decimal, splitFile, type DataExporter, type Losses } from './exporter.ts';
import { imageNames } from './image-names.ts';
import { countLost } from './losses.ts';

const flags = ['crowd', 'difficult', 'occluded', 'truncated'] as const;

/** LabelMe's JSON, a file beside each image, in a folder of each split. github.com/wkentaro/labelme, labelme/label_file.py */
export const labelme: DataExporter = {
  of: ['images'],

  async write(set, to, losses) {
    const nameOf = await imageNames(set);
    const points = new Map(set.header.classes.map(({ name, keypoints }) => [name, keypoints ?? []]));
    for await (const { name, split, marks, original } of set.samples()) {
      const file = nameOf(name, split);
      if (marks.id !== undefined) losses.add('image ids');
      const found = objects(marks);
      losses.add('whole-image classes', marks.annotations.length - found.length);
      const shapes: Extra[] = [];
      let group = 0;
      for (const object of found) {
        const parts = await shapesOf(object, points.get(object.class) ?? [], losses);
        // What is drawn in several parts is held together by a number of its own.
        if (parts.length > 1) group++;
        for (const part of parts) shapes.push({ ...part, group_id: parts.length > 1 ? group : null });
      }
      const stem = file.replace(/\.[^./]*$/, '');
      if (original) await to.put(`${splitFile[split]}/${file}`, await original());
      await to.put(`${splitFile[split]}/${stem}.json`, `${JSON.stringify(fileOf(file, marks, shapes), null, 2)}\n`);
    }
  },
};

const fileOf = (name: string, { width, height }: SampleAnnotations, shapes: Extra[]): Extra => ({
  version: '5.5.0',
  flags: {},
  shapes,
  imagePath: name.split('/').at(-1)!,
  imageData: null,
  imageHeight: height ?? 0,
  imageWidth: width ?? 0,
});

/** Polygons and mask, else the box; and each point that is marked, by its name. */
async function shapesOf(object: ImageObject, pointNames: readonly string[], losses: Losses): Promise<Extra[]> {
  const { box, polygons, mask, keypoints, class: label } = object;
  countLost(object, ['polygons', 'masks', 'keypoints', 'flags', 'attributes'], losses);
  const shape = (type: string, points: number[][], more: Extra = {}): Extra => ({
    label,
    points,
    shape_type: type,
    flags: Object.fromEntries(flags.flatMap((flag) => (object.flags?.[flag] ? [[flag, true]] : []))),
    description: object.attributes ? JSON.stringify(object.attributes) : '',
    ...more,
  });
  const shapes: Extra[] = [];
  const drawn = mask && (await maskOf(mask));
  if (drawn) shapes.push(shape('mask', drawn.points, { mask: drawn.png }));
  else if (mask) losses.add('masks that are damaged');
  if (polygons) shapes.push(...polygons.map((ring) => shape('polygon', pairs(ring))));
  const [x, y, w, h] = box;
  if (!drawn && !polygons && (!keypoints || w > 0 || h > 0)) {
    const corners = [
      [x, y],
      [decimal(x + w), decimal(y + h)],
    ];
    shapes.push(shape('rectangle', corners));
  }
  for (let i = 0; i + 2 < (keypoints?.length ?? 0); i += 3) {
    const [px, py, seen] = keypoints!.slice(i, i + 3);
    if (seen === 0) continue;
    if (seen === 1) losses.add('points that are hidden');
    shapes.push(shape('point', [[px, py]], { label: pointNames[i / 3] ?? label }));
  }
  return shapes;
}

const pairs = (ring: readonly number[]): number[][] =>
  Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i], ring[2 * i + 1]]);

/** The part of a mask that holds anything, as a PNG in base 64, and its first and last pixel. */
async function maskOf(mask: NonNullable<ImageObject['mask']>): Promise<{ png: string; points: number[][] } | null> {
  const pixels = maskPixels(mask);
  if (!pixels) return null;
  const { width, height } = mask;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    const [first, last] = [row.indexOf(1), row.lastIndexOf(1)];
    if (first < 0) continue;
    [left, right] = [Math.min(left, first), Math.max(right, last)];
    [top, bottom] = [Math.min(top, y), y];
  }
  if (right < 0) return null;
  const [w, h] = [right - left + 1, bottom - top + 1];
  const part = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    const from = (top + y) * width + left;
    for (let x = 0; x < w; x++) part[y * w + x] = pixels[from + x] * 255;
  }
  const png = await encodePng(part, { width: w, height: h, channels: 1 });
  const points = [
    [left, top],
    [right, bottom],
  ];
  return { png: Buffer.from(png).toString('base64'), points };
}
