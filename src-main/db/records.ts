import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { DatasetVersion } from '../shared/dataset.ts';
import { isId, type DatasetId, type RunId } from '../shared/ids.ts';
import type { TrainResult } from '../shared/work/train.ts';
import type { RunSummary } from '../shared/run.ts';
import { storeError } from './errors.ts';
import { workspaceFiles } from './workspace.ts';

/**
 * What the rows say, once more in plain files, so that a lost database can be made again from the folder alone:
 * - `datasets/<dataset>.jsonl`: a line whenever the dataset or one of its versions is made or changes;
 * - `runs/<run>/record.jsonl`: the run's row, whole, whenever it changes (the trainer writes its curves into run.jsonl beside it);
 * - `studies/<study>.jsonl`: see study-records.ts.
 * Lines are only ever added; of each thing the last whole line counts.
 */
export interface DatasetFact {
  id: DatasetId;
  name: string;
  createdAt: number;
  archived: boolean;
}
/** `origin`: see `insertVersion`. */
export type DatasetLine = { dataset: DatasetFact } | { version: DatasetVersion; origin?: unknown };
/** The version's manifest goes in with the first line only, so that a run's folder stands alone. */
export type RunLine = { run: RunSummary; version?: DatasetVersion };

export function recordDataset(folder: string, dataset: DatasetId, ...lines: DatasetLine[]): void {
  append(folder, workspaceFiles.datasets(folder), `${dataset}.jsonl`, lines);
}

export function recordRun(folder: string, line: RunLine): void {
  append(folder, workspaceFiles.run(folder, line.run.id), 'record.jsonl', [line]);
}

/** A run that ended is to go on: what its trainer said of an end is so no longer. */
export function recordAgain(folder: string, run: RunId): void {
  append(folder, workspaceFiles.run(folder, run), 'run.jsonl', [{ type: 'again', at: Date.now() }]);
}

export function readDatasetRecords(folder: string): DatasetLine[] {
  return names(workspaceFiles.datasets(folder))
    .filter((name) => name.endsWith('.jsonl') && isId('dataset', name.slice(0, -6)))
    .flatMap((name) => [...readLines<DatasetLine>(join(workspaceFiles.datasets(folder), name))]);
}

/** Each run as it was last recorded, with its dataset version; oldest run first. */
export function readRunRecords(folder: string): RunLine[] {
  const records: RunLine[] = [];
  for (const id of runFolders(folder)) {
    let record = null as RunLine | null;
    for (const line of readLines<RunLine>(join(workspaceFiles.run(folder, id), 'record.jsonl'))) {
      record = { run: line.run, version: line.version ?? record?.version };
    }
    if (record) records.push(record);
  }
  return records;
}

/** What the trainer wrote into run.jsonl (runtime/run-log.ts), as far as rows are made from it; other lines are passed over. */
export type TrainerLine =
  | { type: 'start'; parameterCount: number }
  | { type: 'metrics'; key: string[]; step: number[]; epoch: number[]; value: (number | null)[]; time: number[] }
  | { type: 'best'; epoch: number }
  /** Of an imported run: a stretch of one curve; what JSON has no number for is a text (shared/json-number.ts). */
  | {
      type: 'curve';
      key: string;
      step: number[];
      epoch: (number | null)[];
      value: (number | string | null)[];
      time: number[];
    }
  | { type: 'finished'; at: number; result: TrainResult }
  /** Written by the owner, between two processes of the trainer: the run has been queued once more. */
  | { type: 'again' };

export function* readTrainerLog(folder: string, run: RunId): IterableIterator<TrainerLine> {
  for (const line of readLines<unknown>(join(workspaceFiles.run(folder, run), 'run.jsonl'))) {
    if (isTrainerLine(line)) yield line;
  }
}

export function runFolders(folder: string): RunId[] {
  return names(workspaceFiles.runs(folder)).filter((name): name is RunId => isId('run', name));
}

function isTrainerLine(line: unknown): line is TrainerLine {
  const some = line as Partial<Record<string, unknown>> | null;
  switch (some?.type) {
    case 'start':
      return typeof some.parameterCount === 'number';
    case 'metrics': {
      const columns = [some.key, some.step, some.epoch, some.value, some.time];
      return columns.every((column) => Array.isArray(column) && column.length === (some.key as unknown[]).length);
    }
    case 'curve': {
      const columns = [some.step, some.epoch, some.value, some.time];
      const { length } = Array.isArray(some.step) ? some.step : [];
      return (
        typeof some.key === 'string' && columns.every((column) => Array.isArray(column) && column.length === length)
      );
    }
    case 'again':
      return true;
    case 'best':
      return typeof some.epoch === 'number';
    case 'finished':
      return (
        typeof some.at === 'number' && typeof (some.result as Partial<TrainResult> | undefined)?.metrics === 'object'
      );
    default:
      return false;
  }
}

/** Whole lines at a file's end, whatever a crash has left there. */
export function append(folder: string, into: string, name: string, lines: readonly unknown[]): void {
  try {
    mkdirSync(into, { recursive: true });
    // A leading newline ends a line that a crash has cut short; empty lines are skipped in reading.
    appendFileSync(join(into, name), lines.map((line) => `\n${JSON.stringify(line)}\n`).join(''));
  } catch (error) {
    throw storeError(error, folder);
  }
}

export function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Whole lines of JSON; those cut short or damaged are passed over. */
export function* readLines<Line>(file: string): IterableIterator<Line> {
  if (!existsSync(file)) return;
  for (const text of eachLine(file)) {
    if (text.trim() === '') continue;
    try {
      yield JSON.parse(text) as Line;
    } catch {
      // Cut short by a crash: the lines around it still count.
    }
  }
}

/** Piece by piece: a long run's file is longer than a text can be. */
function* eachLine(path: string): IterableIterator<string> {
  const file = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const piece = Buffer.allocUnsafe(1 << 20);
  let rest = '';
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      const lines = (rest + decoder.write(piece.subarray(0, read))).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    yield rest + decoder.end();
  } finally {
    closeSync(file);
  }
}
