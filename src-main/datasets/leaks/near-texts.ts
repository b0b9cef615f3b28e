import type { DuckDBVector } from '@duckdb/node-api';
import { fewestShingles, jaccard, shingles } from './elements.ts';
import { BandIndex, places, resemblance, signature } from './minhash.ts';

/** The signatures' estimate may be so far below the true likeness of a pair that counts. */
const margin = 0.15;
const fetchAtOnce = 20_000;

/** The rows of a statement (its first column an INTEGER that names the row, then a text), or those of them that are wanted. */
export type EachText = (
  visit: (row: number, columns: DuckDBVector[], r: number) => void,
  only?: readonly number[],
) => Promise<void>;

/** Pairs of rows whose texts share so much of their four-letter runs (Jaccard), found by MinHash and then compared exactly. Short texts have none. */
export async function nearTexts(each: EachText, rows: number, likeness: number): Promise<[number, number][]> {
  const numbers = new Int32Array(rows);
  const signatures = new Int32Array(rows * places);
  const index = new BandIndex(rows);
  const candidates: [number, number][] = [];
  let count = 0;
  const elementsOf = (columns: DuckDBVector[], r: number): Int32Array =>
    shingles((columns[1].getItem(r) as string | null) ?? '');
  await each((row, columns, r) => {
    // A row may stand there several times.
    if (count === rows || (count > 0 && numbers[count - 1] === row)) return;
    const elements = elementsOf(columns, r);
    if (elements.length < fewestShingles) return;
    const at = count * places;
    numbers[count] = row;
    signature(elements, signatures, at);
    index.candidates(signatures, at, (other) => {
      if (resemblance(signatures, at, signatures, other * places) >= likeness - margin)
        candidates.push([numbers[other], row]);
    });
    index.add(count++, signatures, at);
  });
  const found: [number, number][] = [];
  // So many pairs at once as have their texts in memory together.
  for (let from = 0; from < candidates.length; from += fetchAtOnce) {
    const some = candidates.slice(from, from + fetchAtOnce);
    const elements = new Map<number, Int32Array>();
    await each((row, columns, r) => elements.set(row, elementsOf(columns, r)), [...new Set(some.flat())]);
    found.push(...some.filter(([a, b]) => jaccard(elements.get(a)!, elements.get(b)!) >= likeness));
  }
  return found;
}
