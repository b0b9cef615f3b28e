import type { ColumnRole, ColumnType } from '../../src-main/shared/dataset.ts';
import { m } from './messages.ts';
import { columnRoleWord, columnTypeWord } from './terms.ts';

const types: readonly string[] = ['number', 'category', 'text'] satisfies ColumnType[];
const roles: readonly string[] = ['feature', 'target', 'ignored'] satisfies ColumnRole[];

const word = (text: string) =>
  types.includes(text)
    ? columnTypeWord(text as ColumnType)
    : roles.includes(text)
      ? columnRoleWord(text as ColumnRole)
      : text;

/** What changed from the version before. Versions keep it in English; what is not of a known form shows as it was kept. */
export function changeWords(change: string): string {
  const recipe = /^recipe: (.+)$/s.exec(change);
  if (recipe) return m.change_recipe({ steps: recipe[1] });
  return change
    .split(/, (?=[^,]*: )/)
    .map((part) => {
      const source = /^imported from (.+)$/s.exec(part);
      if (source) return m.change_imported({ source: source[1] });
      const split = /^split: (.+), seed (\d+)$/.exec(part);
      if (split) return m.change_split({ shares: split[1], seed: split[2] });
      const target = /^target: (.+) → (.+)$/.exec(part);
      if (target) {
        const name = (text: string) => (text === 'none' ? m.target_none() : text);
        return m.change_target({ before: name(target[1]), after: name(target[2]) });
      }
      const column = /^(.+): (\w+) → (\w+)$/.exec(part);
      if (column) return m.change_column({ name: column[1], before: word(column[2]), after: word(column[3]) });
      return part;
    })
    .join(m.change_joint());
}
