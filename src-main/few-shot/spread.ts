import { times, type Graph } from './graph.ts';

/** Rounds at most, and no more than until what was said has come down to so little of what it was. */
const mostRounds = 50;
const negligible = 0.04;

export interface Said {
  samples: ArrayLike<number>;
  /** Of each its class's place. */
  classes: ArrayLike<number>;
}

/**
 * What labels of a few samples say of all others, along the graph (Zhou, Bousquet, Lal, Weston, Schölkopf, "Learning with Local and Global
 * Consistency", NIPS 2003): f ← α S f + (1 − α) y; `alpha`: how much comes from neighbours, the rest stays with what was said. Each class sends out as much in all, however often it was named. `graph`: normalised.
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
  const rounds = Math.min(mostRounds, Math.ceil(Math.log(negligible) / Math.log(alpha)));
  let now = begun.slice();
  let next = new Float32Array(begun.length);
  for (let round = 0; round < rounds; round++) {
    times(graph, now, columns, next);
    for (let i = 0; i < next.length; i++) next[i] = alpha * next[i] + (1 - alpha) * begun[i];
    [now, next] = [next, now];
    await pause();
  }
  return takes.map((_, take) => {
    const shares = new Float32Array(samples * classes);
    for (let i = 0; i < samples; i++) {
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += now[i * columns + take * classes + c];
      for (let c = 0; c < classes; c++)
        shares[i * classes + c] = sum > 0 ? now[i * columns + take * classes + c] / sum : 1 / classes;
    }
    return shares;
  });
}
