import type { Box } from '../../../../src-main/shared/annotation.ts';
import { overlaps, type Size } from './geometry.ts';

const across = 64;

/** Finds boxes by where they lie, through a grid of squares; what lies outside of the image counts to the outermost. */
export class ShapeIndex {
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells = new Map<number, Set<number>>();
  readonly #boxes = new Map<number, Box>();

  constructor({ width, height }: Size) {
    this.#cell = Math.max(1, Math.max(width, height) / across);
    this.#columns = Math.max(1, Math.ceil(width / this.#cell));
    this.#rows = Math.max(1, Math.ceil(height / this.#cell));
  }

  get size(): number {
    return this.#boxes.size;
  }

  boxOf(key: number): Box | undefined {
    return this.#boxes.get(key);
  }

  set(key: number, box: Box): void {
    this.delete(key);
    this.#boxes.set(key, box);
    for (const cell of this.#under(box)) {
      const its = this.#cells.get(cell);
      if (its) its.add(key);
      else this.#cells.set(cell, new Set([key]));
    }
  }

  delete(key: number): void {
    const box = this.#boxes.get(key);
    if (!box) return;
    for (const cell of this.#under(box)) this.#cells.get(cell)?.delete(key);
    this.#boxes.delete(key);
  }

  /** Keys of the boxes that touch a box, in no order. */
  touching(box: Box): number[] {
    const found = new Set<number>();
    for (const cell of this.#under(box)) for (const key of this.#cells.get(cell) ?? []) found.add(key);
    return [...found].filter((key) => overlaps(this.#boxes.get(key)!, box));
  }

  *#under([x, y, width, height]: Box): Generator<number> {
    const column = (at: number) => Math.min(Math.max(Math.floor(at / this.#cell), 0), this.#columns - 1);
    const row = (at: number) => Math.min(Math.max(Math.floor(at / this.#cell), 0), this.#rows - 1);
    const [left, right] = [column(x), column(x + width)];
    for (let r = row(y); r <= row(y + height); r++) for (let c = left; c <= right; c++) yield r * this.#columns + c;
  }
}
