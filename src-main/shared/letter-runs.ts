/** Letters in a row that are counted. */
const shortest = 3;
const longest = 5;

/**
 * How often a text has each run of 3 to 5 characters of its words in lower case, a blank to each side, as scikit-learn's `TfidfVectorizer` with
 * `analyzer="char_wb"` counts them. A word too short for a length is counted once, whole.
 */
export function letterRuns(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (run: string): void => void counts.set(run, (counts.get(run) ?? 0) + 1);
  for (const word of text.toLowerCase().split(/\s+/u)) {
    if (word === '') continue;
    const letters = [' ', ...word, ' '];
    for (let n = shortest; n <= longest; n++) {
      for (let at = 0; at === 0 || at + n <= letters.length; at++) count(letters.slice(at, at + n).join(''));
      if (letters.length <= n) break;
    }
  }
  return counts;
}
