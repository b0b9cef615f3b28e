import { spanColumn, splitNames, type DatasetKind, type Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import {
  formatsFor,
  formatsOf,
  folders,
  isRowFormat,
  rowFormats,
  type DataExportParams,
  type DataExportResult,
  type MarkFormat,
  type RowFormat,
} from '../shared/work/export-data.ts';
import { markedHeader, markedSamples } from './annotations/marked-samples.ts';
import { eachAnnotations, readHeader } from './annotations/read.ts';
import { readBlob } from './blobs.ts';
import { coco } from './exporters/coco.ts';
import { conll } from './exporters/conll.ts';
import { csv } from './exporters/csv.ts';
import { writeFolders } from './exporters/class-folders.ts';
import { Losses, type DataExporter, type ExportSample, type ExportSet } from './exporters/exporter.ts';
import { ExportFolder } from './exporters/folder.ts';
import { partsOf, readOriginalFile } from './images/pixels.ts';
import { jsonl } from './exporters/jsonl.ts';
import { labelStudio } from './exporters/label-studio.ts';
import { labelme } from './exporters/labelme.ts';
import { masks } from './exporters/masks.ts';
import { writeRows } from './exporters/rows.ts';
import { spacy } from './exporters/spacy.ts';
import { voc } from './exporters/voc.ts';
import { yolo } from './exporters/yolo.ts';
import { selectSamples } from './filters/select.ts';
import { eachRowOf } from './tables/each-row.ts';
import type { ImportContext } from './import-context.ts';

const exporters: Record<MarkFormat, DataExporter> = {
  coco,
  yolo,
  voc,
  labelme,
  masks,
  csv,
  conll,
  spacy,
  'label-studio': labelStudio,
  jsonl,
};
const words: Record<DatasetKind, string> = { images: 'images', table: 'texts', audio: 'sounds' };

/**
 * Writes a version with annotations as files of another program's form, or a table's rows as one file, into a folder that is absent or
 * empty: it is there whole, or not at all. Throws `no_annotations`, `wrong_format`, `folder_not_empty`, `nothing_selected`, and what a
 * condition can be wrong in.
 */
export async function exportData(params: DataExportParams, context: ImportContext): Promise<DataExportResult> {
  const { format } = params;
  if (format === folders) return exportFolders(params, context);
  return isRowFormat(format) ? exportRows(params, format, context) : exportMarks(params, format, context);
}

async function exportMarks(
  params: DataExportParams,
  format: MarkFormat,
  context: ImportContext,
): Promise<DataExportResult> {
  const { blobs, manifest } = params;
  if (manifest.kind === 'table' && !manifest.annotations && !params.labels) {
    throw new AtelierError(
      'no_annotations',
      `This table has no annotations: nothing is marked in its samples. Its rows go out as ${rowFormats.join(', ')}.`,
    );
  }
  const exporter = exporters[format];
  const header = params.labels
    ? {
        format: 'atelier-annotations' as const,
        version: 1 as const,
        ...(await markedHeader(blobs, manifest, params.labels.said)),
      }
    : await readHeader(blobs, manifest);
  const { kind } = manifest;
  if (!exporter.of.includes(kind)) {
    throw new AtelierError(
      'wrong_format',
      `"${format}" is a format of ${exporter.of.map((each) => words[each]).join(' and ')}, and this dataset is of ${words[kind]}. Choose one of: ${(params.labels ? formatsOf[kind] : formatsFor(manifest)).join(', ')}.`,
    );
  }
  const filtered = await filteredSamples(params, context);
  const said = params.labels && new Set(params.labels.samples);
  const chosen = said ? [...(filtered ?? said)].filter((sample) => said.has(sample)) : filtered;
  requireSome(chosen);
  const wanted = chosen && new Set(chosen);
  const total = chosen?.length ?? manifest.samples;
  const losses = new Losses();
  let done = 0;
  let annotations = 0;
  const counted: ExportSet = {
    manifest,
    header,
    samples: async function* () {
      done = 0;
      annotations = 0;
      for await (const sample of samplesOf(params)) {
        context.signal.throwIfAborted();
        if (wanted && !wanted.has(sample.index)) continue;
        annotations += sample.marks.annotations.length;
        context.progress({ stage: 'writing', unit: 'samples', done: ++done, total });
        yield sample;
      }
    },
  };
  const written = await filled(params.out, context, (folder) => exporter.write(counted, folder, losses));
  return { ...written, samples: total, annotations, lost: losses.list };
}

async function exportFolders(params: DataExportParams, context: ImportContext): Promise<DataExportResult> {
  const { blobs, manifest, newest } = params;
  const formats = formatsFor(manifest);
  if (!formats.includes(folders)) {
    throw new AtelierError(
      'wrong_format',
      `"${folders}" is a format of images, sounds, and texts with a class each; this table has no such text or target. Choose one of: ${formats.join(', ')}.`,
    );
  }
  const chosen = await filteredSamples(params, context);
  requireSome(chosen);
  const lost = new Losses();
  if (manifest.annotations) lost.add('annotations', await markedIn(blobs, manifest, chosen));
  let samples = 0;
  const written = await filled(params.out, context, async (folder) => {
    samples = await writeFolders({ blobs, manifest, chosen, newest }, folder, lost, context);
  });
  return { ...written, samples, annotations: 0, lost: lost.list };
}

async function exportRows(
  params: DataExportParams,
  format: RowFormat,
  context: ImportContext,
): Promise<DataExportResult> {
  const { blobs, manifest, name = '' } = params;
  if (manifest.kind !== 'table') {
    const formats = formatsFor(manifest);
    throw new AtelierError(
      'wrong_format',
      `"${format}" is a format of tables, and this dataset is of ${words[manifest.kind]}. Choose one of: ${formats.join(', ')}.`,
    );
  }
  const chosen = await filteredSamples(params, context);
  requireSome(chosen);
  const lost = new Losses();
  if (manifest.annotations) lost.add('annotations', await markedIn(blobs, manifest, chosen));
  const written = await filled(params.out, context, (folder) =>
    writeRows({ blobs, manifest, chosen, name, format }, folder, context),
  );
  return { ...written, samples: chosen?.length ?? manifest.samples, annotations: 0, lost: lost.list };
}

/** Null: all of them. */
async function filteredSamples(
  { blobs, manifest, filter = [] }: DataExportParams,
  { signal }: ImportContext,
): Promise<Int32Array | null> {
  return filter.length > 0 ? selectSamples(blobs, manifest, filter, signal) : null;
}

function requireSome(chosen: ArrayLike<number> | null | undefined): void {
  if (chosen?.length !== 0) return;
  throw new AtelierError('nothing_selected', 'No sample meets the filter, so there is nothing to export. Widen it.');
}

/** The folder is there with all that `write` puts into it, or nothing of it. */
async function filled(
  out: string,
  { signal }: ImportContext,
  write: (folder: ExportFolder) => Promise<void>,
): Promise<Pick<DataExportResult, 'path' | 'files' | 'bytes'>> {
  const folder = await ExportFolder.open(out);
  try {
    await write(folder);
    signal.throwIfAborted();
    await folder.finish();
  } catch (error) {
    await folder.abort();
    throw error;
  }
  return { path: folder.path, files: folder.files, bytes: folder.bytes };
}

async function markedIn(blobs: string, manifest: Manifest, chosen: Int32Array | null): Promise<number> {
  const wanted = chosen && new Set(chosen);
  let count = 0;
  const all = eachAnnotations(blobs, manifest, wanted ? (sample) => wanted.has(sample) : undefined);
  for await (const { annotations } of all) count += annotations.length;
  return count;
}

async function* samplesOf({ blobs, manifest, images, newest, labels }: DataExportParams): AsyncGenerator<ExportSample> {
  const split = await readBlob(blobs, manifest.blobs.split);
  const { names } = manifest.blobs;
  const paths = names ? (JSON.parse(Buffer.from(await readBlob(blobs, names)).toString()) as string[]) : [];
  const kept =
    images && manifest.kind === 'images' && (manifest.blobs.references ?? partsOf(manifest)[0].originals) !== undefined;
  const rows = manifest.kind === 'table' ? eachRowOf(blobs, manifest) : null;
  const textAt = manifest.columns.indexOf(spanColumn(manifest.columns)!);
  let index = 0;
  try {
    const all = labels ? markedSamples(blobs, manifest, labels.said, { newest }) : eachAnnotations(blobs, manifest);
    for await (const marks of all) {
      const at = index++;
      const cells = rows ? ((await rows.next()).value ?? []) : [];
      const original = kept ? async () => (await readOriginalFile(blobs, manifest, at, newest))! : null;
      yield {
        index: at,
        name: paths[at] ?? '',
        split: splitNames[split[at]],
        marks,
        text: cells[textAt] ?? '',
        cells,
        original,
      };
    }
  } finally {
    await rows?.return(undefined);
  }
}
