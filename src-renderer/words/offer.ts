import type { ImportOffer } from '../../src-main/shared/work/import.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** "412 images in 6 folders → new dataset": what an import would do, before it is done. */
export function offerSentence(offer: ImportOffer): string {
  const files = { count: offer.files, n: format.integer(offer.files) };
  const size = format.bytes(offer.bytes);
  switch (offer.kind) {
    case 'image-folder':
      if (offer.classTable)
        return m.offer_images_table({ images: m.images_count(files), file: tablesIn(offer.classTable), size });
      if (offer.folders === 0) return m.offer_images_flat({ images: m.images_count(files), size });
      return m.offer_images({
        images: m.images_count(files),
        folders: m.folders_count({ count: offer.folders, n: format.integer(offer.folders) }),
        size,
      });
    case 'audio-folder':
      if (offer.classTable)
        return m.offer_sounds_table({ sounds: m.sounds_count(files), file: tablesIn(offer.classTable), size });
      if (inTable(offer)) return m.offer_sounds_in({ files: m.files_count(files), format: inParquet, size });
      if (offer.folders === 0) return m.offer_sounds_flat({ sounds: m.sounds_count(files), size });
      return m.offer_sounds({
        sounds: m.sounds_count(files),
        folders: m.folders_count({ count: offer.folders, n: format.integer(offer.folders) }),
        size,
      });
    case 'text-folder':
      return m.offer_texts({
        texts: m.texts_count(files),
        folders: m.folders_count({ count: offer.folders, n: format.integer(offer.folders) }),
        size,
      });
    case 'corpus':
      return m.offer_corpus({ texts: m.texts_count(files), size });
    case 'coco':
    case 'yolo':
    case 'voc':
    case 'csv-boxes':
    case 'labelme':
    case 'masks':
      return m.offer_annotated({ images: m.images_count(files), format: formatName(offer.kind), size });
    case 'jsonl':
    case 'label-studio':
      // Images, where there are more files than its own.
      if (offer.files > offer.folders) {
        return m.offer_annotated({ images: m.images_count(files), format: formatName(offer.kind), size });
      }
      return m.offer_annotated_texts({ files: m.files_count(files), format: formatName(offer.kind), size });
    case 'hugging-face':
      return m.offer_images_in({ files: m.files_count(files), format: formatName(offer.kind), size });
    case 'conll':
    case 'spacy':
    case 'hugging-face-texts':
      return m.offer_annotated_texts({ files: m.files_count(files), format: formatName(offer.kind), size });
    case 'idx':
      return m.offer_idx({ files: m.files_count(files), size });
    case 'image-array':
      return m.offer_array({ files: m.files_count(files), size });
    case 'table':
      // What is packed is not unpacked to be looked at.
      if (offer.columns.length === 0) return m.offer_table_unseen({ files: m.files_count(files), size });
      return m.offer_table({
        columns: m.columns_count({ count: offer.columns.length, n: format.integer(offer.columns.length) }),
        files: m.files_count(files),
        size,
      });
  }
}

/** The tables that classes are taken from. */
const tablesIn = ({ files: [first, ...others] }: NonNullable<ImportOffer['classTable']>): string =>
  others.length === 0 ? first : `${first}, …`;

const inParquet = 'Hugging Face';
/** Sounds that a table's cells hold. */
const inTable = ({ columns }: ImportOffer): boolean => columns.length > 0;

/** One of several configurations of a data set says which. */
const within = ({ file }: ImportOffer, what: string): string =>
  file === null ? what : m.found_in({ name: file, what });

/** What one of several offers is called in a list: a table by its file, the others by what they are. */
export function offerName(offer: ImportOffer): string {
  const count = { count: offer.files, n: format.integer(offer.files) };
  const folders = m.folders_count({ count: offer.folders, n: format.integer(offer.folders) });
  switch (offer.kind) {
    case 'image-folder':
      if (offer.classTable)
        return m.found_images_table({ images: m.images_count(count), file: tablesIn(offer.classTable) });
      if (offer.folders === 0) return m.found_images_flat({ images: m.images_count(count) });
      return m.found_images({ images: m.images_count(count), folders });
    case 'audio-folder':
      if (offer.classTable)
        return m.found_sounds_table({ sounds: m.sounds_count(count), file: tablesIn(offer.classTable) });
      if (inTable(offer)) return within(offer, m.found_sounds_in({ format: inParquet }));
      if (offer.folders === 0) return m.found_sounds_flat({ sounds: m.sounds_count(count) });
      return m.found_sounds({ sounds: m.sounds_count(count), folders });
    case 'text-folder':
      return m.found_texts({ texts: m.texts_count(count), folders });
    case 'corpus':
      return m.texts_count(count);
    case 'coco':
    case 'yolo':
    case 'voc':
    case 'csv-boxes':
    case 'labelme':
    case 'masks':
      return m.found_annotated({ images: m.images_count(count), format: formatName(offer.kind) });
    case 'jsonl':
    case 'label-studio':
      if (offer.files > offer.folders) {
        return m.found_annotated({ images: m.images_count(count), format: formatName(offer.kind) });
      }
      return m.found_annotated_texts({ format: formatName(offer.kind) });
    case 'hugging-face':
      return within(offer, m.found_images_in({ format: formatName(offer.kind) }));
    case 'hugging-face-texts':
      return within(offer, m.found_annotated_texts({ format: formatName(offer.kind) }));
    case 'conll':
    case 'spacy':
      return m.found_annotated_texts({ format: formatName(offer.kind) });
    case 'idx':
      return m.found_idx();
    case 'image-array':
      return m.found_array();
    case 'table':
      if (offer.file === null) return m.found_table();
      return offer.sheet === null ? offer.file : m.found_sheet({ file: offer.file, sheet: offer.sheet });
  }
}

type AnnotatedKind =
  | 'coco'
  | 'yolo'
  | 'voc'
  | 'csv-boxes'
  | 'conll'
  | 'label-studio'
  | 'labelme'
  | 'masks'
  | 'spacy'
  | 'hugging-face'
  | 'hugging-face-texts'
  | 'jsonl';

/** Formats go by their own names in every language. */
const formatName = (kind: AnnotatedKind): string =>
  kind === 'csv-boxes'
    ? m.format_csv_boxes()
    : kind === 'masks'
      ? m.format_masks()
      : {
          coco: 'COCO',
          yolo: 'YOLO',
          voc: 'Pascal VOC',
          conll: 'CoNLL',
          'label-studio': 'Label Studio',
          labelme: 'LabelMe',
          spacy: 'spaCy',
          'hugging-face': inParquet,
          'hugging-face-texts': inParquet,
          jsonl: 'JSON Lines',
        }[kind];
