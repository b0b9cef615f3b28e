import type { Extra, ImageObject, JsonValue, SampleAnnotations } from '../../shared/annotation.ts';
import { decimal, splitFile, type DataExporter, type Losses } from './exporter.ts';
import { imageNames } from './image-names.ts';
import { objects, without } from './coco.ts';

/** Pascal VOC: JPEGImages, Annotations with an XML file an image, ImageSets/Main with the splits. */
export const voc: DataExporter = {
  of: ['images'],

  async write(set, to, losses) {
    const nameOf = await imageNames(set, false);
    for await (const { name, split, marks, original } of set.samples()) {
      const path = nameOf(name, split);
      const stem = path.replace(/\.[^./]*$/, '');
      if (marks.id !== undefined) losses.add('image ids');
      losses.add('whole-image classes', marks.annotations.length - objects(marks).length);
      await to.put(`Annotations/${stem}.xml`, xmlOf(path, marks, losses));
      if (original) await to.put(`JPEGImages/${path}`, await original());
      await (await to.text(`ImageSets/Main/${splitFile[split]}.txt`)).write(`${stem}\n`);
    }
  },
};

function xmlOf(path: string, marks: SampleAnnotations, losses: Losses): string {
  const { filename, depth, ...others } = marks.extra ?? {};
  const fields: Extra = {
    ...(others.folder === undefined && { folder: 'JPEGImages' }),
    filename: typeof filename === 'string' ? filename : path,
    ...without(others, 'file_name'),
    size: { width: marks.width ?? 0, height: marks.height ?? 0, depth: depth ?? 3 },
    ...(others.segmented === undefined && { segmented: 0 }),
    object: objects(marks).map((object) => fieldsOf(object, losses)),
  };
  return `<annotation>\n${elements(fields, '\t', losses)}</annotation>\n`;
}

function fieldsOf(object: ImageObject, losses: Losses): Extra {
  const { class: name, box, polygons, flags, attributes, extra } = object;
  const [x, y, w, h] = box;
  if (object.id !== undefined) losses.add('ids');
  if (object.mask) losses.add('masks');
  if (object.keypoints) losses.add('keypoints');
  if (object.rotation !== undefined) losses.add('rotations');
  if (flags?.crowd) losses.add('"crowd" marks');
  const [ring, ...parts] = polygons ?? [];
  if (parts.length > 0) losses.add('further parts of polygons');
  const points = (ring ?? []).map((value, i): [string, number] => [`${i % 2 === 0 ? 'x' : 'y'}${(i >> 1) + 1}`, value]);
  const said = (flag: 'truncated' | 'difficult' | 'occluded'): Extra =>
    flags?.[flag] === undefined || extra?.[flag] !== undefined ? {} : { [flag]: flags[flag] ? 1 : 0 };
  return {
    name,
    ...said('truncated'),
    ...said('difficult'),
    ...said('occluded'),
    ...extra,
    ...(attributes && {
      attributes: { attribute: Object.entries(attributes).map(([key, value]) => ({ name: key, value })) },
    }),
    bndbox: { xmin: x, ymin: y, xmax: decimal(x + w), ymax: decimal(y + h) },
    ...(ring && { polygon: Object.fromEntries(points) }),
  };
}

/** A list is an element for each of its items. */
function elements(fields: Extra, indent: string, losses: Losses): string {
  let xml = '';
  for (const [key, value] of Object.entries(fields)) {
    // Names of other formats' fields may be none of XML's.
    if (!/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(key)) losses.add('other fields');
    else for (const each of Array.isArray(value) ? value : [value]) xml += element(key, each, indent, losses);
  }
  return xml;
}

function element(key: string, value: JsonValue, indent: string, losses: Losses): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return `${indent}<${key}>\n${elements(value, `${indent}\t`, losses)}${indent}</${key}>\n`;
  }
  const text = Array.isArray(value) ? JSON.stringify(value) : value === null ? '' : String(value);
  return `${indent}<${key}>${escape(text)}</${key}>\n`;
}

/** Characters that XML cannot hold at all are left out. */
const escape = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
