import { variablesOf } from './fill.ts';

/** Where in a prompt something stands that is more than text and variables. */
export type Construct = { from: number; to: number; source: string } & (
  | { kind: 'include'; inside: string; /** It has its line for itself. */ alone: boolean }
  /** `tag`: the end of the opening one. `body`: what is repeated; null where the block has no end. */
  | { kind: 'examples'; inside: string; tag: number; bodyFrom: number; body: string | null }
  /** An end without a beginning. */
  | { kind: 'end' }
  /** Plain text, since a backslash stands before it. */
  | { kind: 'escaped' }
);

const place = /(\\?)\{\{(?:>([^{}\n]*)|#examples(?=[\s}])([^{}\n]*)|\/examples[ \t]*)\}\}/g;

/** In their order; none lies in another. */
export function constructsOf(text: string): Construct[] {
  if (!/\{\{[>#/]/.test(text)) return [];
  const found: Construct[] = [];
  const all = [...text.matchAll(place)];
  for (let i = 0; i < all.length; i++) {
    const [source, escaped, include, examples] = all[i];
    const from = all[i].index;
    const to = from + source.length;
    if (escaped !== '') found.push({ kind: 'escaped', from, to, source });
    else if (include !== undefined) {
      found.push({ kind: 'include', from, to, source, inside: include, alone: aloneAt(text, from, to) !== null });
    } else if (examples === undefined) found.push({ kind: 'end', from, to, source });
    else {
      const end = all.findIndex(([one, slash], j) => j > i && slash === '' && one.startsWith('{{/'));
      const next = all.findIndex(([, slash, , other], j) => j > i && slash === '' && other !== undefined);
      if (end < 0 || (next >= 0 && next < end)) {
        found.push({ kind: 'examples', from, to, source, inside: examples, tag: to, bodyFrom: to, body: null });
        continue;
      }
      found.push(block(text, { from, to, inside: examples }, all[end]));
      i = end;
    }
  }
  return found;
}

/** A tag that has its line for itself leaves none behind. */
function block(
  text: string,
  { from, to, inside }: { from: number; to: number; inside: string },
  close: RegExpExecArray,
): Construct {
  const closeTo = close.index + close[0].length;
  const [opening, closing] = [aloneAt(text, from, to), aloneAt(text, close.index, closeTo)];
  const bodyFrom = opening?.to ?? to;
  const bodyTo = Math.max(bodyFrom, closing?.from ?? close.index);
  const whole = { from: opening?.from ?? from, to: closing?.to ?? closeTo };
  const source = text.slice(whole.from, whole.to);
  return { kind: 'examples', ...whole, source, inside, tag: to, bodyFrom, body: text.slice(bodyFrom, bodyTo) };
}

/** The line of what has one for itself, its end with it; null where something else stands in it. */
function aloneAt(text: string, from: number, to: number): { from: number; to: number } | null {
  const begin = text.lastIndexOf('\n', from - 1) + 1;
  const newline = text.indexOf('\n', to);
  const end = newline < 0 ? text.length : newline;
  if (text.slice(begin, from).trim() !== '' || text.slice(to, end).trim() !== '') return null;
  return { from: begin, to: Math.min(text.length, end + 1) };
}

/** The variables that a text names itself: not the columns of examples. */
export function ownVariables(text: string): string[] {
  let outside = '';
  let at = 0;
  for (const one of constructsOf(text)) {
    if (one.kind !== 'examples') continue;
    outside += text.slice(at, one.from) + '\n';
    at = one.to;
  }
  return variablesOf(outside + text.slice(at));
}
