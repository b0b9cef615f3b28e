import { format } from './format.ts';
import { locale } from './locale.svelte.ts';
import { m } from './messages.ts';

const codes: Record<string, () => string> = {
  encoding: m.note_encoding,
  delimiter: m.note_delimiter,
  dialect: m.note_dialect,
  damaged_text: m.note_damaged_text,
  skipped_lines: m.note_skipped_lines,
  rejected: m.note_rejected,
  target_missing: m.note_target_missing,
  no_target: m.note_no_target,
  no_features: m.note_no_features,
  decimal_comma: m.note_decimal_comma,
  resized: m.note_resized,
  resampled: m.note_resampled,
  converted: m.note_converted,
  single_class: m.note_single_class,
  several_classes: m.note_several_classes,
  no_header: m.note_no_header,
  duplicate_names: m.note_duplicate_names,
  target_guessed: m.note_target_guessed,
  given_split: m.note_given_split,
  small_class: m.note_small_class,
  empty_class: m.note_empty_class,
  no_classes: m.note_no_classes,
  nested: m.note_nested,
  binary_left_out: m.note_binary_left_out,
  cut_short: m.note_cut_short,
  also_found: m.note_also_found,
  class_table: m.note_class_table,
  form_beside: m.note_form_beside,
  names_tell: m.note_names_tell,
  unlabelled_beside: m.note_unlabelled_beside,
  scaled: m.note_scaled,
  channels_first: m.note_channels_first,
  arrays_left_out: m.note_arrays_left_out,
  error_cells: m.note_error_cells,
  joined_headings: m.note_joined_headings,
  merged_cells: m.note_merged_cells,
  formulas_without_values: m.note_formulas_without_values,
  misnamed: m.note_misnamed,
  passed_over: m.note_passed_over,
  corpus: m.note_corpus,
  cut_into_parts: m.note_cut_into_parts,
  size_differs: m.note_size_differs,
  annotations_outside: m.note_annotations_outside,
  annotations_empty: m.note_annotations_empty,
  annotations_duplicate: m.note_annotations_duplicate,
  class_numbers: m.note_class_numbers,
  unmarked: m.note_unmarked,
  tags_repaired: m.note_tags_repaired,
  tags_unsaid: m.note_tags_unsaid,
  other_annotators: m.note_other_annotators,
  spans_lost: m.note_spans_lost,
};

const number = (text: string) => format.integer(Number(text));
const counted = (text: string) => ({ count: Number(text), n: number(text) });

/** Notes that can be said whole: their English form, and its words. */
const wholes: readonly [RegExp, (found: RegExpExecArray) => string][] = [
  [
    /^The recipe left these no text, so they were left out: spans (\d+), relations (\d+)\. Spans shortened: (\d+)\./,
    ([, lost, parted, cut]) =>
      m.note_whole_spans_lost({ lost: number(lost), parted: number(parted), cut: number(cut) }),
  ],
  [
    /^The images are of different sizes or larger than (\d+) pixels\. They were scaled to lie whole inside (\d+) × (\d+) pixels/,
    ([, most, width, height]) => m.note_whole_resized({ most, width, height }),
  ],
  [
    /^(\d+|One) files? could not be (?:read|used) and (?:was|were) left out/,
    ([, n]) => m.note_whole_rejected(counted(n === 'One' ? '1' : n)),
  ],
  [/^(\d+) other files? (?:was|were) passed over/, ([, n]) => m.note_whole_passed_over(counted(n))],
  [
    /^(\d+) of (\d+) sounds (?:is|are) of another rate; (?:it was|they were) resampled to (\d+) Hz/,
    ([, n, total, rate]) => m.note_whole_resampled({ ...counted(n), total: number(total), rate: number(rate) }),
  ],
  [
    /^(?:(\d+) (?:images|sounds) \(such as (.+)\) are|(.+) is) of another format than the name/,
    ([, n = '1', name, only]) => m.note_whole_misnamed({ ...counted(n), name: name ?? only }),
  ],
  [
    /^The cells of "(.+)" look like several classes each, with "(.+)" between them \("([^]+)"\), and were/,
    ([, column, separator, example]) => m.note_whole_several_classes({ column, separator, example }),
  ],
  [/^All (?:images|sounds) are of one class \("(.+)"\)/, ([, name]) => m.note_whole_single_class({ name })],
  [/^No (?:image|sound) of class "(.+)" could be read/, ([, name]) => m.note_whole_empty_class({ name })],
  [/^The (?:images|sounds) have no classes/, () => m.note_whole_no_classes()],
];

/** What is worth telling of how something was read. The main process writes it in English, with names and numbers in it. */
export function noteText(note: { code: string; message: string }): string {
  if (locale.current === 'en') return note.message;
  for (const [form, words] of wholes) {
    const found = form.exec(note.message);
    if (found) return words(found);
  }
  const word = codes[note.code];
  return word ? m.note_with_detail({ note: word(), detail: note.message }) : note.message;
}
