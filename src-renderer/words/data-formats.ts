import type { DatasetKind } from '../../src-main/shared/dataset.ts';
import { formatsOf, type DataFormat } from '../../src-main/shared/work/export-data.ts';
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
};

/** What annotated samples of this kind can be written as. */
export const formatChoices = (kind: DatasetKind): { value: DataFormat; label: string; detail: string }[] =>
  formatsOf[kind].map((value) => ({ value, label: formats[value].label(), detail: formats[value].detail() }));
