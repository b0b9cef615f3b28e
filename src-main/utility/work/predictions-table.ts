import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { classesOf, targetOf } from '../../datasets/encode/encoder.ts';
import type { Encoder } from '../../datasets/encode/encoder.ts';
import { csvText } from '../../shared/csv-line.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Prediction, PredictionsFile } from '../../shared/work/predict.ts';

const rowsAtOnce = 5000;
/** What people call the column that only tells rows apart, likeliest first. */
const idNames = [/^(row[_ ]?)?id$/i, /[_ ]id$/i, /[a-z]I[dD]$/, /^id[_ ]/i, /^(uuid|guid|key|index)$/i];

/** The cells that tell a file's rows apart, kept for what is written of them. */
export class RowKeys {
  readonly #wanted: readonly string[] | undefined;
  #names: string[] | null = null;
  readonly cells: string[][] = [];

  /** `wanted`: the columns' names; where left out one that is called like an id, if there is any. */
  constructor(wanted?: readonly string[]) {
    this.#wanted = wanted;
  }

  get names(): readonly string[] {
    return this.#names ?? [];
  }

  /** Throws `unknown_column`, and `schemas_differ` where another file had other ones. */
  add(file: string, columns: readonly string[], rows: readonly (readonly string[])[]): void {
    const names = this.#wanted?.length ? [...this.#wanted] : guessed(columns);
    const lacks = names.find((name) => !columns.includes(name));
    if (lacks !== undefined) {
      throw new AtelierError(
        'unknown_column',
        `${file} has no column "${lacks}" to tell its rows by. Its columns are: ${columns.join(', ')}.`,
      );
    }
    if (this.#names && this.#names.join('\n') !== names.join('\n')) {
      throw new AtelierError(
        'schemas_differ',
        `The rows of ${file} are told apart by ${names.join(', ') || 'nothing'}, those before by ${this.#names.join(', ') || 'nothing'}. Name the column (--id), or predict the files one at a time.`,
      );
    }
    this.#names = names;
    const places = names.map((name) => columns.indexOf(name));
    for (const row of rows) this.cells.push(places.map((place) => row[place] ?? ''));
  }
}

function guessed(columns: readonly string[]): string[] {
  for (const pattern of idNames) {
    const found = columns.find((name) => pattern.test(name.trim()));
    if (found !== undefined) return [found];
  }
  return [];
}

/**
 * Writes predictions as CSV: what tells the row (its id, else its file and line), what is predicted under the target's name and, where
 * that is wished, the probability of each class. Whole or not at all. Throws `not_writable`.
 */
export function writePredictions(
  { path, probabilities = false }: PredictionsFile,
  encoder: Encoder,
  predictions: readonly Prediction[],
  keys: RowKeys,
): void {
  const keyed = keys.names.length > 0 && keys.cells.length === predictions.length;
  const classes = probabilities && predictions.some((each) => each.probabilities) ? classesOf(encoder) : [];
  const head = [
    ...(keyed ? keys.names : ['input']),
    targetOf(encoder)?.column ?? 'prediction',
    ...classes.map((name) => `probability of ${name}`),
  ];
  const rowOf = (each: Prediction, i: number): unknown[] => [
    ...(keyed ? keys.cells[i] : [each.input]),
    each.label ?? each.value ?? each.reconstruction?.error ?? null,
    ...classes.map((name) => each.probabilities?.[name]),
  ];
  const partial = `${path}.partial`;
  try {
    const file = openSync(partial, 'w');
    try {
      writeSync(file, csvText([head]));
      for (let from = 0; from < predictions.length; from += rowsAtOnce) {
        const part = predictions.slice(from, from + rowsAtOnce);
        writeSync(file, csvText(part.map((each, i) => rowOf(each, from + i))));
      }
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw cannotWrite(path, error);
  }
}

/** Told before minutes of work, not behind them. */
export function checkWritable(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new AtelierError('not_writable', `There is no folder ${folder} to write the predictions into.`);
  if (existsSync(path) && statSync(path).isDirectory())
    throw new AtelierError('not_writable', `${path} is a folder. Name a file for the predictions.`);
}

const cannotWrite = (path: string, error: unknown): AtelierError =>
  new AtelierError('not_writable', `The predictions cannot be written to ${path}. Choose another place.`, [
    String(error),
  ]);
