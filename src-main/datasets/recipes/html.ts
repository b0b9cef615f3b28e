import { replaced } from './onnx/strings.ts';
import { exchanged, matched } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/** The longest match is the first one too, so that DuckDB and ONNX Runtime find the same. */
const tag = '<[/!]?[A-Za-z][^<>]*>';
/** The entities that nearly every page has, in this order: the ampersand last, so that "&amp;lt;" becomes "&lt;". */
const entities = [
  ['&nbsp;', ' '],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&amp;', '&'],
] as const;

/** Takes HTML's tags out of texts, a space in the place of each, and writes the usual entities as characters. */
export const html: StepKind = {
  kind: 'html',
  group: 'text',
  model: 'inside',
  onTarget: true,
  fields: [{ key: 'columns', kind: 'columns', for: 'text', default: [] }],
  outcome: (state, settings) =>
    changedTexts(
      state,
      settings,
      [matched(tag, ' '), ...entities.map(([from, to]) => exchanged(from, to))],
      (g, text) => entities.reduce((value, [from, to]) => replaced(g, value, from, to), replaced(g, text, tag, ' ')),
    ),
};
