import { foldCase } from '../shared/fold-case.ts';

const word = /[\p{L}\p{N}\p{M}_]+/gu;
/** Scripts whose words stand side by side without blanks. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々]+/gu;

/**
 * The terms by which a text is found, in their order: words in one case and one width; of scripts without blanks between words every two
 * characters that stand side by side (what Lucene's CJKBigramFilter does), and the last one of a run, so that each character begins a term.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [found] of foldCase(text.normalize('NFKC')).matchAll(word)) {
    let from = 0;
    for (const run of found.matchAll(unspaced)) {
      if (run.index > from) terms.push(found.slice(from, run.index));
      const letters = [...run[0]];
      for (let i = 0; i < letters.length; i++) terms.push(letters.slice(i, i + 2).join(''));
      from = run.index + run[0].length;
    }
    if (from < found.length) terms.push(found.slice(from));
  }
  return terms;
}

/** Of a question so many at most. */
const mostTerms = 200;

/** A question in FTS5's words: any of its terms; null where it has none. A character that stands alone stands for all that begins with it. */
export function matchOf(question: string): string | null {
  const terms = [...new Set(termsOf(question))];
  const alone = (term: string): boolean => [...term].length === 1 && term.match(unspaced) !== null;
  // The last character of a longer run is in the term before it.
  const asked = terms.filter((term) => !alone(term) || !terms.some((other) => other !== term && other.endsWith(term)));
  if (asked.length === 0) return null;
  return asked
    .slice(0, mostTerms)
    .map((term) => `"${term}"${alone(term) ? ' *' : ''}`)
    .join(' OR ');
}
