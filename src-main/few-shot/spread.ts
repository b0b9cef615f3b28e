import { times, type Graph } from './graph.ts';

/** Until no part of the answer lacks more than this of itself. */
const negligible = 0.01;

export interface Said {
  samples: ArrayLike<number>;
  /** Of each its class's place. */
  classes: ArrayLike<number>;
}

/**
 * What labels of a few samples say of all others, along the graph (Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with Local and Global
 * Consistency", NIPS 2003): f = α S f + (1 − α) y; `alpha`: how much comes from neighbours, the rest stays with what was said. Each class sends out as
 * much in all, however often it was named. Solved by Chebyshev's semi-iteration (Golub and Varga, 1961; the eigenvalues of αS lie within ±α), which
 * needs about the root of the rounds that f ← α S f + (1 − α) y would. `graph`: normalised.
 * `takes`: several such questions at once; each answers with samples × classes, rows that sum to 1 (even where nothing arrives).
 */
export async function spread(
  graph: Graph,
  classes: number,
  takes: readonly Said[],
  alpha: number,
  pause: () => Promise<void>,
): Promise<Float32Array[]> {
  const samples = graph.from.length - 1;
  const columns = classes * takes.length;
  const begun = new Float32Array(samples * columns);
  takes.forEach(({ samples: some, classes: of }, take) => {
    const counts = new Float64Array(classes);
    for (let i = 0; i < some.length; i++) counts[of[i]]++;
    for (let i = 0; i < some.length; i++) begun[some[i] * columns + take * classes + of[i]] = 1 / counts[of[i]];
  });
  const rounds = Math.ceil(Math.log(negligible) / Math.log((1 - Math.sqrt(1 - alpha * alpha)) / alpha));
  let now = begun.map((value) => (1 - alpha) * value);
  let before = new Float32Array(begun.length);
  let next = new Float32Array(begun.length);
  for (let round = 0, weight = 1; round < rounds; round++) {
    weight = round === 0 ? 1 / (1 - alpha ** 2 / 2) : 1 / (1 - (alpha ** 2 * weight) / 4);
    times(graph, now, columns, next);
    for (let i = 0; i < next.length; i++) {
      next[i] = weight * (alpha * next[i] + (1 - alpha) * begun[i] - before[i]) + before[i];
    }
    [before, now, next] = [now, next, before];
    await pause();
  }
  return takes.map((_, take) => {
    const shares = new Float32Array(samples * classes);
    for (let i = 0; i < samples; i++) {
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        // What the rounds have not settled yet may lie a little below nothing.
        sum += shares[i * classes + c] = Math.max(0, now[i * columns + take * classes + c]);
      }
      for (let c = 0; c < classes; c++) shares[i * classes + c] = sum > 0 ? shares[i * classes + c] / sum : 1 / classes;
    }
    return shares;
  });
}
