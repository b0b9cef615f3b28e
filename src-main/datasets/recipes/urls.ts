import { spaces } from '../cells.ts';
import { replaced } from './onnx/strings.ts';
import { matched } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/** From "http://", "https://" or "www." to the next space, quote or angle bracket: the same by the first match and by the longest. */
const url = `(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww][Ww][Ww][.])[^${spaces}<>"]+`;

/** Takes web addresses out of texts, or puts a word in their place. */
export const urls: StepKind = {
  kind: 'urls',
  group: 'text',
  model: 'inside',
  onTarget: true,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'with', kind: 'text', default: '' },
  ],
  outcome(state, settings) {
    // In DuckDB's replacement a backslash begins a group.
    const by = String(settings.with);
    return changedTexts(state, settings, [matched(url, by.replaceAll('\\', '\\\\'))], (g, text) =>
      replaced(g, text, url, by),
    );
  },
};
