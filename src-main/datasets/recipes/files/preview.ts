import type { DuckDBConnection } from '@duckdb/node-api';
import { splitNames, type Manifest } from '../../../shared/dataset.ts';
import type { PreviewRow, PreviewTable, RecipePreview } from '../../../shared/recipe-preview.ts';
import type { Recipe } from '../../../shared/recipe.ts';
import { rowsOf, withDuck } from '../../duck.ts';
import { bytesOfImage, readPixels } from '../../images/pixels.ts';
import type { Watched } from '../../shared-work.ts';
import type { CopiesFound } from '../copies.ts';
import { fileBase } from './base.ts';
import { fitFiles } from './fit.ts';

const shownRows = 40;
const shownBytes = 16 << 20;

/**
 * All images or sounds before and after one step (`at`, from 1; 0: as imported), and a few of them to be seen: first those that it leaves out, a copy
 * below the one that stays. Errors: those of the steps.
 */
export async function previewFiles(
  blobs: string,
  manifest: Manifest,
  recipe: Recipe,
  at: number,
  watched: Watched = {},
): Promise<RecipePreview> {
  const base = fileBase(manifest);
  return withDuck({ blobs, threads: 1, signal: watched.signal }, async (connection) => {
    const { fitted, facts } = await fitFiles(connection, blobs, base, recipe, watched, at);
    const step = fitted.stages.find((stage) => stage.at === at);
    const after = fitted.relation;
    const before = step ? (fitted.stages.findLast((stage) => stage.at < at)?.relation ?? facts.relation) : after;
    const counts = await Promise.all([before, after].map((each) => count(connection, each)));
    const most = base.image ? Math.min(shownRows, Math.ceil(shownBytes / bytesOfImage(base.image))) : shownRows;
    const copies = step?.kind === 'copies' ? (step.learned as CopiesFound) : null;
    const rows = await rowsToShow(connection, before, after, copies, most);
    const shown = facts.columns.flatMap((_, i) => (facts.known[i] ? [i] : []));
    const columns = shown.map((i) => ({ name: facts.columns[i].name, type: facts.columns[i].type }));
    const cells = await cellsOf(connection, before, rows, shown);
    const kept = await keptOf(connection, after, rows);
    const table = (each: PreviewRow[]): PreviewTable => ({ columns, rows: each });
    return {
      before: table(cells),
      after: table(cells.map((row) => (kept.has(row.row) ? row : { ...row, dropped: true }))),
      sampled: counts[0],
      dropped: Math.max(0, counts[0] - counts[1]),
      added: Math.max(0, counts[1] - counts[0]),
      ...(base.image && { pictures: { image: base.image, pixels: await readPixels(blobs, base, rows) } }),
    };
  });
}

async function rowsToShow(
  connection: DuckDBConnection,
  before: string,
  after: string,
  copies: CopiesFound | null,
  most: number,
): Promise<number[]> {
  const rows = new Set<number>();
  const pairs = (copies?.of ?? []).map((of, i) => [of, copies!.left[i]]).toSorted((a, b) => a[0] - b[0]);
  for (const [of, left] of pairs) {
    if (rows.size + 2 > most) break;
    rows.add(of).add(left);
  }
  const asked = [
    `SELECT DISTINCT rid FROM ${before} WHERE rid NOT IN (SELECT rid FROM ${after}) ORDER BY rid LIMIT ${most}`,
    `SELECT DISTINCT rid FROM ${after} ORDER BY rid LIMIT ${most}`,
  ];
  for (const sql of asked) {
    for (const { rid } of await rowsOf(connection, sql)) if (rows.size < most) rows.add(Number(rid));
  }
  return [...rows];
}

async function cellsOf(
  connection: DuckDBConnection,
  relation: string,
  rows: readonly number[],
  shown: readonly number[],
): Promise<PreviewRow[]> {
  if (rows.length === 0) return [];
  const found = await rowsOf(
    connection,
    `SELECT DISTINCT rid, split, [${shown.map((i) => `c${i}`).join(', ')}] AS cells FROM ${relation} WHERE rid IN (${rows.join(', ')})`,
  );
  const byRow = new Map(found.map((each) => [Number(each.rid), each]));
  return rows.map((row) => {
    const { split, cells } = byRow.get(row)!;
    return { row, split: splitNames[Number(split)], cells: cells as (string | null)[] };
  });
}

async function keptOf(
  connection: DuckDBConnection,
  relation: string,
  rows: readonly number[],
): Promise<ReadonlySet<number>> {
  if (rows.length === 0) return new Set();
  const found = await rowsOf(connection, `SELECT DISTINCT rid FROM ${relation} WHERE rid IN (${rows.join(', ')})`);
  return new Set(found.map(({ rid }) => Number(rid)));
}

async function count(connection: DuckDBConnection, relation: string): Promise<number> {
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${relation}`);
  return Number(n);
}
