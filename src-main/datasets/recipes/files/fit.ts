import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../../shared/dataset.ts';
import { checkFit, type Recipe } from '../../../shared/recipe.ts';
import { rowsOf } from '../../duck.ts';
import type { Watched } from '../../shared-work.ts';
import { fitRecipe, type Fitted } from '../fit.ts';
import { stepInfos } from '../index.ts';
import { factsOf, type Facts } from './facts.ts';
import { findCopies } from './find-copies.ts';

/** What one step did to the samples. */
export interface StepCount {
  /** From 1. */
  at: number;
  kind: string;
  left: number;
  added: number;
}

/**
 * A recipe over the facts of images or sounds (a version without one). `until`: only the steps up to this place. Errors: those
 * of the steps, step_unfit.
 */
export async function fitFiles(
  connection: DuckDBConnection,
  blobs: string,
  base: Manifest,
  recipe: Recipe,
  watched: Watched = {},
  until?: number,
): Promise<{ fitted: Fitted; facts: Facts }> {
  const { signal } = watched;
  checkFit(recipe, base.kind, stepInfos);
  const facts = await factsOf(connection, blobs, base, recipe, signal);
  await connection.run('SET threads = 1');
  const copies = (near: boolean) => findCopies(blobs, base, near, watched);
  const fitted = await fitRecipe(connection, facts.relation, facts.columns, recipe, signal, until, copies);
  return { fitted, facts };
}

/** How many samples each step leaves out, and how many copies it adds. `samples`: before the first one. */
export async function stepCounts(
  connection: DuckDBConnection,
  { stages }: Fitted,
  samples: number,
): Promise<StepCount[]> {
  const counts: StepCount[] = [];
  let before = samples;
  for (const { at, kind, relation } of stages) {
    const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${relation}`);
    const now = Number(n);
    counts.push({ at, kind, left: Math.max(0, before - now), added: Math.max(0, now - before) });
    before = now;
  }
  return counts;
}
