import { ngrams, shared, total } from './ngrams.ts';

const orders = 6;
/** Recall counts twice as much as precision, squared. */
const factor = 2 ** 2;

type Counts = { said: number; wanted: number; right: number }[];

/**
 * Popović (2015), of a whole corpus, as sacreBLEU has it (chrF2): characters without blanks, runs of 1 to 6, precision and recall averaged over
 * the orders that there are. Of several references that one counts which the text is most like. 0 … 100.
 */
export function corpusChrf(hypotheses: readonly string[], references: readonly (readonly string[])[]): number {
  const sums: Counts = Array.from({ length: orders }, () => ({ said: 0, wanted: 0, right: 0 }));
  hypotheses.forEach((hypothesis, i) => {
    const found = runsOf(hypothesis);
    let best: Counts | null = null;
    let most = -1;
    for (const reference of references[i]) {
      const counts = compare(found, runsOf(reference));
      const score = scoreOf(counts);
      if (score > most) [best, most] = [counts, score];
    }
    best?.forEach(({ said, wanted, right }, n) => {
      sums[n].said += said;
      sums[n].wanted += wanted;
      sums[n].right += right;
    });
  });
  return scoreOf(sums);
}

function runsOf(text: string): Map<string, number>[] {
  const characters = [...text.replace(/\s+/gu, '')];
  return Array.from({ length: orders }, (_, n) => ngrams(characters, n + 1));
}

const compare = (found: Map<string, number>[], wanted: Map<string, number>[]): Counts =>
  found.map((runs, n) => ({
    // Runs that no reference is long enough for are not held against the text.
    said: wanted[n].size === 0 ? 0 : total(runs),
    wanted: total(wanted[n]),
    right: shared(runs, wanted[n]),
  }));

function scoreOf(counts: Counts): number {
  let [precision, recall, known] = [0, 0, 0];
  for (const { said, wanted, right } of counts) {
    if (said === 0 || wanted === 0) continue;
    precision += right / said;
    recall += right / wanted;
    known++;
  }
  if (known === 0 || precision + recall === 0) return 0;
  const [p, r] = [precision / known, recall / known];
  return (100 * (1 + factor) * p * r) / (factor * p + r);
}
