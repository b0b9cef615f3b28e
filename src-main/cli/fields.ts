import type { InputKind } from '../shared/input-kinds.ts';
import type { SettingField } from '../shared/run.ts';

/** What a setting may be, in words. */
function rangeOf(field: SettingField): string {
  switch (field.kind) {
    case 'integer':
      return `whole number, ${field.min} to ${field.max}`;
    case 'number':
      return `${field.min} to ${field.max}`;
    case 'choice':
      return field.choices.join(', ');
    case 'tokenizer':
      return `${field.choices.join(', ')}, or the path of a tokenizer.json`;
    case 'boolean':
      return 'true or false';
    case 'integers':
      return `up to ${field.maxLength} whole numbers, ${field.min} to ${field.max}, separated by commas`;
  }
}

/** The same with its default, and the data it is for where that is not all. */
export const fieldRange = (field: SettingField): string =>
  `${rangeOf(field)} (default ${defaultOf(field)}${field.only ? `; ${onlyWords[field.only]} only` : ''})`;

const onlyWords: Record<InputKind, string> = {
  image: 'images',
  audio: 'sounds',
  table: 'tables',
  series: 'series',
  pair: 'pairs',
  text: 'texts',
};

const defaultOf = (field: SettingField): string => (field.default === '' ? 'none' : String(field.default));
