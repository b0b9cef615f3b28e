import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import type { Readable } from '../../db/connection.ts';
import { listCollections } from '../../db/documents.ts';
import { gridRows } from '../../db/grids.ts';
import { listEvaluations } from '../../db/evaluations.ts';
import { freeDatasetName } from '../../db/datasets.ts';
import { getDraft, getPrompt } from '../../db/prompts.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { readPromptFile, type PromptFile } from '../../prompts/prompt-file.ts';
import { isPromptfoo, readPromptfoo } from '../../prompts/promptfoo/read.ts';
import type { PromptSuite } from '../../prompts/promptfoo/suite.ts';
import { writePromptfoo } from '../../prompts/promptfoo/write.ts';
import { passagesVariable, type DocumentsSetting } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type PromptId } from '../../shared/ids.ts';
import { variablesIn, writtenOut } from '../../shared/prompt/expand.ts';
import type { GridRow } from '../../shared/prompt/grid.ts';
import { mostPromptLength, usualSettings } from '../../shared/prompt/prompt.ts';
import type { Context } from '../context.ts';
import { importData, type Imported } from '../datasets.ts';
import { wantsPassages } from '../documents/retrieve.ts';
import type { Started } from '../work.ts';
import type { Evaluations } from './evaluations.ts';
import type { Prompts } from './prompts.ts';
import type { Rendering } from './rendering.ts';
import { benchRow } from './rows.ts';

/** Prompts as files: plain ones, and promptfoo's configurations, which have tests as well. */

const mostConfigBytes = 16 * 2 ** 20;

export interface ImportedPrompts {
  prompts: PromptId[];
  /** The tables that tests' rows become. */
  tables: Started<Imported>[];
  /** What of a configuration the studio has no word for: a sentence each. */
  left: string[];
}

export interface SuiteFile {
  text: string;
  /** What of the checks promptfoo has no word for: a sentence each. */
  left: string[];
  rows: number;
}

type Read = { path: string; file: PromptFile } | { path: string; suite: PromptSuite };

/** Errors: no_such_file, not_a_prompt, not_promptfoo. Nothing is made where one of the files is none. */
export function importPrompts(
  context: Context,
  { prompts, evaluations }: { prompts: Prompts; evaluations: Evaluations },
  paths: readonly string[],
): ImportedPrompts {
  const read = paths.map(readOne);
  const lost: string[] = [];
  const made = context.store.transaction(() =>
    read.flatMap((one) => {
      if ('file' in one) {
        const { documents, lacking } = documentsOf(context.store, one.path, one.file);
        if (lacking !== null) lost.push(lacking);
        return [prompts.create(wishOf(one.path, one.file, documents))];
      }
      return one.suite.prompts.map(({ name, text }) => {
        const id = prompts.create({ name, text });
        if (one.suite.checks.length > 0) evaluations.setTest(id, { checks: one.suite.checks, gate: null });
        return id;
      });
    }),
  );
  const suites = read.flatMap((one) => ('suite' in one ? [one] : []));
  const tables = suites.flatMap(({ path, suite }) =>
    suite.rows.length > 0 ? [tableOf(context, path, suite.rows)] : [],
  );
  return { prompts: made, tables, left: [...new Set([...lost, ...suites.flatMap(({ suite }) => suite.left)])] };
}

function readOne(path: string): Read {
  const content = readText(path, mostConfigBytes);
  if (/[.](?:ya?ml|json)$/i.test(path) && isPromptfoo(content)) {
    const beside = (name: string): string => readText(inside(dirname(path), name), mostConfigBytes);
    return { path, suite: readPromptfoo(content, basename(path), beside) };
  }
  return { path, file: readPromptFile(readText(path, 4 * mostPromptLength), basename(path)) };
}

const wishOf = (
  path: string,
  { name, text, tags, variables, settings }: PromptFile,
  documents: DocumentsSetting | null,
): Parameters<Prompts['create']>[0] => ({
  name: name ?? basename(path, extname(path)),
  text,
  tags,
  bench: { variables, settings: { ...usualSettings, ...settings }, ...(documents && { documents }) },
});

