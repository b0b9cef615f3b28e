import type { SampleAnnotations, Segment, Span } from '../../shared/annotation.ts';
import { csvLine } from '../../shared/csv-line.ts';
import { objects } from './coco.ts';
import { decimal, splitFile, type DataExporter, type ExportSample, type Losses } from './exporter.ts';
import { imageNames } from './image-names.ts';
import { countLost } from './losses.ts';

const heads = {
  images: ['filename', 'width', 'height', 'class', 'xmin', 'ymin', 'xmax', 'ymax'],
  table: ['sample', 'start', 'end', 'class', 'text'],
  audio: ['filename', 'start', 'end', 'class'],
};

/** A row a box, span or segment: a file for each split. An image without any has a row of its name alone. */
export const csv: DataExporter = {
  of: ['images', 'table', 'audio'],

  async write(set, to, losses) {
    const { kind } = set.manifest;
    const nameOf = kind === 'images' ? await imageNames(set) : null;
    const begun = new Set<string>();
    for await (const sample of set.samples()) {
      const { split, marks, original } = sample;
      const path = `${splitFile[split]}.csv`;
      const out = await to.text(path);
      if (!begun.has(path)) await out.write(`${csvLine(heads[kind])}\n`);
      begun.add(path);
      const name = nameOf ? nameOf(sample.name, split) : sample.name;
      if (nameOf && original) await to.put(`${splitFile[split]}/${name}`, await original());
      const rows = nameOf ? boxRows(name, marks, losses) : rangeRows(sample, kind === 'table', losses);
      for (const row of rows) await out.write(`${csvLine(row)}\n`);
    }
  },
};

function boxRows(name: string, marks: SampleAnnotations, losses: Losses): unknown[][] {
  const found = objects(marks);
  losses.add('whole-image classes', marks.annotations.length - found.length);
  const head = [name, marks.width, marks.height];
  if (found.length === 0) return [[...head, '', '', '', '', '']];
  return found.map((object) => {
    countLost(object, [], losses);
    const [x, y, w, h] = object.box;
    return [...head, object.class, x, y, decimal(x + w), decimal(y + h)];
  });
}

function rangeRows({ index, name, marks, text }: ExportSample, ofText: boolean, losses: Losses): unknown[][] {
  const ranges = marks.annotations.filter(
    (one): one is Span | Segment => one.type === 'span' || one.type === 'segment',
  );
  losses.add('relations', marks.annotations.filter(({ type }) => type === 'relation').length);
  losses.add('whole-sample classes', marks.annotations.filter(({ type }) => type === 'tag').length);
  for (const { id, attributes } of ranges) {
    if (id !== undefined) losses.add('ids');
    if (attributes) losses.add('attributes');
  }
  return ranges.map(({ start, end, class: label }) =>
    ofText ? [index, start, end, label, text.slice(start, end)] : [name, start, end, label],
  );
}
