import type { Span } from '../../shared/annotation.ts';
import { tagsOf, type TokenSpan } from '../annotations/tags.ts';
import { splitFile, type DataExporter, type ExportSample, type Losses } from './exporter.ts';

/** A token a line with its tag, an empty line after each text; a file for each split. Tags as in the source, BIO where it had none. */
export const conll: DataExporter = {
  of: ['table'],

  async write({ header, samples }, to, losses) {
    const scheme = header.scheme ?? 'bio';
    const { token, separator } = layoutOf(header.extra?.conll);
    for await (const sample of samples()) {
      const { split, marks } = sample;
      const out = await to.text(`${splitFile[split]}.conll`);
      const offsets = marks.tokens ?? tokenize(sample.text);
      const spans = marks.annotations.filter((mark): mark is Span => mark.type === 'span');
      losses.add('relations', marks.annotations.filter(({ type }) => type === 'relation').length);
      losses.add('whole-text classes', marks.annotations.filter(({ type }) => type === 'tag').length);
      for (const { id, attributes } of spans) {
        if (id !== undefined) losses.add('ids');
        if (attributes) losses.add('attributes');
      }
      const { tags, left } = tagsOf(offsets.length / 2, onTokens(spans, offsets, losses), scheme);
      losses.add('spans inside others', left);
      const columns = marks.tokenColumns ?? [];
      let lines = linesBefore(sample);
      for (let i = 0; i < tags.length; i++) {
        const cells = columns.map((column) => column[i]);
        const word = sample.text.slice(offsets[2 * i], offsets[2 * i + 1]);
        cells.splice(token, 0, separator === ' ' ? word.replace(/\s+/g, '_') : word);
        lines += `${[...cells, tags[i]].join(separator)}\n`;
      }
      await out.write(`${lines}\n`);
    }
  },
};

function layoutOf(told: unknown): { token: number; separator: string } {
  const { token, separator } = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>;
  return { token: token === 1 ? 1 : 0, separator: separator === '\t' ? '\t' : ' ' };
}

/** The mark of a new document, and comments. */
function linesBefore({ marks }: ExportSample): string {
  const { docstart, comments } = marks.extra ?? {};
  const lines = typeof docstart === 'string' ? `${docstart}\n\n` : '';
  return lines + (Array.isArray(comments) ? comments.map((line) => `${String(line)}\n`).join('') : '');
}

/** Words, numbers and signs, for a text that never had tokens. */
function tokenize(text: string): number[] {
  const offsets: number[] = [];
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{M}\p{N}_]+(?:['’-][\p{L}\p{M}\p{N}_]+)*|\S/gu)) {
    offsets.push(index, index + word.length);
  }
  return offsets;
}

/** A span that begins or ends inside a token takes all of it. */
function onTokens(spans: readonly Span[], offsets: readonly number[], losses: Losses): TokenSpan[] {
  const found: TokenSpan[] = [];
  for (const { start, end, class: name } of spans) {
    let [first, last] = [-1, -1];
    for (let i = 0; i < offsets.length; i += 2) {
      if (offsets[i + 1] <= start || offsets[i] >= end) continue;
      if (first < 0) first = i / 2;
      last = i / 2;
    }
    if (first < 0) {
      losses.add('spans of blanks');
      continue;
    }
    if (offsets[2 * first] < start || offsets[2 * last + 1] > end) losses.add('spans widened to whole tokens');
    found.push({ first, last, class: name });
  }
  return found;
}
