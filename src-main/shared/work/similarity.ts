import type { GenerateParams } from './generate.ts';

/** How alike texts are in meaning, pair by pair, by an encoder. */
export interface SimilarityParams {
  model: GenerateParams['model'];
  pairs: [string, string][];
  threads: number;
}
export interface SimilarityResult {
  /** Of each pair the cosine of its texts' embeddings, [-1, 1]. */
  cosines: number[];
}
