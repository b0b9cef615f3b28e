import { mix } from './minhash.ts';

/** Sets whose overlap says how alike two texts or two rows are. */

const shingleLength = 4;
/** Texts with fewer shingles ("ok", "thanks a lot") are alike by chance. */
export const fewestShingles = 12;
const longestText = 20_000;

/** Letters and digits in lower case, all else one blank: how a text is set changes nothing. */
export const plain = (text: string): string =>
  text
    .slice(0, longestText)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The hashes of all runs of four characters, each once, ascending. */
export function shingles(text: string): Int32Array {
  const characters = plain(text);
  const count = Math.max(0, characters.length - shingleLength + 1);
  const hashes = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    let hash = 0;
    for (let k = 0; k < shingleLength; k++) hash = Math.imul(hash, 31) + characters.charCodeAt(i + k);
    hashes[i] = mix(hash);
  }
  return unique(hashes);
}

/** A row as a set: each cell with its place. */
export function cellsOf(row: readonly (string | null)[]): Int32Array {
  const hashes = new Int32Array(row.length);
  row.forEach((cell, column) => {
    let hash = mix(column + 1);
    if (cell !== null) for (let i = 0; i < cell.length; i++) hash = Math.imul(hash, 31) + cell.charCodeAt(i);
    hashes[column] = mix(hash);
  });
  return unique(hashes);
}

function unique(hashes: Int32Array): Int32Array {
  hashes.sort();
  let kept = 0;
  for (let i = 0; i < hashes.length; i++) if (i === 0 || hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i];
  return hashes.subarray(0, kept);
}

/** |A ∩ B| / |A ∪ B| of ascending sets, each element counting as much as `weight` says. */
export function jaccard(a: Int32Array, b: Int32Array, weight: (element: number) => number = () => 1): number {
  let [i, j, both, all] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [i < a.length ? a[i] : Infinity, j < b.length ? b[j] : Infinity];
    const w = weight(Math.min(x, y));
    if (x === y) both += w;
    all += w;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return all === 0 ? 0 : both / all;
}

const sketchBits = 22;

/** How often each element was seen, never too few (a count-min sketch of two rows): what is rare in a table tells rows apart. */
export class Frequencies {
  readonly #rows = [new Int32Array(1 << sketchBits), new Int32Array(1 << sketchBits)];
  #sets = 0;

  add(elements: Int32Array): void {
    this.#sets++;
    for (const element of elements) {
      this.#rows[0][element >>> (32 - sketchBits)]++;
      this.#rows[1][mix(element ^ 0x5bd1e995) >>> (32 - sketchBits)]++;
    }
  }

  /** Inverse document frequency: 0 for what every set has. */
  readonly weight = (element: number): number => {
    const seen = Math.min(
      this.#rows[0][element >>> (32 - sketchBits)],
      this.#rows[1][mix(element ^ 0x5bd1e995) >>> (32 - sketchBits)],
    );
    return Math.log((1 + this.#sets) / (1 + seen));
  };
}
