import type { Annotation, Box, Extra, JsonValue } from '../../shared/annotation.ts';
import { isObject, type JsonObject } from '../json/members.ts';
import { boundsOf } from './geometry.ts';
import { isId, isNumber, rest } from './reading.ts';

/** One task, with the one of its annotations that counts. */
export interface Task {
  id?: string | number;
  data: JsonObject;
  results: JsonObject[];
  /** Annotations of others, which are left out. */
  others: number;
}

/** Null where the record is none. labelstud.io/guide/export */
export function taskOf(record: unknown): Task | null {
  if (!isObject(record) || !isObject(record.data)) return null;
  const given = Array.isArray(record.annotations) ? record.annotations : record.completions;
  const annotations = (Array.isArray(given) ? given : []).filter(
    (each): each is JsonObject => isObject(each) && Array.isArray(each.result) && each.was_cancelled !== true,
  );
  const chosen = annotations.find((each) => each.ground_truth === true) ?? annotations[0];
  return {
    ...(isId(record.id) && { id: record.id }),
    data: record.data,
    results: chosen ? (chosen.result as unknown[]).filter(isObject) : [],
    others: Math.max(0, annotations.length - 1),
  };
}

export interface Refusal {
  code: string;
  message: string;
}

const known = new Set([
  'id',
  'type',
  'value',
  'original_width',
  'original_height',
  'from_name',
  'to_name',
  'image_rotation',
]);
const listed = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
const refused = (code: string, message: string): Refusal => ({ code, message });

/** One region, or relation, in our form; several where it has several classes. `of`: the image's size, the text, or a sound. */
export function regionOf(
  result: JsonObject,
  of: { width: number; height: number } | { text: string } | 'sound',
): Annotation[] | Refusal {
  const { id, type } = result;
  const common = { ...(isId(id) && { id }) };
  if (type === 'relation') {
    const { from_id: from, to_id: to, labels } = result;
    if (!isId(from) || !isId(to)) return refused('bad_relation', 'joins nothing');
    const direction: Extra = typeof result.direction === 'string' ? { direction: result.direction } : {};
    const extra = Object.keys(direction).length > 0 ? { extra: direction } : {};
    return (listed(labels).length > 0 ? listed(labels) : ['']).map((name) => ({
      type,
      class: name,
      from,
      to,
      ...extra,
    }));
  }
  const value = isObject(result.value) ? result.value : {};
  const names = listed(value[String(type)]);
  const told = { ...common, ...rest(result, known) };
  if (type === 'choices') return names.map((name) => ({ type: 'tag', class: name, ...told }));
  if (names.length === 0) return refused('unknown_class', `of type "${String(type)}" has no class`);
  const each = (make: (name: string) => Annotation): Annotation[] => names.map(make);
  if (type === 'labels' && of === 'sound') {
    const { start, end } = value;
    if (!isNumber(start) || !isNumber(end) || start < 0 || end <= start)
      return refused('bad_segment', `reaches from ${String(start)} s to ${String(end)} s`);
    return each((name) => ({ type: 'segment', class: name, start, end, ...told }));
  }
  if (type === 'labels' && typeof of === 'object' && 'text' in of) {
    const { text } = of;
    const [start, end] = [Number(value.start), Number(value.end)];
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end <= start || end > text.length) {
      return refused(
        'bad_span',
        `reaches from ${String(value.start)} to ${String(value.end)}, which is not in the text`,
      );
    }
    return each((name) => ({ type: 'span', class: name, start, end, ...told }));
  }
  if (of === 'sound' || 'text' in of)
    return refused('not_supported', `is of type "${String(type)}", which is not read`);
  const { width, height } = of;
  const [x, y] = [share(value.x, width), share(value.y, height)];
  switch (type) {
    case 'rectanglelabels': {
      const box: Box = [x, y, share(value.width, width), share(value.height, height)];
      if (!box.every(isNumber)) return refused('bad_box', 'has no box of four numbers');
      const { rotation } = value;
      return each((name) => ({
        type: 'box',
        class: name,
        box,
        ...(isNumber(rotation) && rotation !== 0 && { rotation }),
        ...told,
      }));
    }
    case 'polygonlabels': {
      const ring = (Array.isArray(value.points) ? value.points : []).flatMap((point: unknown) =>
        Array.isArray(point) && point.length === 2 ? [share(point[0], width), share(point[1], height)] : [NaN],
      );
      if (ring.length < 6 || !ring.every(isNumber))
        return refused('bad_polygon', 'has a polygon that is no list of x and y');
      return each((name) => ({ type: 'polygon', class: name, box: boundsOf([ring]), polygons: [ring], ...told }));
    }
    case 'keypointlabels':
      if (!isNumber(x) || !isNumber(y)) return refused('bad_keypoints', 'has no x and y');
      return each((name) => ({ type: 'keypoints', class: name, box: [x, y, 0, 0], keypoints: [x, y, 2], ...told }));
    default:
      return refused('not_supported', `is of type "${String(type)}", which is not read`);
  }
}

/** Label Studio counts in hundredths of the image. */
const share = (value: unknown, side: number): number => (isNumber(value) ? (value / 100) * side : NaN);

/** A file's name in what a task gives for it: an upload's path, a storage's address, a local file behind "?d=". */
export function fileNames(value: string): string[] {
  const local = /[?&]d=([^&]+)/.exec(value)?.[1];
  let path = local ?? value.replace(/[?#].*$/, '');
  try {
    path = decodeURIComponent(path);
  } catch {
    // It is as it is.
  }
  path = path.replace(/^[a-z0-9]+:\/\/[^/]*\//i, '').replace(/^\/+/, '');
  // An upload has eight digits before its name.
  const upload = path.replace(/(^|\/)[0-9a-f]{8}-(?=[^/]+$)/, '$1');
  return upload === path ? [path] : [path, upload];
}

/** What a task's data hold besides. */
export const otherData = (data: JsonObject, key: string): { extra?: Extra } => {
  const others = Object.entries(data).filter(([name]) => name !== key) as [string, JsonValue][];
  return others.length > 0 ? { extra: { data: Object.fromEntries(others) } } : {};
};
