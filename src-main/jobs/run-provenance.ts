import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from '../db/connection.ts';
import { recipeOfRun } from '../db/run-data.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { testLooksFile, testLooksOf, type TestLooks } from '../shared/evaluation.ts';
import type { RunId } from '../shared/ids.ts';
import type { RunProvenance } from '../shared/run-provenance.ts';
import { collect } from './breath.ts';
import { codeOf } from './checkpoints.ts';

/** What made these runs, of which data; other work of this thread goes on in between. Errors: no_such_run. */
export const provenanceOf = (db: Readable, folder: string, ids: readonly RunId[]): Promise<RunProvenance[]> =>
  collect(eachProvenance(db, folder, ids));

function* eachProvenance(db: Readable, folder: string, ids: readonly RunId[]): Generator<RunProvenance> {
  for (const run of ids) {
    const recipe = recipeOfRun(db, run);
    yield {
      run,
      recipe: recipe && recipe.steps.flatMap(({ enabled, kind, settings }) => (enabled ? [{ kind, settings }] : [])),
      code: codeOf(folder, run),
      looks: looksAt(folder, run),
    };
  }
}

function looksAt(folder: string, run: RunId): TestLooks {
  try {
    return testLooksOf(readFileSync(join(workspaceFiles.run(folder, run), ...testLooksFile), 'utf8'));
  } catch {
    // Nobody has looked yet.
    return testLooksOf('');
  }
}
