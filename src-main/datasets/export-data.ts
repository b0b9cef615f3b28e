import { spanColumn, splitNames, type DatasetKind } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import {
  formatsOf,
  type DataExportParams,
  type DataExportResult,
  type DataFormat,
} from '../shared/work/export-data.ts';
import { markedHeader, markedSamples } from './annotations/marked-samples.ts';
import { eachAnnotations, readHeader } from './annotations/read.ts';
import { readBlob } from './blobs.ts';
import { coco } from './exporters/coco.ts';
import { conll } from './exporters/conll.ts';
import { csv } from './exporters/csv.ts';
import { Losses, type DataExporter, type ExportSample, type ExportSet } from './exporters/exporter.ts';
import { ExportFolder } from './exporters/folder.ts';
import { partsOf, readOriginalFile } from './images/pixels.ts';
import { jsonl } from './exporters/jsonl.ts';
import { labelStudio } from './exporters/label-studio.ts';
import { labelme } from './exporters/labelme.ts';
import { masks } from './exporters/masks.ts';
import { spacy } from './exporters/spacy.ts';
import { voc } from './exporters/voc.ts';
import { yolo } from './exporters/yolo.ts';
import { selectSamples } from './filters/select.ts';
import { eachRowOf } from './tables/each-row.ts';
import type { ImportContext } from './import-context.ts';

const exporters: Record<DataFormat, DataExporter> = {
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
 * Writes a version with annotations as files of another program's form, into a folder that is absent or empty: it is there whole, or not at
 * all. Throws `no_annotations`, `wrong_format`, `folder_not_empty`, `nothing_selected`, and what a condition can be wrong in.
 */
export async function exportData(params: DataExportParams, context: ImportContext): Promise<DataExportResult> {
  const { blobs, manifest, format } = params;
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
      `"${format}" is a format of ${exporter.of.map((each) => words[each]).join(' and ')}, and this dataset is of ${words[kind]}. Choose one of: ${formatsOf[kind].join(', ')}.`,
    );
  }
  const filter = params.filter ?? [];
  const filtered = filter.length > 0 ? await selectSamples(blobs, manifest, filter, context.signal) : null;
  const said = params.labels && new Set(params.labels.samples);
  const chosen = said ? [...(filtered ?? said)].filter((sample) => said.has(sample)) : filtered;
  if (chosen?.length === 0) {
    throw new AtelierError('nothing_selected', 'No sample meets the filter, so there is nothing to export. Widen it.');
  }
  const wanted = chosen && new Set(chosen);
  const total = chosen?.length ?? manifest.samples;
  const losses = new Losses();
  const folder = await ExportFolder.open(params.out);
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
  try {
    await exporter.write(counted, folder, losses);
    context.signal.throwIfAborted();
    await folder.finish();
  } catch (error) {
    await folder.abort();
    throw error;
  }
  return {
    path: folder.path,
    files: folder.files,
    bytes: folder.bytes,
    samples: total,
    annotations,
    lost: losses.list,
  };
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
