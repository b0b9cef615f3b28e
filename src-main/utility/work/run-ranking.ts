import { classesOf, targetOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { rankingScores, type Query } from '../../evaluation/ranking.ts';
import type { RankingReport } from '../../shared/evaluation.ts';

/** Of each query so many count for NDCG and the hit rate: what a list shows at once. */
const first = 10;

/**
 * Where what is told is who takes how well to what: whether of each one's samples those that they like come first. `sides`: the number of the
 * first side of each sample (0: none that training knew); `values`: what the model says, a number a sample or a probability a class. Liked is
 * what is above the mean of training; of classes the second of two, or where all are numbers those above the middle of them. Null
 * where the data is of another kind, or where nobody has both what they like and what they do not.
 */
export function reportRanking(
  encoder: Encoder,
  sides: ArrayLike<number>,
  actual: ArrayLike<number>,
  values: ArrayLike<number>,
): { metrics: Record<string, number>; report: RankingReport } | null {
  const said = scoresOf(encoder, values);
  if (encoder.kind !== 'table' || !said) return null;
  const queries = new Map<number, Required<{ scores: number[]; relevance: number[] }>>();
  for (let i = 0; i < actual.length; i++) {
    if (sides[i] === 0) continue;
    let query = queries.get(sides[i]);
    if (!query) queries.set(sides[i], (query = { scores: [], relevance: [] }));
    query.scores.push(said.scores[i]);
    query.relevance.push(said.gain(actual[i]) > said.above ? 1 : 0);
  }
  const told = [...queries.values()].filter(isTold);
  if (told.length === 0) return null;
  const { map, ndcg, hitRate, mrr } = rankingScores(told, first);
  return {
    metrics: { map, [`ndcg_at_${first}`]: ndcg, [`hit_rate_at_${first}`]: hitRate, mrr },
    report: {
      column: encoder.categories[0].column,
      queries: told.length,
      leftOut: queries.size - told.length,
      above: said.above,
    },
  };
}

/** In any order all would be well where everything is liked, and nothing where nothing is. */
const isTold = ({ relevance }: Query): boolean =>
  Array.from(relevance).includes(1) && Array.from(relevance).includes(0);

/** By what the samples of a query are ordered, and from where on one is liked. */
function scoresOf(
  encoder: Encoder,
  values: ArrayLike<number>,
): { scores: ArrayLike<number>; gain: (actual: number) => number; above: number } | null {
  const target = targetOf(encoder);
  if (target?.task === 'regression') return { scores: values, gain: (actual) => actual, above: target.mean };
  if (target?.task !== 'classification') return null;
  const classes = classesOf(encoder);
  const numbers = classes.map((name) => (name.trim() === '' ? NaN : Number(name)));
  const gains = numbers.every(Number.isFinite) ? numbers : classes.length === 2 ? [0, 1] : null;
  if (!gains) return null;
  // What is to be expected of a sample: the mean of the classes' numbers by their probabilities.
  const scores = Float64Array.from({ length: values.length / gains.length }, (_, i) =>
    gains.reduce((sum, gain, k) => sum + gain * values[i * gains.length + k], 0),
  );
  return { scores, gain: (actual) => gains[actual], above: (Math.min(...gains) + Math.max(...gains)) / 2 };
}
