import { ngrams, shared, total } from './ngrams.ts';

/** Papineni et al. (2002), of a whole corpus, as sacreBLEU has it: tokenizer 13a, "exp" smoothing, mixed case (Post 2018). 0 … 100. */
export interface Bleu {
  score: number;
  /** Of 1 to 4 words, 0 … 100. */
  precisions: number[];
  brevityPenalty: number;
}

const orders = 4;

/** `references[i]`: one or more of what `hypotheses[i]` should have been. */
export function corpusBleu(hypotheses: readonly string[], references: readonly (readonly string[])[]): Bleu {
  const correct = new Array<number>(orders).fill(0);
  const said = new Array<number>(orders).fill(0);
  let [length, referenceLength] = [0, 0];
  hypotheses.forEach((hypothesis, i) => {
    const words = tokenize13a(hypothesis);
    const wanted = references[i].map(tokenize13a);
    length += words.length;
    referenceLength += closest(
      words.length,
      wanted.map((each) => each.length),
    );
    for (let n = 1; n <= orders; n++) {
      const found = ngrams(words, n);
      const most = new Map<string, number>();
      for (const each of wanted)
        for (const [key, count] of ngrams(each, n)) most.set(key, Math.max(most.get(key) ?? 0, count));
      correct[n - 1] += shared(found, most);
      said[n - 1] += total(found);
    }
  });
  const brevityPenalty = length >= referenceLength ? 1 : length === 0 ? 0 : Math.exp(1 - referenceLength / length);
  const precisions = new Array<number>(orders).fill(0);
  if (correct.every((count) => count === 0)) return { score: 0, precisions, brevityPenalty };
  let smoothing = 1;
  for (let n = 0; n < orders; n++) {
    if (said[n] === 0) break;
    if (correct[n] === 0) smoothing *= 2;
    precisions[n] = correct[n] === 0 ? 100 / (smoothing * said[n]) : (100 * correct[n]) / said[n];
  }
  // Where even the shortest texts have no four words, there is no precision of four.
  const logs = precisions.reduce((sum, precision) => sum + (precision === 0 ? -9999999999 : Math.log(precision)), 0);
  return { score: brevityPenalty * Math.exp(logs / orders), precisions, brevityPenalty };
}

/** The reference length nearest to the hypothesis's, the shorter one of two that are as near. */
const closest = (length: number, among: readonly number[]): number =>
  among.reduce((best, each) => {
    const [gap, least] = [Math.abs(each - length), Math.abs(best - length)];
    return gap < least || (gap === least && each < best) ? each : best;
  });

/** mteval-v13a's, as sacreBLEU does it. */
function tokenize13a(line: string): string[] {
  const joined = line.trimEnd().replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  const plain = joined.includes('&')
    ? joined.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>')
    : joined;
  const apart = ` ${plain} `
    // Punctuation but for the apostrophe, the period, the comma and the dash, …
    .replace(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    // … a period or comma without a digit before it, or after it, …
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    // … and a dash after a digit.
    .replace(/([0-9])(-)/g, '$1 $2 ');
  return apart.split(/\s+/u).filter((word) => word !== '');
}
