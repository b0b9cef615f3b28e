// Byte-pair encoding is applied: of all pairs in a piece the one learnt first becomes one token, the leftmost of equals, until none is left.

import { Heap } from './heap.ts';
import type { PairMap } from './pair-map.ts';

/** How early each pair was learnt, and what it becomes. */
export type Ranks = PairMap<{ readonly rank: number; readonly token: number }>;

/** Longer pieces are merged by way of a heap: looking at every pair for every merge takes time that grows with the square. */
const short = 48;

export const mergePiece = (tokens: number[], ranks: Ranks): number[] =>
  tokens.length <= short ? mergeShort(tokens, ranks) : mergeLong(tokens, ranks);

function mergeShort(tokens: number[], ranks: Ranks): number[] {
  for (;;) {
    let at = -1;
    let best: { rank: number; token: number } | undefined;
    for (let i = 1; i < tokens.length; i++) {
      const found = ranks.get(tokens[i - 1], tokens[i]);
      if (found && (!best || found.rank < best.rank)) [best, at] = [found, i - 1];
    }
    if (!best) return tokens;
    tokens.splice(at, 2, best.token);
  }
}

function mergeLong(tokens: number[], ranks: Ranks): number[] {
  // A list in both directions; a token merged into the one before it is -1.
  const next = Int32Array.from(tokens, (_, i) => i + 1);
  const previous = Int32Array.from(tokens, (_, i) => i - 1);
  const end = tokens.length;
  const heap = new Heap<{ rank: number; at: number }>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at));
  const rankAt = (at: number) => (at >= 0 && next[at] < end ? ranks.get(tokens[at], tokens[next[at]]) : undefined);
  const enter = (at: number): void => {
    const found = rankAt(at);
    if (found) heap.push({ rank: found.rank, at });
  };
  for (let i = 0; i < end; i++) enter(i);
  for (let entry = heap.pop(); entry; entry = heap.pop()) {
    const { rank, at } = entry;
    const found = tokens[at] < 0 ? undefined : rankAt(at);
    // What stands there now is another pair.
    if (found?.rank !== rank) continue;
    const merged = next[at];
    tokens[at] = found.token;
    tokens[merged] = -1;
    next[at] = next[merged];
    if (next[at] < end) previous[next[at]] = at;
    enter(previous[at]);
    enter(at);
  }
  return tokens.filter((token) => token >= 0);
}
