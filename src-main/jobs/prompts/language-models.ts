import { statSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from '../../db/connection.ts';
import { languageModelPath, listLanguageModels, listLanguageRuns } from '../../db/language-models.ts';
import { getRun } from '../../db/runs.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { GenerateParams } from '../../shared/work/generate.ts';
import type { LanguageModel, LanguageModelRef } from '../../shared/prompt/prompt.ts';
import { trainedRun } from '../models.ts';

/** What lies at a path, or null: also where a part of the way is a file, or may not be looked into. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Whether a folder is laid out as a language model's on Hugging Face's hub; a look at names, nothing is read. */
export function looksLikeLanguageModel(path: string): boolean {
  const has = (name: string) => statOf(join(path, name))?.isFile() ?? false;
  return has('config.json') && (has('tokenizer.json') || has('tokenizer_config.json') || has('generation_config.json'));
}

/** Folders that were added, newest first, then the runs that write or fill in. */
export function languageModels(db: Readable): LanguageModel[] {
  const folders = listLanguageModels(db).map(({ id, path }): LanguageModel => ({
    ref: { folder: id },
    name: basename(path),
    path,
    missing: !statOf(path),
  }));
  const runs = listLanguageRuns(db).map(({ id, name }): LanguageModel => ({
    ref: { run: id },
    name,
    path: null,
    missing: false,
  }));
  return [...folders, ...runs];
}

/** What the process that writes is told. Errors: no_such_run, no_checkpoint, no_such_model. */
export function openedModel(db: Readable, folder: string, ref: LanguageModelRef): GenerateParams['model'] {
  if ('folder' in ref) return { path: languageModelPath(db, ref.folder) };
  const run = trainedRun(db, ref.run);
  return { runFolder: workspaceFiles.run(folder, run.id), settings: run.settings };
}

export const languageModelName = (db: Readable, ref: LanguageModelRef): string =>
  'run' in ref ? getRun(db, ref.run).name : basename(languageModelPath(db, ref.folder));
