import { AtelierError } from '../../shared/errors.ts';
import type { State, StepKind } from './step.ts';
import { numberSqlOf, textSql } from './values.ts';

/** Leaves out images or sounds that have no class, no annotation, or (`both`) neither. */
export const unlabelled: StepKind = {
  kind: 'unlabelled',
  group: 'rows',
  of: ['images', 'audio'],
  model: 'apart',
  fields: [{ key: 'without', kind: 'choice', default: 'class', choices: ['class', 'annotations', 'both'] }],
  keep(state, { without }) {
    const has = {
      class: () => `${textSql(known(state, 'class', 'classes'))} IS NOT NULL`,
      annotations: () => `${numberSqlOf(known(state, 'annotations', 'annotations'))} > 0`,
    };
    if (without === 'both') return { where: `(${has.class()} OR ${has.annotations()})` };
    return { where: without === 'class' ? has.class() : has.annotations() };
  },
};

function known(state: State, name: string, words: string): State[number] {
  const found = state.find((column) => column.name === name);
  if (found) return found;
  throw new AtelierError(
    'invalid_settings',
    `No sample of this dataset has ${words}: all would be left out. Choose another setting, or label some first.`,
  );
}
