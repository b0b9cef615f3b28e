import type { Span } from '../../shared/annotation.ts';
import { splitFile, type DataExporter } from './exporter.ts';

/**
 * A text a line, with its entities as spaCy takes them: {"text", "entities": [[start, end, label]]}, a file for each split. Characters are
 * counted as Python does, in code points. No two entities of a text may overlap. spacy.io/api/data-formats#dict-input
 */
export const spacy: DataExporter = {
  of: ['table'],

  async write({ samples }, to, losses) {
    for await (const { split, marks, text } of samples()) {
      const out = await to.text(`${splitFile[split]}.jsonl`);
      const spans = marks.annotations.filter((mark): mark is Span => mark.type === 'span');
      losses.add('relations', marks.annotations.filter(({ type }) => type === 'relation').length);
      losses.add('whole-text classes', marks.annotations.filter(({ type }) => type === 'tag').length);
      for (const { id, attributes } of spans) {
        if (id !== undefined) losses.add('ids');
        if (attributes) losses.add('attributes');
      }
      const apart = outermost(spans);
      losses.add('spans inside others', spans.length - apart.length);
      const pointAt = codePoints(text);
      const entities = apart.map(({ start, end, class: label }) => [pointAt(start), pointAt(end), label]);
      await out.write(`${JSON.stringify({ text, entities })}\n`);
    }
  },
};

/** Of spans that overlap the longest, the earlier one where they are as long; in order of their beginnings. */
function outermost(spans: readonly Span[]): Span[] {
  const byLength = [...spans].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const taken: Span[] = [];
  for (const span of byLength) {
    if (taken.every(({ start, end }) => span.end <= start || span.start >= end)) taken.push(span);
  }
  return taken.sort((a, b) => a.start - b.start);
}

/** From UTF-16 code units, in which we count, to code points. */
function codePoints(text: string): (at: number) => number {
  // Nearly all texts have no pair of units.
  if (!/[\ud800-\udbff]/.test(text)) return (at) => at;
  const points = new Int32Array(text.length + 1);
  for (let i = 0, point = 0; i < text.length; point++) {
    const units = text.codePointAt(i)! > 0xffff ? 2 : 1;
    points[i] = point;
    points[i + units - 1] = point;
    i += units;
    points[i] = point + 1;
  }
  return (at) => points[Math.min(at, text.length)];
}
