import type { ImageObject } from '../../shared/annotation.ts';
import { decimal, splitFile, type DataExporter, type ExportSet, type Losses } from './exporter.ts';
import { imageNames } from './image-names.ts';
import { objects } from './coco.ts';

/**
 * Ultralytics' YOLO: data.yaml, images/<split>, labels/<split>. Keypoints make it a "pose" set, else polygons a "segment" set, else boxes a
 * "detect" set; a set is of one sort. docs.ultralytics.com/datasets
 */
export const yolo: DataExporter = {
  of: ['images'],

  async write(set, to, losses) {
    const nameOf = await imageNames(set);
    const sort = await sortOf(set);
    const classes = new Map(set.header.classes.map(({ name }, i) => [name, i]));
    const splits = new Set<string>();
    for await (const { name, split, marks, original } of set.samples()) {
      const { width = 1, height = 1 } = marks;
      const path = `${splitFile[split]}/${nameOf(name, split)}`;
      splits.add(splitFile[split]);
      const rows = objects(marks).map((object) =>
        [classes.get(object.class)!, ...rowOf(object, sort, width, height, losses)].join(' '),
      );
      losses.add('whole-image classes', marks.annotations.length - rows.length);
      if (marks.id !== undefined) losses.add('image ids');
      if (original) await to.put(`images/${path}`, await original());
      await to.put(`labels/${path.replace(/\.[^./]*$/, '')}.txt`, rows.length > 0 ? `${rows.join('\n')}\n` : '');
    }
    await to.put('data.yaml', yamlOf(set, splits, sort));
  },
};

interface Sort {
  kind: 'detect' | 'segment' | 'pose';
  /** Keypoints of each thing, and how many numbers each has. */
  points: [number, number];
}

async function sortOf({ header, samples }: ExportSet): Promise<Sort> {
  let [points, polygons] = [0, false];
  for await (const { marks } of samples()) {
    for (const object of objects(marks)) {
      points = Math.max(points, (object.keypoints?.length ?? 0) / 3);
      polygons ||= object.polygons !== undefined;
    }
  }
  const told = header.extra?.kpt_shape;
  const each = Array.isArray(told) && told[1] === 2 ? 2 : 3;
  return { kind: points > 0 ? 'pose' : polygons ? 'segment' : 'detect', points: [points, each] };
}

/** Numbers after the class: shares of the image. */
function rowOf(object: ImageObject, { kind, points }: Sort, width: number, height: number, losses: Losses): number[] {
  const { box, polygons, keypoints, mask, flags, extra } = object;
  if (object.id !== undefined) losses.add('ids');
  if (object.attributes) losses.add('attributes');
  if (mask) losses.add('masks');
  if (object.rotation !== undefined) losses.add('rotations');
  if (extra) losses.add('other fields');
  for (const flag of ['crowd', 'difficult', 'occluded', 'truncated'] as const) {
    if (flags?.[flag]) losses.add(`"${flag}" marks`);
  }
  if (kind === 'segment') {
    if (!polygons) losses.add('boxes written as polygons');
    else if (polygons.length > 1) losses.add('polygons of several parts, joined into one');
    return (polygons ? joined(polygons) : corners(object)).map((value, i) =>
      inside(decimal(value / (i % 2 === 0 ? width : height)), losses),
    );
  }
  if (polygons) losses.add('polygons');
  const row = boxRow(box, width, height, losses);
  if (kind === 'detect') return row;
  const [count, each] = points;
  for (let i = 0; i < count; i++) {
    const [x = 0, y = 0, seen = 0] = keypoints?.slice(i * 3, i * 3 + 3) ?? [];
    row.push(decimal(x / width), decimal(y / height), ...(each === 3 ? [seen] : []));
  }
  return row;
}

/** Ultralytics passes over a whole image for one box that leaves it: so such a box is cut at the edge, and told. */
function boxRow([x, y, w, h]: ImageObject['box'], width: number, height: number, losses: Losses): number[] {
  const [left, top, right, bottom] = [x, y, x + w, y + h];
  const cut = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  // What is beyond by a rounding is as it was.
  const beyond = left < -1e-6 || top < -1e-6 || right > width + 1e-6 || bottom > height + 1e-6;
  if (!beyond)
    return [decimal((x + w / 2) / width), decimal((y + h / 2) / height), decimal(w / width), decimal(h / height)];
  losses.add('what reaches out of its image, cut at the edge');
  const [l, t, r, b] = [cut(left, width), cut(top, height), cut(right, width), cut(bottom, height)];
  return [(l + r) / 2 / width, (t + b) / 2 / height, (r - l) / width, (b - t) / height].map(decimal);
}

function inside(share: number, losses: Losses): number {
  if (share >= 0 && share <= 1) return share;
  if (share < -1e-9 || share > 1 + 1e-9) losses.add('what reaches out of its image, cut at the edge');
  return Math.min(1, Math.max(0, share));
}

const corners = ({ box: [x, y, w, h] }: ImageObject): number[] => [x, y, x + w, y, x + w, y + h, x, y + h];

/** Parts as one ring: from the first one's start to each other part, around it, and back the same way, which encloses nothing more. */
function joined(rings: readonly number[][]): number[] {
  const [first, ...others] = rings;
  if (others.length === 0) return [...first];
  const start = first.slice(0, 2);
  return [...first, ...start, ...others.flatMap((ring) => [...ring, ...ring.slice(0, 2), ...start])];
}

function yamlOf({ header }: ExportSet, splits: ReadonlySet<string>, { kind, points }: Sort): string {
  const lines = ['path: .'];
  // Its readers want both; a set that has one part only says so.
  for (const split of ['train', 'val', 'test']) if (splits.has(split)) lines.push(`${split}: images/${split}`);
  if (kind === 'pose') lines.push(`kpt_shape: [${points.join(', ')}]`);
  lines.push(`nc: ${header.classes.length}`, 'names:');
  header.classes.forEach(({ name }, i) => lines.push(`  ${i}: ${JSON.stringify(name)}`));
  return `${lines.join('\n')}\n`;
}
