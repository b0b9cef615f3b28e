import type { Annotation, Extra, ImageObject, SampleAnnotations } from '../../shared/annotation.ts';
import { isObject } from '../json/members.ts';
import { decimal, splitFile, type DataExporter, type ExportSample, type ExportSet, type Losses } from './exporter.ts';
import { imageNames } from './image-names.ts';
import { countLost } from './losses.ts';

/** Label Studio's JSON, a file of tasks for each split, and the labelling config that they fit. labelstud.io/guide/export */
export const labelStudio: DataExporter = {
  of: ['images', 'table', 'audio'],

  async write(set, to, losses) {
    const { kind } = set.manifest;
    const nameOf = kind === 'images' ? await imageNames(set) : null;
    const counts = new Map<string, number>();
    const controls = new Map<string, Set<string>>();
    for await (const sample of set.samples()) {
      const { split, marks, original } = sample;
      const path = `${splitFile[split]}.json`;
      const out = await to.text(path);
      const count = counts.get(path) ?? 0;
      counts.set(path, count + 1);
      const result = marks.annotations.flatMap((mark, i) => resultsOf(mark, i, marks, sample.text, losses));
      for (const each of result) note(controls, each);
      let file = sample.name;
      if (nameOf) {
        file = `images/${splitFile[split]}/${nameOf(sample.name, split)}`;
        if (original) await to.put(file, await original());
      }
      const task = { id: sample.index + 1, data: dataOf(kind, file, sample), annotations: [{ result }] };
      await out.write(`${count === 0 ? '[\n' : ',\n'}${JSON.stringify(task)}`);
    }
    for (const path of counts.keys()) await (await to.text(path)).write('\n]\n');
    await to.put('label-config.xml', configOf(set, controls));
  },
};

const objectOf: Record<ExportSet['manifest']['kind'], string> = { images: 'image', table: 'text', audio: 'audio' };

function dataOf(kind: ExportSet['manifest']['kind'], file: string, { text, marks }: ExportSample): Extra {
  const others = isObject(marks.extra?.data) ? (marks.extra.data as Extra) : {};
  return { ...others, [objectOf[kind]]: kind === 'table' ? text : file };
}

function resultsOf(mark: Annotation, at: number, sample: SampleAnnotations, text: string, losses: Losses): Extra[] {
  const id = mark.id === undefined ? `r${at + 1}` : String(mark.id);
  const { attributes, class: name } = mark;
  if (attributes) losses.add('attributes');
  if (mark.type === 'relation') {
    const direction = mark.extra?.direction ?? 'right';
    return [{ type: 'relation', from_id: String(mark.from), to_id: String(mark.to), direction, labels: [name] }];
  }
  const others = mark.extra ?? {};
  if (mark.type === 'tag') {
    return [
      {
        id,
        type: 'choices',
        from_name: 'choices',
        to_name: toName(sample, text),
        value: { choices: [name] },
        ...others,
      },
    ];
  }
  if (mark.type === 'span' || mark.type === 'segment') {
    const { start, end } = mark;
    const said: Extra = mark.type === 'span' ? { text: text.slice(start, end) } : { channel: 0 };
    const to = mark.type === 'span' ? 'text' : 'audio';
    return [
      {
        id,
        type: 'labels',
        from_name: 'labels',
        to_name: to,
        value: { start, end, ...said, labels: [name] },
        ...others,
      },
    ];
  }
  return shapesOf(mark, id, sample, losses).map((shape) => ({ ...shape, ...others }));
}

const toName = (sample: SampleAnnotations, text: string): string =>
  sample.width ? 'image' : text === '' ? 'audio' : 'text';

/** A part of a polygon is a region of its own; what is no box, polygon or point has its box. */
function shapesOf(
  object: ImageObject,
  id: string,
  { width = 1, height = 1 }: SampleAnnotations,
  losses: Losses,
): Extra[] {
  const { box, polygons, keypoints, rotation, class: name } = object;
  const across = (value: number): number => decimal((value / width) * 100);
  const down = (value: number): number => decimal((value / height) * 100);
  const head = { to_name: 'image', original_width: width, original_height: height, image_rotation: 0 };
  const region = (type: string, n: number, value: Extra): Extra => ({
    id: n === 0 ? id : `${id}-${n + 1}`,
    type,
    from_name: type,
    ...head,
    value: { ...value, [type]: [name] },
  });
  countLost(object, ['ids', 'attributes', 'polygons', 'rotations', 'keypoints', 'other fields'], losses);
  if (polygons) {
    losses.add('parts of polygons, each a region', polygons.length - 1);
    return polygons.map((ring, n) => {
      const points = Array.from({ length: ring.length / 2 }, (_, i) => [across(ring[2 * i]), down(ring[2 * i + 1])]);
      return region('polygonlabels', n, { points });
    });
  }
  if (keypoints) {
    const seen = Array.from({ length: keypoints.length / 3 }, (_, i) => keypoints.slice(3 * i, 3 * i + 3));
    const marked = seen.filter(([, , visible]) => visible > 0);
    losses.add('points of one thing, each a region', marked.length - 1);
    return marked.map(([x, y], n) => region('keypointlabels', n, { x: across(x), y: down(y), width: 0.5 }));
  }
  const [x, y, w, h] = box;
  const value = { x: across(x), y: down(y), width: across(w), height: down(h), rotation: rotation ?? 0 };
  return [region('rectanglelabels', 0, value)];
}

function note(controls: Map<string, Set<string>>, { type, value }: Extra): void {
  if (typeof type !== 'string' || type === 'relation' || !isObject(value)) return;
  const names = controls.get(type) ?? new Set();
  controls.set(type, names);
  for (const name of value[type] as string[]) names.add(name);
}

const tags: Record<string, [control: string, label: string]> = {
  rectanglelabels: ['RectangleLabels', 'Label'],
  polygonlabels: ['PolygonLabels', 'Label'],
  keypointlabels: ['KeyPointLabels', 'Label'],
  labels: ['Labels', 'Label'],
  choices: ['Choices', 'Choice'],
};

function configOf({ manifest }: ExportSet, controls: ReadonlyMap<string, ReadonlySet<string>>): string {
  const to = objectOf[manifest.kind];
  const lines = [`  <${to[0].toUpperCase()}${to.slice(1)} name="${to}" value="$${to}"/>`];
  for (const [type, names] of controls) {
    const [control, label] = tags[type];
    lines.push(`  <${control} name="${type}" toName="${to}">`);
    for (const name of names) lines.push(`    <${label} value="${attribute(name)}"/>`);
    lines.push(`  </${control}>`);
  }
  return `<View>\n${lines.join('\n')}\n</View>\n`;
}

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
