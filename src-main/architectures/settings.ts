// Settings as people (or a command line) give them → complete and checked.

import { AtelierError } from '../shared/errors.ts';
import { didYouMean } from '../shared/near-names.ts';
import type { SettingField, SettingValue } from '../shared/run.ts';
import { readTokenizerRef } from '../shared/text.ts';
import type { Architecture, Settings } from './architecture.ts';

const refuse = (key: string, value: SettingValue, wanted: string): AtelierError =>
  new AtelierError('invalid_settings', `${key}=${value}: ${wanted}`);

/** "128,64" → [128, 64]. */
export const integersOf = (value: SettingValue): number[] =>
  String(value)
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);

function checked(field: SettingField, value: SettingValue): SettingValue {
  const { key } = field;
  switch (field.kind) {
    case 'integer':
    case 'number': {
      // A command line gives everything as text.
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const whole = field.kind === 'integer';
      if (
        typeof number !== 'number' ||
        !(number >= field.min && number <= field.max) ||
        (whole && !Number.isInteger(number))
      ) {
        throw refuse(key, value, `${whole ? 'a whole number' : 'a number'} from ${field.min} to ${field.max}`);
      }
      return number;
    }
    case 'tokenizer':
      if (!field.choices.includes(String(value)) && !readTokenizerRef(String(value)))
        throw refuse(key, value, `one of ${field.choices.join(', ')}, or a tokenizer.json`);
      return String(value);
    case 'choice':
      if (!field.choices.includes(String(value))) throw refuse(key, value, `one of ${field.choices.join(', ')}`);
      return String(value);
    case 'boolean':
      if (![true, false, 'true', 'false'].includes(value as boolean | string))
        throw refuse(key, value, 'true or false');
      return value === true || value === 'true';
    case 'integers': {
      const list = integersOf(value);
      const wrong = list.some((each) => !Number.isInteger(each) || each < field.min || each > field.max);
      if (wrong || list.length > field.maxLength) {
        throw refuse(
          key,
          value,
          `at most ${field.maxLength} whole numbers from ${field.min} to ${field.max}, with commas`,
        );
      }
      return list.join(',');
    }
  }
}

/** Fills in defaults and checks ranges. Errors: invalid_settings, naming the setting, its value and what is allowed. */
export function completeSettings(architecture: Pick<Architecture, 'id' | 'fields'>, given: Settings): Settings {
  const known = architecture.fields.map(({ key }) => key);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new AtelierError(
        'invalid_settings',
        `${architecture.id} has no setting "${key}".${didYouMean(key, known)} "atelier architectures" lists those that it has.`,
      );
    }
  }
  return Object.fromEntries(
    architecture.fields.map((field) => [field.key, checked(field, given[field.key] ?? field.default)]),
  );
}