/** The collection that a file names, where there is one of that name; else what is to be said. */
function documentsOf(
  db: Readable,
  path: string,
  { documents }: PromptFile,
): { documents: DocumentsSetting | null; lacking: string | null } {
  if (!documents) return { documents: null, lacking: null };
  const { collection: name, question: query, ...rest } = documents;
  const called = listCollections(db).filter((one) => one.name === name);
  if (called.length === 1) return { documents: { collection: called[0].id, query, ...rest }, lacking: null };
  const why = called.length === 0 ? 'there is no collection of that name here' : 'several collections are called so';
  return {
    documents: null,
    lacking: `${basename(path)} asks the documents "${name}", and ${why}: choose one for its {{${passagesVariable}}}.`,
  };
}

/** A configuration came from somebody: it reads what lies beside it, and nothing else of this machine. */
function inside(folder: string, name: string): string {
  const path = resolve(folder, name);
  const way = relative(folder, path);
  if (way !== '' && !way.startsWith('..') && resolve(folder, way) === path) return path;
  throw new AtelierError(
    'not_promptfoo',
    `The configuration names "${name.slice(0, 200)}", which does not lie in its folder. Put it there, and name it from there.`,
  );
}

function readText(path: string, most: number): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new AtelierError('no_such_file', `There is no file ${path}. Check its name.`);
  if (found.size > most) throw new AtelierError('not_a_prompt', `${path} is too large to be a prompt.`);
  return readFileSync(path, 'utf8');
}

/** As a file of the workspace first, so that it is imported as any other. */
function tableOf(context: Context, path: string, rows: readonly GridRow[]): Started<Imported> {
  const folder = workspaceFiles.pasted(context.store.folder);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${newId('job')}.jsonl`);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const name = freeDatasetName(context.store, `${basename(path, extname(path))} tests`);
  return importData(context, { paths: [file], name, target: null });
}

/**
 * Prompts with the checks and rows of their tests as promptfooconfig.yaml. Rows, where none are given, are those of the last test of the first
 * prompt that had one, else the values on its bench; checks are those of the first prompt that has any.
 */
export async function suiteText(
  { store }: Pick<Context, 'store'>,
  { rendering, evaluations }: { rendering: Pick<Rendering, 'meaning'>; evaluations: Pick<Evaluations, 'test'> },
  wanted: readonly { prompt: PromptId; version?: number }[],
  rows?: readonly GridRow[],
): Promise<SuiteFile> {
  const meanings = await Promise.all(wanted.map(({ prompt, version }) => rendering.meaning(prompt, version)));
  const suite = wanted.map(({ prompt, version }, i) => ({
    name: version === undefined ? getPrompt(store, prompt).name : `${getPrompt(store, prompt).name} v${version}`,
    text: writtenOut(meanings[i]),
  }));
  const checks = wanted.map(({ prompt }) => evaluations.test(prompt).checks).find((each) => each.length > 0) ?? [];
  const last = wanted.map(({ prompt }) => listEvaluations(store, prompt)[0]).find((one) => one !== undefined);
  const given = rows ?? (last ? gridRows(store, last.grid) : [benchRow(store, wanted[0].prompt)]);
  const file = writePromptfoo({ prompts: suite, checks, rows: [...given] });
  const out = meanings.some(({ includes, examples }) => includes.length > 0 || examples.length > 0);
  const told = out ? ['Included prompts and examples were written out: promptfoo has no words for them.'] : [];
  const unfound =
    meanings.some((meaning, i) =>
      wantsPassages(variablesIn(meaning), getDraft(store, wanted[i].prompt).bench.documents),
    ) && given.some((row) => !Object.hasOwn(row, passagesVariable));
  if (unfound) {
    told.push(
      `promptfoo asks no documents: give each test a variable "${passagesVariable}", or export after a test here, whose rows have them.`,
    );
  }
  return { text: file.text, left: [...told, ...file.left], rows: given.length };
}
