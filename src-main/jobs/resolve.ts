import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from '../db/connection.ts';
import { getVersion, listDatasets, noDataset } from '../db/datasets.ts';
import { listCollections, noCollection } from '../db/documents.ts';
import { listGrids, noGrid } from '../db/grids.ts';
import { listPrompts, noPrompt } from '../db/prompts.ts';
import { listRunNames } from '../db/run-marks.ts';
import { noRun } from '../db/runs.ts';
import { listStudies, noStudy } from '../db/studies.ts';
import { AtelierError } from '../shared/errors.ts';
import {
  isId,
  type CollectionId,
  type DatasetId,
  type GridId,
  type PromptId,
  type RunId,
  type StudyId,
  type VersionId,
} from '../shared/ids.ts';
import { languageFile } from '../shared/run.ts';
import type { ModelRef } from './models.ts';

/** What people type for a thing: its id, an unambiguous beginning of it (at least four characters), or its name. */

export function findDataset(db: Readable, text: string): { dataset: DatasetId; version: VersionId } | null {
  if (isId('version', text)) {
    const version = getVersion(db, text);
    return { dataset: version.dataset, version: text };
  }
  const datasets = listDatasets(db, { archived: true });
  const found = pick('dataset', text, datasets);
  return found && { dataset: found.id, version: found.latestVersion };
}

export function resolveDataset(db: Readable, text: string): { dataset: DatasetId; version: VersionId } {
  const found = findDataset(db, text);
  if (found) return found;
  const names = listDatasets(db).map((dataset) => dataset.name);
  const error = noDataset(text);
  throw new AtelierError(
    error.code,
    `${error.message} ${names.length > 0 ? `There is: ${names.slice(0, 10).join(', ')}.` : 'Import something first (atelier import FILE).'}`,
  );
}

export function resolveRun(db: Readable, text: string): RunId {
  const found = pick('run', text, listRunNames(db));
  if (!found) throw noRun(text);
  return found.id;
}

export function resolveStudy(db: Readable, text: string): StudyId {
  const found = pick(
    'study',
    text,
    listStudies(db).map(({ id, name }) => ({ id, name, archived: false })),
  );
  if (!found) throw noStudy(text);
  return found.id;
}

export function resolvePrompt(db: Readable, text: string): PromptId {
  const found = pick('prompt', text, listPrompts(db, { archived: true }));
  if (!found) throw noPrompt(text);
  return found.id;
}

export function resolveGrid(db: Readable, text: string): GridId {
  const found = pick('grid', text, listGrids(db, { archived: true }));
  if (!found) throw noGrid(text);
  return found.id;
}

export function findCollection(db: Readable, text: string): CollectionId | null {
  const all = listCollections(db).map(({ id, name }) => ({ id, name, archived: false }));
  return pick('collection', text, all)?.id ?? null;
}

export function resolveCollection(db: Readable, text: string): CollectionId {
  const found = findCollection(db, text);
  if (!found) throw noCollection(text);
  return found;
}

/** A run, the path of an .onnx file, or that of the folder that a language model is exported as. */
export function resolveModel(db: Readable | null, text: string, from: string = process.cwd()): ModelRef {
  const path = resolve(from, text);
  if (text.toLowerCase().endsWith('.onnx')) {
    if (existsSync(path)) return { onnx: path };
    throw new AtelierError('no_such_file', `There is no file ${path}. Check its name.`);
  }
  const inside = join(path, ...languageFile);
  if (existsSync(inside)) return { onnx: inside };
  if (!db) throw noRun(text);
  return { run: resolveRun(db, text) };
}

interface Named {
  id: string;
  name: string;
  archived: boolean;
}

function pick<T extends Named>(noun: string, text: string, things: readonly T[]): T | null {
  const byId = things.filter((thing) => thing.id === text);
  if (byId.length === 1) return byId[0];
  // What is in use goes before what is archived under the same name.
  for (const archived of [false, true]) {
    const named = things.filter((thing) => thing.name === text && thing.archived === archived);
    if (named.length === 1) return named[0];
    if (named.length > 1) throw ambiguous(noun, text, named);
  }
  const beginning = text.toLowerCase();
  const begun = beginning.length >= 4 ? things.filter((thing) => beginsWith(thing.id, beginning)) : [];
  if (begun.length > 1) throw ambiguous(noun, text, begun);
  return begun[0] ?? null;
}

/** With or without the kind's prefix: "run_01h4" or "01h4". */
function beginsWith(id: string, beginning: string): boolean {
  return id.startsWith(beginning) || id.slice(id.indexOf('_') + 1).startsWith(beginning);
}

function ambiguous(noun: string, text: string, found: readonly Named[]): AtelierError {
  const some = found.slice(0, 5).map((thing) => `${thing.id} (${thing.name})`);
  return new AtelierError(
    `ambiguous_${noun}`,
    `"${text}" stands for ${found.length} ${noun === 'study' ? 'studies' : `${noun}s`}: ${some.join(', ')}${found.length > 5 ? ' …' : ''}. Type more of the id.`,
  );
}
