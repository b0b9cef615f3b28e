import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from '../db/connection.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { AtelierError } from '../shared/errors.ts';
import type { GenerateParams } from '../shared/work/generate.ts';
import { trainedRun } from './models.ts';
import { resolveRun } from './resolve.ts';

export interface GenerateRequest extends Omit<GenerateParams, 'model'> {
  /** A run, or a path. */
  model: string;
  /** What paths are relative to. */
  from: string;
  file?: string;
}

/** What the generate utility needs. Errors: no_such_run, no_checkpoint. */
export function generateParams(
  db: Readable | null,
  folder: string,
  { model, from, file, ...rest }: GenerateRequest,
): GenerateParams {
  const path = resolve(from, model);
  if (statSync(path, { throwIfNoEntry: false })) return { model: { path, file }, ...rest };
  if (!db) {
    throw new AtelierError(
      'no_such_run',
      `There is no file or folder ${path}, and no workspace with runs at ${folder}.`,
    );
  }
  const run = trainedRun(db, resolveRun(db, model));
  return { model: { runFolder: workspaceFiles.run(folder, run.id), settings: run.settings }, ...rest };
}
