import type { Column, Manifest } from '../../src-main/shared/dataset.ts';
import type { ImportParams } from '../../src-main/shared/work/import.ts';
import { SampleReader } from '../../src-main/datasets/reader.ts';
import { dataFolder, importFrom, writeFiles } from './data-import.ts';

export interface ReadBack {
  manifest: Manifest;
  names: string[];
  rows: (string | null)[][];
  column: (name: string) => Column;
  notes: string[];
  suggestedName: string;
  blobs: string;
}

/** Imports files as a table and reads (the first 500 rows of) it back. */
export async function importedTable(
  files: Record<string, string | Uint8Array>,
  params: Partial<ImportParams> = {},
  paths = Object.keys(files),
): Promise<ReadBack> {
  const folder = await dataFolder();
  await writeFiles(folder.path, files);
  const { manifest, suggestedName } = await importFrom(folder, paths, params);
  const page = await new SampleReader().page(folder.blobs, manifest, {
    version: 'dv_test' as never,
    offset: 0,
    limit: 500,
  });
  return {
    manifest,
    suggestedName,
    blobs: folder.blobs,
    names: manifest.columns.map((column) => column.name),
    rows: page.rows!,
    notes: manifest.notes.map((note) => note.code),
    column: (wanted) => manifest.columns.find((column) => column.name === wanted)!,
  };
}
