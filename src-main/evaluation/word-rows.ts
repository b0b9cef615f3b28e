/** Texts as rows by which a linear model tells their classes. */

/** Words and pairs of words that most texts have, of those told. */
const most = 2000;
/** A term that more of the texts have than this tells nothing. */
const common = 0.3;
/** One that a single text has tells only of itself. */
const fewest = 2;

export interface WordRows {
  /** Terms. */
  size: number;
  /** Of texts `from` up to `to`. */
  of(from: number, to: number): Float32Array;
}

/**
 * Tf-idf of words and of pairs that stand side by side, each counted once a text, rows of length 1 (Wang and Manning, "Baselines and Bigrams", ACL
 * 2012, have pairs for what single words do not tell). `tokens`: texts × length.
 */
export async function wordRows(tokens: Int32Array, length: number, pause: () => Promise<void>): Promise<WordRows> {
  const texts = tokens.length / length;
  const base = tokens.reduce((largest, token) => Math.max(largest, token), 0) + 2;
  /** Words as they are, pairs above them. */
  const termsOf = (text: number): Set<number> => {
    const terms = new Set<number>();
    for (let at = text * length; at < (text + 1) * length; at++) {
      terms.add(tokens[at]);
      if (at + 1 < (text + 1) * length) terms.add(base * (tokens[at] + 1) + tokens[at + 1]);
    }
    return terms;
  };
  const counts = new Map<number, number>();
  for (let text = 0; text < texts; text++) {
    for (const term of termsOf(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
    if (text % 256 === 0) await pause();
  }
  const kept = [...counts]
    .filter(([, count]) => count >= fewest && count <= common * texts)
    .sort(([one, ones], [other, others]) => others - ones || one - other)
    .slice(0, most);
  const place = new Map(kept.map(([term, count], at) => [term, { at, weight: Math.log(texts / count) }]));
  return {
    size: kept.length,
    of(from, to) {
      const rows = new Float32Array((to - from) * kept.length);
      for (let text = from; text < to; text++) {
        const row = rows.subarray((text - from) * kept.length, (text - from + 1) * kept.length);
        let squares = 0;
        for (const term of termsOf(text)) {
          const known = place.get(term);
          if (!known) continue;
          row[known.at] = known.weight;
          squares += known.weight ** 2;
        }
        if (squares > 0) for (let k = 0; k < row.length; k++) row[k] /= Math.sqrt(squares);
      }
      return rows;
    },
  };
}
