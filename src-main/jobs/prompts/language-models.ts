import { readFileSync, statSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from '../../db/connection.ts';
import { languageModelPath, listLanguageModels, listLanguageRuns } from '../../db/language-models.ts';
import { getRun } from '../../db/runs.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { GenerateParams } from '../../shared/work/generate.ts';
import { kindOfConfig, type ModelKind } from '../../shared/prompt/model-kind.ts';
import type { LanguageModel, LocalModelRef } from '../../shared/prompt/prompt.ts';
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

/** A config.json of more is none. */
const mostConfigBytes = 2 ** 20;

/** What a folder's model does, by its config.json. Throws `unsupported_architecture`. */
export function folderKind(path: string): ModelKind {
  const file = join(path, 'config.json');
  if ((statOf(file)?.size ?? Infinity) > mostConfigBytes) return 'writes';
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Opening it tells what is wrong.
    return 'writes';
  }
  return kindOfConfig(typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {});
}

/** Null where it is gone, or does what cannot be done here. */
function knownKind(path: string): ModelKind | null {
  try {
    return statOf(path) ? folderKind(path) : null;
  } catch {
    return null;
  }
}

/** Folders that were added, newest first, then runs on texts: those that write or fill in before those that classify. */
export function languageModels(db: Readable): LanguageModel[] {
  const folders = listLanguageModels(db).map(({ id, path }): LanguageModel => ({
    ref: { folder: id },
    name: basename(path),
    path,
    missing: !statOf(path),
    kind: knownKind(path),
  }));
  const runs = listLanguageRuns(db).map(({ id, name, kind }): LanguageModel => ({
    ref: { run: id },
    name,
    path: null,
    missing: false,
    kind,
  }));
  return [...folders, ...runs];
}

/** What the process that writes is told. Errors: no_such_run, no_checkpoint, no_such_model. */
export function openedModel(db: Readable, folder: string, ref: LocalModelRef): GenerateParams['model'] {
  if ('folder' in ref) return { path: languageModelPath(db, ref.folder) };
  const run = trainedRun(db, ref.run);
  return { runFolder: workspaceFiles.run(folder, run.id), settings: run.settings };
}

export const languageModelName = (db: Readable, ref: LocalModelRef): string =>
  'run' in ref ? getRun(db, ref.run).name : basename(languageModelPath(db, ref.folder));

const does: Record<ModelKind, string> = {
  writes: 'writes',
  rewrites: 'writes one text of another',
  fills: 'fills in masks',
  classifies: 'says of which class a text is',
  embeds: 'makes vectors of texts',
  names: 'finds what is named in texts',
  answers: 'answers questions of a text',
};

/** Refuses a model that does something else than is wanted of it. Errors: model_unfit, no_such_file, no_such_model, no_such_run, unsupported_architecture. */
export function requireKind(db: Readable, ref: LocalModelRef, wanted: ModelKind, forWhat: string): void {
  const kind =
    'folder' in ref
      ? folderKind(requireFolder(languageModelPath(db, ref.folder)))
      : listLanguageRuns(db).find(({ id }) => id === ref.run)?.kind;
  if (kind === wanted) return;
  throw new AtelierError(
    'model_unfit',
    `"${languageModelName(db, ref)}" ${kind ? does[kind] : 'is no model of texts'}: ${forWhat} needs a model that ${does[wanted]}. Choose another one.`,
  );
}

function requireFolder(path: string): string {
  if (statOf(path)) return path;
  throw new AtelierError(
    'no_such_file',
    `The model's folder ${path} is no longer there. Put it back, or choose another model.`,
  );
}
