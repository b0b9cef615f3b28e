import { mapped } from './onnx/strings.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/** Makes all letters small, or all capital: letter by letter, whatever stands around them. */
export const letterCase: StepKind = {
  kind: 'case',
  group: 'text',
  model: 'inside',
  onTarget: true,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'to', kind: 'choice', default: 'lower', choices: ['lower', 'upper'] },
  ],
  outcome(state, settings) {
    const to = settings.to as 'lower' | 'upper';
    return changedTexts(
      state,
      settings,
      (text) => `${to}(${text})`,
      (g, text) => mapped(g, text, caseTable(to)),
    );
  },
};

const lastWithCase = 0x1ffff;

/** What DuckDB's `lower` and `upper` do: the letters whose other case is one letter too, and these exceptions. A test asks DuckDB for all. */
export function caseTable(to: 'lower' | 'upper'): [from: string, to: string][] {
  const table: [string, string][] = [];
  for (let code = 0; code <= lastWithCase; code++) {
    if (code === 0xd800) code = 0xe000;
    const letter = String.fromCodePoint(code);
    const other = exceptions[to].get(letter) ?? (to === 'lower' ? letter.toLowerCase() : letter.toUpperCase());
    if (other !== letter && [...other].length === 1) table.push([letter, other]);
  }
  return table;
}

const exceptions: Record<'lower' | 'upper', ReadonlyMap<string, string>> = {
  lower: new Map([['İ', 'i']]),
  upper: new Map(),
};
