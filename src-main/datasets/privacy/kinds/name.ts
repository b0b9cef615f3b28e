import { AtelierError } from '../../../shared/errors.ts';
import type { Finder, Span } from '../finder.ts';

type Read = (text: string) => { json(options: { offset: true }): unknown };
interface Found {
  text: string;
  offset?: { start: number; length: number };
}

let people: Read | null = null;

/** The lexicon takes half a second to read, which only those pay who look for names. Called before the first `find`. */
export async function loadNames(): Promise<void> {
  if (people) return;
  const { default: nlp } = await import('compromise/three');
  people = (text) => nlp(text).people();
}

/** Before and behind a name, though the library takes it with it: the title stays readable, and so does the sentence. */
const title = /^(?:(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|dear|hi|hello)\b\.?[\s,]*)+/i;
/** Words that begin a question or a clause, and are no names ("Is Linda there?"). "Will" may be one. */
const opening =
  /^(?:(?:is|are|was|were|am|be|do|does|did|has|have|had|can|could|would|should|shall|must|and|but|or|if|when|where|what|why|how|who|that|the|a|an)\s+)+/i;
const behind = /(?:['’]s)?[^\p{L}]*$/u;
/** What begins small behind a name does not belong to it ("Kate xxx"), but for the particles inside ("Ludwig van Beethoven"). */
const small = /\s+[^\s\p{Lu}]\S*$/u;

/**
 * Names of people in English texts, as told by their words and places in the sentence (compromise, a lexicon with rules; no network). A name
 * begins with a capital: in lower case too much else is called so. Names of other languages are seen where English texts have them.
 */
export const name: Finder = {
  find(text) {
    if (!people) throw new AtelierError('internal', 'Names are looked for before their lexicon is there.');
    if (!/\p{Lu}\p{L}/u.test(text)) return [];
    const found = people(text).json({ offset: true }) as Found[];
    return found.flatMap(({ text: words, offset }) => {
      // What it has rewritten has no place in the text.
      if (!offset || text.slice(offset.start, offset.start + offset.length) !== words) return [];
      return trimmed(words, offset.start);
    });
  },
  normal: (text) => text.toLowerCase().replace(/[^\p{L}]+/gu, ' '),
};

function trimmed(words: string, at: number): Span[] {
  const from = opening.exec(words)?.[0].length ?? 0;
  const start = at + from + (title.exec(words.slice(from))?.[0].length ?? 0);
  let rest = words.slice(start - at).replace(behind, '');
  while (small.test(rest)) rest = rest.replace(small, '').replace(behind, '');
  return /^\p{Lu}[\p{L}.]/u.test(rest) ? [{ start, end: start + rest.length }] : [];
}
