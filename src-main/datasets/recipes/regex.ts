import { AtelierError } from '../../shared/errors.ts';
import { sqlText } from '../cells.ts';
import { matched } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/**
 * Replaces what an expression matches (RE2: no look-around, no back-references; \1 in the replacement is the first group). ONNX Runtime has
 * no operator that replaces by an expression, so an exported file takes what comes out of this step.
 */
export const regex: StepKind = {
  kind: 'regex',
  group: 'text',
  model: 'before',
  onTarget: true,
  looksAtRows: false,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'pattern', kind: 'text', required: true, default: '' },
    { key: 'with', kind: 'text', default: '' },
    { key: 'ignoreCase', kind: 'boolean', default: false },
  ],
  // A wrong expression is found here, where the words for it are, rather than by the statement that uses it.
  async fit(_, settings, { query }) {
    try {
      await query(
        `SELECT regexp_replace('', ${sqlText(String(settings.pattern))}, ${sqlText(String(settings.with))}, 'g')`,
      );
    } catch (error) {
      throw new AtelierError(
        'invalid_settings',
        `pattern=${String(settings.pattern)} is no regular expression of RE2 (which has no look-around and no back-references).`,
        [error instanceof Error ? error.message : String(error)],
      );
    }
    return null;
  },
  outcome(state, settings) {
    const options = settings.ignoreCase === true ? 'gi' : 'g';
    return changedTexts(state, settings, [matched(String(settings.pattern), String(settings.with), options)], null);
  },
};
