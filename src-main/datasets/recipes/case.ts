import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { mapped } from './onnx/strings.ts';
import { lettered } from './spans/passes.ts';
import type { FitContext, StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/** Letters and what becomes of each, in the same order. */
export interface Letters {
  from: string;
  to: string;
}

/** Makes all letters small, or all capital: letter by letter, whatever stands around them. */
export const letterCase: StepKind<Letters> = {
  kind: 'case',
  group: 'text',
  model: 'inside',
  onTarget: true,
  looksAtRows: false,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'to', kind: 'choice', default: 'lower', choices: ['lower', 'upper'] },
  ],
  fit: (_, settings, context) => lettersOf(settings.to as 'lower' | 'upper', context),
  outcome: (state, settings, learned) =>
    changedTexts(
      state,
      settings,
      [lettered((text) => `${settings.to === 'upper' ? 'upper' : 'lower'}(${text})`)],
      (g, text) => mappedLetters(g, text, learned),
    ),
};

export function mappedLetters(g: GraphBuilder, text: Value, { from, to }: Letters): Value {
  const others = [...to];
  return mapped(
    g,
    text,
    [...from].map((letter, i): [string, string] => [letter, others[i]]),
  );
}

/** No script beyond has letters of two cases. */
const lastWithCase = 0x1ffff;

/** Asked of DuckDB rather than of JavaScript, which may know another version of Unicode: an exported file does as the studio does. */
export async function lettersOf(to: 'lower' | 'upper', { query }: Pick<FitContext, 'query'>): Promise<Letters> {
  const [found] = await query(
    `SELECT string_agg(letter, '' ORDER BY code) AS letters, string_agg(changed, '' ORDER BY code) AS changed
     FROM (SELECT code, chr(code::INTEGER) AS letter, ${to}(chr(code::INTEGER)) AS changed
           FROM (SELECT unnest(range(1, ${lastWithCase + 1})) AS code) WHERE code < 55296 OR code > 57343)
     WHERE letter <> changed AND length(changed) = 1`,
  );
  return { from: String(found.letters), to: String(found.changed) };
}
