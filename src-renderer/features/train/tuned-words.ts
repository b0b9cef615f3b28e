import { m } from '../../words/messages.ts';
import type { FormField } from './form-fields.ts';
import { tuning } from './tuning.svelte.ts';

/** What the range in a setting's place means; null where there is none, or nothing to be said of it. */
export function tunedHelp(one: FormField): string | null {
  switch (tuning.kind(one)) {
    case undefined:
    case 'boolean':
      return null;
    case 'categorical':
      return m.tune_choices_help();
    case 'int':
    case 'float':
      return tuning.isLog(one) ? m.tune_log_help() : m.tune_range_help();
  }
}
