import { join } from 'node:path';
import { expect } from 'vitest';
import { eachAnnotations, readHeader } from '../../src-main/datasets/annotations/read.ts';
import { readBlob } from '../../src-main/datasets/blobs.ts';
import { exportData } from '../../src-main/datasets/export-data.ts';
import type { AnnotationHeader, ImageObject, SampleAnnotations } from '../../src-main/shared/annotation.ts';
import { splitNames, type Manifest } from '../../src-main/shared/dataset.ts';
import type { DataExportResult, DataFormat } from '../../src-main/shared/work/export-data.ts';
import type { ImportParams } from '../../src-main/shared/work/import.ts';
import { dataFolder, importFrom, quietContext, writeFiles } from './data-import.ts';
import { png } from './data-pictures.ts';

export type Files = Record<string, string | Uint8Array>;

/** Images of 40 × 20 under these names. */
export async function pictures(...names: string[]): Promise<Files> {
  const files: Files = {};
  for (const [i, name] of names.entries())
    files[name] = await png({ width: 40, height: 20, colour: { r: i, g: 99, b: 9 } });
  return files;
}

export interface Annotated {
  folder: { path: string; blobs: string };
  manifest: Manifest;
  header: AnnotationHeader;
  /** By the sample's file, or for texts in order. */
  samples: { name: string; split: string; marks: SampleAnnotations }[];
}

/** Writes the files, imports them, and reads back all that was kept. */
export async function annotated(files: Files, params: Partial<ImportParams> = {}): Promise<Annotated> {
  const folder = await dataFolder();
  await writeFiles(join(folder.path, 'set'), files);
  const { manifest } = await importFrom(folder, ['set'], params);
  return readBack(folder, manifest);
}

export async function readBack(folder: Annotated['folder'], manifest: Manifest): Promise<Annotated> {
  const { blobs } = folder;
  const names = manifest.blobs.names
    ? (JSON.parse(Buffer.from(await readBlob(blobs, manifest.blobs.names)).toString()) as string[])
    : [];
  const split = await readBlob(blobs, manifest.blobs.split);
  const samples: Annotated['samples'] = [];
  for await (const marks of eachAnnotations(blobs, manifest)) {
    const i = samples.length;
    samples.push({ name: names[i] ?? '', split: splitNames[split[i]], marks });
  }
  expect(samples).toHaveLength(manifest.samples);
  return { folder, manifest, header: await readHeader(blobs, manifest), samples };
}

/** Exports, and imports what came out. */
export async function roundTrip(
  { folder, manifest }: Annotated,
  format: DataFormat,
): Promise<Annotated & { out: string; result: DataExportResult }> {
  const out = join(folder.path, `out-${format}`);
  const params = { blobs: folder.blobs, manifest, format, out, images: true };
  const result = await exportData(params, quietContext());
  const again = await importFrom(folder, [`out-${format}`]);
  return { ...(await readBack(folder, again.manifest)), out, result };
}

export const objectsOf = ({ samples }: Annotated, name: string): ImageObject[] => {
  const sample = samples.find((each) => each.name.endsWith(name));
  if (!sample) throw new Error(`There is no sample ${name}.`);
  return sample.marks.annotations as ImageObject[];
};
