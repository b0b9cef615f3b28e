import { ngrams, shared, total } from './ngrams.ts';

/** Lin (2004), as Google's `rouge_score` has it without stemming: lower case, only a-z and 0-9 make words. F1, 0 … 1, mean over the texts. */
export interface Rouge {
  rouge1: number;
  rouge2: number;
  /** By the longest common subsequence of the whole text. */
  rougeL: number;
}

/** Of several references that one counts which the text is most like, for each measure by itself. */
export function rouge(hypotheses: readonly string[], references: readonly (readonly string[])[]): Rouge {
  const sums = { rouge1: 0, rouge2: 0, rougeL: 0 };
  hypotheses.forEach((hypothesis, i) => {
    const found = wordsOf(hypothesis);
    const each = references[i].map((reference) => compare(found, wordsOf(reference)));
    for (const key of ['rouge1', 'rouge2', 'rougeL'] as const) sums[key] += Math.max(...each.map((of) => of[key]));
  });
  const mean = (sum: number): number => sum / hypotheses.length;
  return { rouge1: mean(sums.rouge1), rouge2: mean(sums.rouge2), rougeL: mean(sums.rougeL) };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

function compare(found: string[], wanted: string[]): Rouge {
  const overlap = (n: number): number => {
    const [a, b] = [ngrams(found, n), ngrams(wanted, n)];
    return f1(shared(a, b), total(a), total(b));
  };
  return {
    rouge1: overlap(1),
    rouge2: overlap(2),
    rougeL: f1(commonSubsequence(found, wanted), found.length, wanted.length),
  };
}

function f1(right: number, said: number, wanted: number): number {
  if (right === 0) return 0;
  const [precision, recall] = [right / Math.max(said, 1), right / Math.max(wanted, 1)];
  return (2 * precision * recall) / (precision + recall);
}

function commonSubsequence(a: readonly string[], b: readonly string[]): number {
  let before = new Int32Array(b.length + 1);
  for (const word of a) {
    const row = new Int32Array(b.length + 1);
    b.forEach((other, j) => (row[j + 1] = word === other ? before[j] + 1 : Math.max(before[j + 1], row[j])));
    before = row;
  }
  return before[b.length];
}
