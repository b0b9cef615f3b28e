import type { DatasetKind } from '../../src-main/shared/dataset.ts';
import {
  formatsFor,
  formatsOf,
  isRowFormat,
  type DataFormat,
  type ExportedAs,
  type MarkFormat,
} from '../../src-main/shared/work/export-data.ts';
import { m } from './messages.ts';

/** Formats go by their own names in every language. */
const formats: Record<DataFormat, { label: () => string; detail: () => string }> = {
  coco: { label: () => 'COCO', detail: m.export_data_coco },
  yolo: { label: () => 'YOLO', detail: m.export_data_yolo },
  voc: { label: () => 'Pascal VOC', detail: m.export_data_voc },
  labelme: { label: () => 'LabelMe', detail: m.export_data_labelme },
  masks: { label: m.export_data_masks_name, detail: m.export_data_masks },
  csv: { label: () => 'CSV', detail: m.export_data_csv },
  conll: { label: () => 'CoNLL', detail: m.export_data_conll },
  spacy: { label: () => 'spaCy', detail: m.export_data_spacy },
  'label-studio': { label: () => 'Label Studio', detail: m.export_data_label_studio },
  jsonl: { label: () => 'JSON Lines', detail: m.export_data_jsonl },
  folders: { label: m.export_data_folders_name, detail: m.export_data_folders },
  'rows-csv': { label: () => 'CSV', detail: m.export_data_rows_csv },
  'rows-jsonl': { label: () => 'JSON Lines', detail: m.export_data_rows_jsonl },
  'rows-parquet': { label: () => 'Parquet', detail: m.export_data_rows_parquet },
};

export interface FormatChoice<Format extends DataFormat> {
  value: Format;
  label: string;
  detail: string;
}

/** What annotated samples of this kind can be written as. */
export const markChoices = (kind: DatasetKind): FormatChoice<MarkFormat>[] =>
  formatsOf[kind].map((value) => ({ value, label: formats[value].label(), detail: formats[value].detail() }));

/** What a version can be written as. Where CSV may be of rows or of annotations, it says which. */
export const formatChoices = (manifest: ExportedAs): FormatChoice<DataFormat>[] =>
  formatsFor(manifest).map((value) => {
    const name = formats[value].label();
    const label = manifest.annotations && isRowFormat(value) ? m.export_data_rows_name({ name }) : name;
    return { value, label, detail: formats[value].detail() };
  });
