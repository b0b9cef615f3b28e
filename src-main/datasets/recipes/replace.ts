import { AtelierError } from '../../shared/errors.ts';
import { replaced } from './onnx/strings.ts';
import { exchanged } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/** Replaces every occurrence of a text by another. */
export const replace: StepKind = {
  kind: 'replace',
  group: 'text',
  model: 'inside',
  onTarget: true,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'find', kind: 'text', required: true, default: '' },
    { key: 'with', kind: 'text', default: '' },
  ],
  outcome(state, settings) {
    const [find, by] = [String(settings.find), String(settings.with)];
    return changedTexts(state, settings, [exchanged(find, by)], (g, text) => replaced(g, text, literal(find), by));
  },
};

/** A text as an expression of RE2 that matches it alone. */
export function literal(find: string): string {
  if (find.includes('\0')) {
    throw new AtelierError('invalid_settings', 'find holds a NUL character, which no table has. Leave it out.');
  }
  return find.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
