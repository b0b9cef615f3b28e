import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import './runtime-first.ts';
import { afterAll } from 'vitest';
import {
  encodedColumns,
  featureCount,
  recipeReads,
  type TableEncoder,
} from '../../src-main/datasets/encode/encoder.ts';
import { preprocessModel } from '../../src-main/datasets/encode/onnx.ts';
import { layoutOf } from '../../src-main/datasets/encode/row.ts';
import { encodeTableRows } from '../../src-main/datasets/encode/rows.ts';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import { stepKinds } from '../../src-main/datasets/recipes/index.ts';
import { recipeInputs } from '../../src-main/datasets/recipes/onnx/model.ts';
import { preparedRows, readRows } from '../../src-main/datasets/recipes/rows.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../src-main/datasets/training-data.ts';
import { withDuck, parquetFileSql, rowsOf } from '../../src-main/datasets/duck.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import { completeStep, infoOf, type Recipe, type StepSettings } from '../../src-main/shared/recipe.ts';
import { dataFolder, importFrom, writeFiles } from './data-import.ts';

/** Steps by kind and settings, called a, b, c … */
export const recipeOf = (...steps: [kind: string, settings?: StepSettings][]): Recipe => ({
  version: 1,
  steps: steps.map(([kind, settings = {}], i) => ({
    id: String.fromCharCode(97 + i),
    kind,
    settings: completeStep(infoOf(stepKinds, kind), settings),
    enabled: true,
  })),
});

export interface Table {
  names: string[];
  rows: (string | null)[][];
}

/** A table imported from CSV, and what recipes make of it. `train`: the first rows are the training split, the others test. */
export async function tableOf(
  table: Table,
  target: string | null,
  { train, folder = undefined }: { train?: number; folder?: { path: string; blobs: string } } = {},
) {
  folder ??= await dataFolder();
  const quoted = (cell: string | null): string => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`);
  const lines = [table.names, ...table.rows].map((row) => row.map(quoted).join(','));
  await writeFiles(folder.path, { 'table.csv': `${lines.join('\n')}\n` });
  let { manifest } = await importFrom(folder, ['table.csv'], { target });
  if (train !== undefined) {
    const split = Uint8Array.from(table.rows, (_, i) => (i < train ? 0 : 2));
    const splits = { train, validation: 0, test: table.rows.length - train };
    manifest = { ...manifest, splits, blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) } };
  }
  const revise = (recipe: Recipe, from: Manifest = manifest) =>
    reviseDataset({ blobs: folder.blobs, manifest: from, recipe });
  return { blobs: folder.blobs, manifest, revise };
}

/** A version's cells, as they lie in its table. */
export async function cellsOf(blobs: string, manifest: Manifest): Promise<(string | null)[][]> {
  const hash = manifest.blobs.table!;
  const table = parquetFileSql(join(blobs, hash.slice(0, 2), hash));
  const cells = manifest.columns.map((_, i) => `c${i}`).join(', ');
  return withDuck({ blobs }, async (connection) => {
    const rows = await rowsOf(connection, `SELECT [${cells}] AS cells FROM ${table} ORDER BY file_row_number`);
    return rows.map((row) => row.cells as (string | null)[]);
  });
}

/** A folder for all tests of a file. */
export function sharedFolder(): () => Promise<{ path: string; blobs: string }> {
  let made: Promise<string> | undefined;
  afterAll(async () => made && rm(await made, { recursive: true, force: true }));
  return async () => {
    made ??= mkdtemp(join(tmpdir(), 'atelier-recipes-'));
    const path = await made;
    return { path, blobs: join(path, 'blobs') };
  };
}

/** One column of a version. */
export async function columnOf(blobs: string, manifest: Manifest, name: string): Promise<(string | null)[]> {
  const at = manifest.columns.findIndex((column) => column.name === name);
  return (await cellsOf(blobs, manifest)).map((row) => row[at]);
}

/**
 * The three ways to the same numbers, by the columns of the encoded row: as training has them, as predicting in the studio has them of raw rows, and as an exported
 * file's graph has them of raw rows. `more`: rows that training never saw, for the last two.
 */
export async function threeWays(blobs: string, manifest: Manifest, table: Table, more: (string | null)[][] = []) {
  const { encoder: fitted, splits } = await loadTrainingData(blobs, manifest, undefined, {
    target: manifest.target !== null,
  });
  const encoder = fitted as TableEncoder;
  const left = manifest.blobs.rows;
  const rows = [...(left ? [] : Array.from(splits.train.indices, (sample) => table.rows[sample])), ...more];
  const prepared = await preparedRows(encoder.recipe!, rows, table.names, encodedColumns(encoder));
  const studio = encodeTableRows(encoder, prepared, encodedColumns(encoder)).x;

  const { model, inputs, output } = preprocessModel(encoder, 20);
  const reads = recipeInputs(encoder.recipe!, recipeReads(encoder)).map(({ read }) => read);
  const given = await readRows(encoder.recipe!, rows, table.names, reads);
  const feeds = Object.fromEntries(
    inputs.map(({ name, type }, i) => [
      name,
      type === 'double'
        ? new ort.Tensor(
            'float64',
            Float64Array.from(given, (row) => (row[i] as number | null) ?? NaN),
            [rows.length, 1],
          )
        : new ort.Tensor(
            'string',
            given.map((row) => (row[i] as string | null) ?? ''),
            [rows.length, 1],
          ),
    ]),
  );
  const session = await ort.InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  const exported = (await session.run(feeds))[output].data as Float32Array;
  await session.release();
  // By columns of the encoded row: what differs is told by its place.
  const width = featureCount(encoder);
  const byColumn = (x: Float32Array): Record<string, number[]> => {
    const found = columns.map((name, i): [string, number[]] => [name, [...x.filter((_, k) => k % width === i)]]);
    return Object.fromEntries(found);
  };
  const columns = Array.from({ length: width }, (_, i) => `${i} ${placeName(encoder, i)}`);
  return {
    encoder,
    inputs,
    columns,
    train: byColumn(left ? new Float32Array() : (splits.train.x as Float32Array)),
    studio: byColumn(studio),
    exported: byColumn(exported),
  };
}

function placeName(encoder: TableEncoder, place: number): string {
  if (place < encoder.numbers.length) return encoder.numbers[place].column;
  const { categories, numbers } = layoutOf(encoder);
  const missing = numbers.findIndex(({ indicator }) => indicator === place);
  if (missing >= 0) return `${encoder.numbers[missing].column} missing`;
  return encoder.categories[categories.findLastIndex((start) => start <= place)].column;
}
