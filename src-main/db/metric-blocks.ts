import type { Readable, Writable } from './connection.ts';
import { inOrder, overlay, slice, thin } from './curve-points.ts';
import { decodeColumns, encodeColumns, noColumns, type Columns } from './metric-columns.ts';

/** Points in a full block, and how many of these two of its extremes stand for. */
export const blockPoints = 1024;
export const extremesEvery = 64;

/** Of every `extremesEvery` points those that `thin` keeps; null for so few that it would save nothing. */
export function encodeExtremes(columns: Columns): Uint8Array | null {
  return columns.steps.length < extremesEvery * 8 ? null : encodeColumns(thin(columns, extremesEvery));
}

/** Lays points over what the blocks of a curve hold. */
function putBlocks(db: Writable, run: number, key: number, points: Columns): void {
  let first = Infinity;
  const touched: Uint8Array[] = [];
  for (const block of db.each<{ first: number; last: number; points: number; columns: Uint8Array }>(
    `SELECT first, last, points, columns FROM metric_blocks WHERE run = ? AND key = ? ORDER BY first DESC`,
    [run, key],
  )) {
    const open = touched.length === 0 && block.points < blockPoints;
    if (!open && block.last < points.steps[0]) break;
    touched.unshift(block.columns);
    first = block.first;
  }
  let all = points;
  if (touched.length > 0) {
    const before = noColumns();
    for (const columns of touched) decodeColumns(columns, before);
    all = overlay(before, points);
    db.run(`DELETE FROM metric_blocks WHERE run = ? AND key = ? AND first >= ?`, [run, key, first]);
  }
  const { steps } = all;
  for (let from = 0; from < steps.length; from += blockPoints) {
    const to = Math.min(from + blockPoints, steps.length);
    const part = from === 0 && to === steps.length ? all : slice(all, from, to);
    db.run(
      `INSERT INTO metric_blocks (run, key, first, last, points, extremes, columns) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [run, key, steps[from], steps[to - 1], to - from, encodeExtremes(part), encodeColumns(part)],
    );
  }
}

/** Curves of one batch, by the number of their key: for each its key, the length of its columns, and these. */
export function encodeCurves(curves: ReadonlyMap<number, Columns>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [key, columns] of curves) {
    const bytes = encodeColumns(inOrder(columns));
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32LE(key, 0);
    head.writeUInt32LE(bytes.length, 4);
    parts.push(head, bytes);
  }
  return Buffer.concat(parts);
}

/** The curves of one batch, as they lie in it. */
function* eachCurve(bytes: Buffer): Generator<{ key: number; columns: Buffer }> {
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    yield { key: bytes.readUInt32LE(at), columns: bytes.subarray(at + 8, end) };
    at = end;
  }
}

/** Adds what one batch holds, of all curves or one. */
function decodeCurves(bytes: Buffer, curves: Map<number, Columns>, only?: number): void {
  for (const { key, columns: encoded } of eachCurve(bytes)) {
    if (only !== undefined && only !== key) continue;
    let columns = curves.get(key);
    if (!columns) curves.set(key, (columns = noColumns()));
    decodeColumns(encoded, columns);
  }
}

/** Of which curves there are points in no block yet. */
export function tailKeys(db: Readable, run: number): Set<number> {
  const keys = new Set<number>();
  for (const { curves } of db.each<{ curves: Buffer }>(`SELECT curves FROM metric_tails WHERE run = ?`, [run]))
    for (const { key } of eachCurve(curves)) keys.add(key);
  return keys;
}

/** The points of a run that are in no block yet, by key, in order: all of them or one curve's. */
export function readTail(db: Readable, run: number, only?: number): Map<number, Columns> {
  const curves = new Map<number, Columns>();
  for (const { curves: bytes } of db.each<{ curves: Buffer }>(
    `SELECT curves FROM metric_tails WHERE run = ? ORDER BY batch`,
    [run],
  )) {
    decodeCurves(bytes, curves, only);
  }
  for (const [key, columns] of curves) curves.set(key, inOrder(columns));
  return curves;
}

/** Batches that are removed by one statement: a few milliseconds' worth at the most. */
const removedAtOnce = 8;

/**
 * Makes blocks of a run's tail, in as many slices as it takes: it is read batch by batch, packed curve by curve and removed piece by piece.
 * Blocks and tail may say the same at any moment between them, so that whoever reads, or dies, sees every point once.
 */
export class Sealing {
  readonly #run: number;
  readonly #last: number;
  #read = 0;
  readonly #curves = new Map<number, Columns>();
  /** Those not yet packed, once all is read. The first goes last out of the list: blocks that are added in order fill their pages. */
  #unpacked: number[] | null = null;

  constructor(db: Readable, run: number) {
    this.#run = run;
    const tail = db.get<{ last: number | null }>(`SELECT max(batch) AS last FROM metric_tails WHERE run = ?`, [run]);
    this.#last = tail?.last ?? 0;
  }

  /** Goes on for so many milliseconds, inside a transaction that is open; a single step may take longer. True when all is done. */
  goOn(db: Writable, forMs = Infinity): boolean {
    const end = performance.now() + forMs;
    for (let now = performance.now(); ;) {
      if (this.#step(db)) return true;
      const begun = now;
      now = performance.now();
      // What is next takes about as long as what came before it.
      if (now + (now - begun) >= end) return false;
    }
  }

  #step(db: Writable): boolean {
    if (!this.#unpacked) {
      const next = db.get<{ batch: number; curves: Buffer }>(
        `SELECT batch, curves FROM metric_tails WHERE run = ? AND batch > ? AND batch <= ? ORDER BY batch LIMIT 1`,
        [this.#run, this.#read, this.#last],
      );
      if (next) {
        this.#read = next.batch;
        decodeCurves(next.curves, this.#curves);
      } else this.#unpacked = [...this.#curves.keys()].sort((a, b) => b - a);
      return false;
    }
    const key = this.#unpacked.at(-1);
    if (key !== undefined) {
      putBlocks(db, this.#run, key, inOrder(this.#curves.get(key)!));
      this.#unpacked.pop();
      this.#curves.delete(key);
      return false;
    }
    return (
      db.run(
        `DELETE FROM metric_tails WHERE run = @run AND batch IN
           (SELECT batch FROM metric_tails WHERE run = @run AND batch <= @last ORDER BY batch LIMIT ${removedAtOnce})`,
        { run: this.#run, last: this.#last },
      ).changes < removedAtOnce
    );
  }
}
