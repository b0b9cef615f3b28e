import { openFile, type FoundFile } from '../source.ts';
import { columnNumber } from './columns.ts';

/** One cell where several were; rows and columns from 1, all within. */
export interface Merge {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** More than any person has merged. */
const mostMerges = 100_000;
/** Longer than the element can be. */
const carried = 400;
const element = /<(?:\w+:)?mergeCell\s[^<>]{0,200}?\bref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']/g;

/**
 * Which cells of a sheet are merged. That stands behind its cells, but is needed while they are read: so the sheet is looked through for it
 * before, as bytes, which takes a small part of the time that reading takes. Null: too many to be kept.
 */
export async function readMerges(part: FoundFile, signal?: AbortSignal): Promise<Merge[] | null> {
  const merges: Merge[] = [];
  let rest = '';
  for await (const chunk of openFile(part, signal)) {
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    let done = 0;
    for (const found of text.matchAll(element)) {
      const [whole, left, top, right, bottom] = found;
      done = found.index + whole.length;
      const merge = { top: Number(top), left: columnNumber(left), bottom: Number(bottom), right: columnNumber(right) };
      if (merge.bottom < merge.top || merge.right < merge.left) continue;
      if (merges.push(merge) > mostMerges) return null;
    }
    rest = text.slice(Math.max(done, text.length - carried));
  }
  return merges.sort((a, b) => a.top - b.top || a.left - b.left);
}

/** Gives the cells below a merged one its value, as rows come from above. What is merged across stays one cell: a value is not there twice. */
export class MergedCells {
  readonly #merges: readonly Merge[];
  readonly #open = new Map<number, { bottom: number; value: string }>();
  #next = 0;

  constructor(merges: readonly Merge[]) {
    this.#merges = merges.filter(({ top, bottom }) => bottom > top);
  }

  /** How many of the row's cells got a value. */
  fill(cells: (string | null)[], row: number): number {
    let filled = 0;
    for (const [left, { bottom, value }] of this.#open) {
      if (bottom < row) this.#open.delete(left);
      else if ((cells[left - 1] ?? null) === null) {
        while (cells.length < left) cells.push(null);
        cells[left - 1] = value;
        filled++;
      }
    }
    for (; this.#next < this.#merges.length && this.#merges[this.#next].top <= row; this.#next++) {
      const { top, left, bottom } = this.#merges[this.#next];
      const value = top === row ? (cells[left - 1] ?? null) : null;
      if (value !== null) this.#open.set(left, { bottom, value });
    }
    return filled;
  }
}
