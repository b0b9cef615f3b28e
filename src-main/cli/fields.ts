import type { SettingField } from '../shared/run.ts';

/** What a setting may be, in words. */
export function rangeOf(field: SettingField): string {
  switch (field.kind) {
    case 'integer':
      return `whole number, ${field.min} to ${field.max}`;
    case 'number':
      return `${field.min} to ${field.max}`;
    case 'choice':
      return field.choices.join(', ');
    case 'boolean':
      return 'true or false';
    case 'integers':
      return `up to ${field.maxLength} whole numbers, ${field.min} to ${field.max}, separated by commas`;
  }
}

export const defaultOf = (field: SettingField): string => (field.default === '' ? 'none' : String(field.default));
