import type { SettingField } from '../../../src-main/shared/run.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { choiceWord } from '../../words/setting-terms.ts';
import { smallestRate } from './fields.ts';
import type { Problem } from './fields.ts';

const bounds = (field: { min: number; max: number }) => ({
  min: format.figure(field.min),
  max: format.figure(field.max),
});

export function rangeWords(field: SettingField): string | undefined {
  if (field.kind === 'integer' || field.kind === 'number') {
    return field.min === smallestRate ? m.range_above_zero({ max: format.figure(field.max) }) : m.range(bounds(field));
  }
  if (field.kind === 'integers') return m.range_list({ ...bounds(field), length: format.integer(field.maxLength) });
  return undefined;
}

export function problemWords(field: SettingField, problem: Problem): string {
  switch (problem) {
    case 'required':
      return m.error_required();
    case 'number':
      return m.error_number();
    case 'whole':
      return m.error_whole();
    case 'choice':
      return m.error_choice();
    case 'synonyms':
      return m.error_lacks_synonyms();
    case 'list':
      return m.error_list();
    case 'list_length':
      return m.error_list_length({ length: field.kind === 'integers' ? format.integer(field.maxLength) : '' });
    case 'range':
    case 'list_range':
      if ('min' in field && field.min === smallestRate) return m.error_above_zero({ max: format.figure(field.max) });
      return 'min' in field ? m.error_range(bounds(field)) : m.error_choice();
  }
}

export function standardWords(field: SettingField): string {
  if (field.kind === 'choice' || field.kind === 'tokenizer') return choiceWord(field.default);
  if (field.kind === 'boolean') return field.default ? m.yes() : m.no();
  if (typeof field.default === 'number') return format.figure(field.default);
  return field.default === '' ? m.choice_none() : field.default;
}
