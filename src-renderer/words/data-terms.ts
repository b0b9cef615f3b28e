import type { ColumnRole, ColumnType, DatasetKind, ImageShape, SplitName } from '../../src-main/shared/dataset.ts';
import type { ColumnWarning } from '../../src-main/shared/profile.ts';
import { format } from './format.ts';
import { look, type Words } from './keyed.ts';
import { m } from './messages.ts';

export const splits: Record<SplitName, () => string> = {
  train: m.split_train,
  validation: m.split_validation,
  test: m.split_test,
};
export const splitWord = (split: SplitName) => splits[split]();
const shortSplits: Record<SplitName, () => string> = {
  train: m.split_short_train,
  validation: m.split_short_validation,
  test: m.split_short_test,
};
export const splitShort = (split: SplitName) => shortSplits[split]();
export const splitColour = (split: SplitName) => `var(--${split})`;

const datasetKinds: Record<DatasetKind, () => string> = {
  table: m.kind_table,
  images: m.kind_images,
  audio: m.kind_sounds,
};
export const datasetKindWord = (kind: DatasetKind) => datasetKinds[kind]();

const columnTypes: Record<ColumnType, () => string> = {
  number: m.type_number,
  category: m.type_category,
  text: m.type_text,
};
export const columnTypeWord = (type: ColumnType) => columnTypes[type]();

const columnRoles: Record<ColumnRole, () => string> = {
  feature: m.role_feature,
  target: m.role_target,
  ignored: m.role_ignored,
};
export const columnRoleWord = (role: ColumnRole) => columnRoles[role]();

const columnNotes: Words = {
  all_missing: m.column_note_all_missing,
  constant: m.column_note_constant,
  identifier: m.column_note_identifier,
  text: m.column_note_text,
};
export const columnNote = (code: string) => look(columnNotes, code);

const columnWarnings: Record<ColumnWarning, () => string> = {
  all_missing: m.column_note_all_missing,
  mostly_missing: m.column_warning_mostly_missing,
  constant: m.column_note_constant,
  identifier: m.column_note_identifier,
};
export const columnWarning = (warning: ColumnWarning) => columnWarnings[warning]();

/** Where in the source something is: a file's path as it is, a line or record in words. */
export function whereText(where: string): string {
  const [, what, n] = /^(line|record) (\d+)$/.exec(where) ?? [];
  if (what === 'line') return m.line_n({ n });
  return what === 'record' ? m.record_n({ n }) : where;
}

/** "28 × 28 px, grey". */
export const imageWords = ({ width, height, channels }: ImageShape) =>
  m.image_shape({
    width: format.integer(width),
    height: format.integer(height),
    channels: channels === 1 ? m.channels_grey() : m.channels_rgb(),
  });
