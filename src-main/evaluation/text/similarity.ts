/** Letters in a row that are counted. */
const shortest = 3;
const longest = 5;

/**
 * How alike each answer and what was expected of it are, without a model: the cosine of their TF-IDF vectors. Counted are runs of 3 to 5 characters of
 * each word in lower case, a blank to each side, as scikit-learn's `TfidfVectorizer` with `analyzer="char_wb"` does it; how rare one is tells the
 * expected texts alone, so that two versions' answers to the same rows are measured alike. [0, 1]; two texts without words are alike.
 */
export function similarities(answers: readonly string[], expected: readonly string[]): number[] {
  const wanted = expected.map(runsOf);
  const documents = new Map<string, number>();
  for (const runs of wanted) for (const run of runs.keys()) documents.set(run, (documents.get(run) ?? 0) + 1);
  // Smoothed, as if one text more had all runs: what none has is rarest, and is not left out.
  const weight = (run: string): number => Math.log((1 + wanted.length) / (1 + (documents.get(run) ?? 0))) + 1;
  return answers.map((answer, i) => cosine(runsOf(answer), wanted[i], weight));
}

function cosine(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
  weight: (run: string) => number,
): number {
  if (a.size === 0 || b.size === 0) return Number(a.size === b.size);
  const length = (runs: ReadonlyMap<string, number>): number => {
    let sum = 0;
    for (const [run, count] of runs) sum += (count * weight(run)) ** 2;
    return Math.sqrt(sum);
  };
  let product = 0;
  for (const [run, count] of a) product += count * (b.get(run) ?? 0) * weight(run) ** 2;
  // Rounding may lead past 1.
  return Math.min(1, product / (length(a) * length(b)));
}

/** A word too short for a length is counted once, whole. */
function runsOf(text: string): Map<string, number> {
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
