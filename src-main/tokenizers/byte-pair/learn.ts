// Byte-pair encoding is learnt (Sennrich et al. 2016): the two tokens that stand side by side most often become one, again and again.

import { byteCharacters, byteToken, utf8 } from './bytes.ts';
import { Heap } from './heap.ts';
import { PairMap } from './pair-map.ts';

/** Two tokens that become one, and that one's number. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly token: number;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Pieces it stands in, or once stood in. */
  readonly pieces: number[];
}

/**
 * Learns merges from how often each piece of the text occurs, until there are `vocabulary` tokens or no pair occurs twice. Of pairs
 * equally frequent that with the lower numbers goes first, left before right: the same pieces give the same merges. `names`: each
 * token in the characters of its bytes, by number; the new ones are added.
 */
export function learnMerges(counts: ReadonlyMap<string, number>, names: string[], vocabulary: number): Merge[] {
  const entries = [...counts];
  const weights = entries.map(([, count]) => count);
  const pieces = entries.map(([piece]) => Array.from(utf8(piece), byteToken));
  const numbers = new Map(names.map((name, id) => [name, id]));

  const pairs = new PairMap<Pair>();
  const touched = new Set<Pair>();
  const change = (left: number, right: number, piece: number, by: number): void => {
    let pair = pairs.get(left, right);
    if (!pair) pairs.set(left, right, (pair = { left, right, count: 0, pieces: [] }));
    pair.count += by;
    if (by > 0 && pair.pieces.at(-1) !== piece) pair.pieces.push(piece);
    touched.add(pair);
  };
  pieces.forEach((tokens, piece) => {
    for (let i = 1; i < tokens.length; i++) change(tokens[i - 1], tokens[i], piece, weights[piece]);
  });

  const heap = new Heap<{ pair: Pair; count: number }>(
    (a, b) =>
      a.count > b.count ||
      (a.count === b.count &&
        (a.pair.left < b.pair.left || (a.pair.left === b.pair.left && a.pair.right < b.pair.right))),
  );
  const enter = (): void => {
    for (const pair of touched) if (pair.count > 1) heap.push({ pair, count: pair.count });
    touched.clear();
  };
  enter();

  const merges: Merge[] = [];
  while (names.length < vocabulary) {
    const best = heap.pop();
    if (!best) break;
    const { pair } = best;
    // Counted anew since: its newer entry is in the heap.
    if (best.count !== pair.count) continue;
    const name = names[pair.left] + names[pair.right];
    let token = numbers.get(name);
    if (token === undefined) {
      token = names.length;
      names.push(name);
      numbers.set(name, token);
    }
    merges.push({ left: pair.left, right: pair.right, token });
    for (const piece of pair.pieces) {
      const tokens = pieces[piece];
      const by = weights[piece];
      let to = 0;
      for (let from = 0; from < tokens.length; from++) {
        if (tokens[from] !== pair.left || tokens[from + 1] !== pair.right) {
          tokens[to++] = tokens[from];
          continue;
        }
        const [before, after] = [to > 0 ? tokens[to - 1] : -1, from + 2 < tokens.length ? tokens[from + 2] : -1];
        if (before >= 0) {
          change(before, pair.left, piece, -by);
          change(before, token, piece, by);
        }
        if (after >= 0) {
          change(pair.right, after, piece, -by);
          change(token, after, piece, by);
        }
        change(pair.left, pair.right, piece, -by);
        tokens[to++] = token;
        from++;
      }
      tokens.length = to;
    }
    pair.pieces.length = 0;
    enter();
  }
  return merges;
}

/** Every byte by its character, after `first` names. */
export const byteNames = (first: readonly string[]): string[] => [...first, ...byteCharacters];
