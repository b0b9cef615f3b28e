import type { RunId, VersionId } from '../shared/ids.ts';
import { emptyRecipe, type Recipe } from '../shared/recipe.ts';
import type { Readable } from './connection.ts';
import { noRun } from './runs.ts';

// Of which data runs are.

/** Versions of runs that are read at once. */
const runsAtOnce = 25;

/** How many samples the training split of each run's data has, step by step. */
export function* trainSamples(db: Readable, ids: readonly RunId[]): Generator<void, Map<RunId, number>> {
  const versions: { id: RunId; version: VersionId }[] = [];
  for (let from = 0; from < ids.length; from += runsAtOnce) {
    versions.push(
      ...db.all<{ id: RunId; version: VersionId }>(
        `SELECT id, version FROM runs WHERE id IN (SELECT value FROM json_each(?)) AND version IS NOT NULL`,
        [JSON.stringify(ids.slice(from, from + runsAtOnce))],
      ),
    );
    yield;
  }
  // Each version's manifest is read once, however many runs it has.
  const known = new Map<VersionId, number | null>();
  for (const version of new Set(versions.map((run) => run.version))) {
    const row = db.get<{ samples: number | null }>(
      `SELECT json_extract(manifest, '$.splits.train') AS samples FROM dataset_versions WHERE id = ?`,
      [version],
    );
    known.set(version, row?.samples ?? null);
    yield;
  }
  return new Map(
    versions.flatMap(({ id, version }) => {
      const samples = known.get(version) ?? null;
      return samples === null ? [] : [[id, samples]];
    }),
  );
}

/** The recipe of a run's data, empty where it has none; null of an imported run. Throws `no_such_run`. */
export function recipeOfRun(db: Readable, id: RunId): Recipe | null {
  const row = db.get<{ version: VersionId | null; recipe: string | null }>(
    `SELECT r.version, json_extract(v.manifest, '$.recipe') AS recipe
       FROM runs r LEFT JOIN dataset_versions v ON v.id = r.version WHERE r.id = ?`,
    [id],
  );
  if (!row) throw noRun(id);
  if (row.version === null) return null;
  return row.recipe === null ? emptyRecipe : (JSON.parse(row.recipe) as Recipe);
}

/** The most bytes that a finished run of this architecture on this version has taken; null where there is none. */
export function peakMemoryOf(db: Readable, version: VersionId, architecture: string): number | null {
  const row = db.get<{ peak: number | null }>(
    `SELECT max(peak_memory_bytes) AS peak FROM runs
      WHERE version = ? AND json_extract(settings, '$.architecture') = ?`,
    [version, architecture],
  );
  return row?.peak ?? null;
}
