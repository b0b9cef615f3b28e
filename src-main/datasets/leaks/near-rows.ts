import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import type { LeakPair } from '../../shared/leaks.ts';
import { columnSql, eachRow, parquetSql } from '../duck.ts';
import { cellsOf, fewestShingles, Frequencies, jaccard, shingles } from './elements.ts';
import { BandIndex, places, resemblance, signature } from './minhash.ts';

/** Texts with this share of their four-letter runs in common are copies of one another with small edits. */
const likeTexts = 0.6;
/** Rows are alike where what they share weighs this much of what they hold; rare values weigh more. */
const likeRows = 0.8;
/** A row of a few cells is like others by chance. */
const fewestCells = 6;
/** The signatures' estimate may be so far below the true likeness of a pair that counts. */
const margin = 0.15;
/** Signatures kept: of so many samples of validation and test, spread over all of them where there are more. */
const mostHeld = 200_000;
const mostPairs = 300_000;
const fetchAtOnce = 20_000;

export interface NearCopies {
  pairs: LeakPair[];
  /** Samples of validation and test that were looked at. */
  checked: number;
  /** What was compared; null where there is nothing to compare by. */
  by: 'texts' | 'rows' | null;
}

/**
 * What rows are compared by: their texts, or where there are none all of their cells, if those are enough. A column that is not learnt from (a
 * name, a number of the row) counts only where none is.
 */
function comparedBy(manifest: Manifest, apart: ReadonlySet<string>): { by: 'texts' | 'rows'; names: string[] } | null {
  const columns = manifest.columns.filter(({ name }) => !apart.has(name));
  const learnt = columns.filter(({ role, missing }) => role === 'feature' && missing < manifest.samples);
  const texts = (learnt.length > 0 ? learnt : columns).filter(({ type, role }) => type === 'text' && role !== 'target');
  if (texts.length > 0) return { by: 'texts', names: texts.map(({ name }) => name) };
  return learnt.length >= fewestCells ? { by: 'rows', names: learnt.map(({ name }) => name) } : null;
}

/**
 * Pairs of rows in two splits that are almost the same, found by MinHash and then compared exactly. Exact copies are not among them.
 * `apart`: columns that tell whose or of when a sample is, by which copies may differ. `progress`: of all samples, how many were read.
 */
export async function nearRows(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  split: Uint8Array,
  isExact: (a: number, b: number) => boolean,
  apart: ReadonlySet<string>,
  progress: (done: number) => void,
): Promise<NearCopies> {
  const compared = comparedBy(manifest, apart);
  if (!compared) return { pairs: [], checked: 0, by: null };
  const { by, names } = compared;
  const sql = columnSql(manifest);
  const table = parquetSql(blobs, manifest.blobs.table!);
  const cells = names.map((name) => sql(name));
  const content = by === 'texts' ? `concat_ws(chr(10), ${cells.join(', ')})` : `[${cells.join(', ')}]`;
  const elementsOf = (value: unknown): Int32Array =>
    by === 'texts' ? shingles(value as string) : cellsOf((value as { items: (string | null)[] }).items);
  const enough = by === 'texts' ? fewestShingles : 1;
  const frequencies = by === 'rows' ? new Frequencies() : null;
  const threshold = by === 'texts' ? likeTexts : likeRows;
  // Rows are weighed afterwards: unweighed they may be less alike.
  const floor = by === 'texts' ? likeTexts - margin : likeRows - 2 * margin;

  let held = 0;
  for (const each of split) if (each > 0) held++;
  const stride = Math.max(1, Math.ceil(held / mostHeld));
  const samples = new Int32Array(Math.ceil(held / stride));
  const signatures = new Int32Array(samples.length * places);
  const index = new BandIndex(samples.length);
  let seen = 0;
  let kept = 0;
  let read = 0;
  const query = `SELECT file_row_number::INTEGER, ${content} FROM ${table}`;
  await eachRow(connection, query, (sample, columns, r) => {
    if (++read % 4096 === 0) progress(read / 2);
    if (split[sample] === 0 && !frequencies) return;
    const elements = elementsOf(columns[1].getItem(r));
    frequencies?.add(elements);
    if (split[sample] === 0 || seen++ % stride > 0 || elements.length < enough) return;
    samples[kept] = sample;
    signature(elements, signatures, kept * places);
    kept++;
  });
  const candidates: { other: number; held: number }[] = [];
  const propose = (one: number, another: number): void => {
    if (split[one] === split[another] || candidates.length >= mostPairs || isExact(one, another)) return;
    candidates.push(split[one] < split[another] ? { other: one, held: another } : { other: another, held: one });
  };
  for (let i = 0; i < kept; i++) {
    index.candidates(signatures, i * places, (j) => {
      if (resemblance(signatures, i * places, signatures, j * places) >= floor) propose(samples[i], samples[j]);
    });
    index.add(i, signatures, i * places);
  }
  const own = new Int32Array(places);
  await eachRow(connection, query, (sample, columns, r) => {
    if (++read % 4096 === 0) progress(read / 2);
    if (split[sample] > 0) return;
    const elements = elementsOf(columns[1].getItem(r));
    if (elements.length < enough) return;
    signature(elements, own, 0);
    index.candidates(own, 0, (j) => {
      if (resemblance(own, 0, signatures, j * places) >= floor) propose(sample, samples[j]);
    });
  });
  const found = await elementsOfSamples(connection, query, candidates, elementsOf);
  const pairs = candidates
    .map((pair) => ({
      ...pair,
      likeness: jaccard(found.get(pair.other)!, found.get(pair.held)!, frequencies?.weight),
    }))
    .filter(({ likeness }) => likeness >= threshold);
  return { pairs, checked: Math.ceil(held / stride), by };
}

/** The sets of all samples that a pair names: few beside all samples. */
async function elementsOfSamples(
  connection: DuckDBConnection,
  query: string,
  pairs: readonly { other: number; held: number }[],
  elementsOf: (value: unknown) => Int32Array,
): Promise<Map<number, Int32Array>> {
  const wanted = [...new Set(pairs.flatMap(({ other, held }) => [other, held]))];
  const found = new Map<number, Int32Array>();
  for (let from = 0; from < wanted.length; from += fetchAtOnce) {
    const some = wanted.slice(from, from + fetchAtOnce).join(', ');
    await eachRow(connection, `${query} WHERE file_row_number IN (${some})`, (sample, columns, r) => {
      found.set(sample, elementsOf(columns[1].getItem(r)));
    });
  }
  return found;
}
