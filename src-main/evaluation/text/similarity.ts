import { letterRuns } from '../../shared/letter-runs.ts';

/**
 * How alike each answer and what was expected of it are, without a model: the cosine of their TF-IDF vectors. Counted are runs of
 * letters (`letterRuns`); how rare one is tells the
 * expected texts alone, so that two versions' answers to the same rows are measured alike. [0, 1]; two texts without words are alike.
 */
export function similarities(answers: readonly string[], expected: readonly string[]): number[] {
  const wanted = expected.map(letterRuns);
  const documents = new Map<string, number>();
  for (const runs of wanted) for (const run of runs.keys()) documents.set(run, (documents.get(run) ?? 0) + 1);
  // Smoothed, as if one text more had all runs: what none has is rarest, and is not left out.
  const weight = (run: string): number => Math.log((1 + wanted.length) / (1 + (documents.get(run) ?? 0))) + 1;
  return answers.map((answer, i) => cosine(letterRuns(answer), wanted[i], weight));
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
