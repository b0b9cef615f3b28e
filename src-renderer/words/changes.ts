import type { ColumnRole, ColumnType } from '../../src-main/shared/dataset.ts';
import { format } from './format.ts';
import { m } from './messages.ts';
import { columnRoleWord, columnTypeWord } from './data-terms.ts';
import { recipeChangeWords } from './recipe-changes.ts';

const types: readonly string[] = ['number', 'category', 'text'] satisfies ColumnType[];
const roles: readonly string[] = ['feature', 'target', 'ignored'] satisfies ColumnRole[];

const word = (text: string) =>
  types.includes(text)
    ? columnTypeWord(text as ColumnType)
    : roles.includes(text)
      ? columnRoleWord(text as ColumnRole)
      : text;

const counted = (text: string) => ({ count: Number(text), n: format.integer(Number(text)) });

const splitForms: readonly [RegExp, (found: RegExpExecArray) => string][] = [
  [/^copies together: (\d+) samples? moved, \w+ copies into train$/, ([, n]) => m.change_together_train(counted(n))],
  [/^copies together: (\d+) samples? moved, \w+ copies into test$/, ([, n]) => m.change_together_test(counted(n))],
  [/^split: validation (.+ %), test as given, seed (\d+)$/, ([, share, seed]) => m.change_split_given({ share, seed })],
  [/^split: (.+), seed (\d+)$/, ([, shares, seed]) => m.change_split({ shares, seed })],
  [/^split at random: (.+), seed (\d+)$/, ([, shares, seed]) => m.change_split_random({ shares, seed })],
  [
    /^split grouped by (.+): (.+), seed (\d+)$/s,
    ([, key, shares, seed]) => m.change_split_grouped({ key, shares, seed }),
  ],
  [/^split by time of (.+): (.+)$/s, ([, key, shares]) => m.change_split_time({ key, shares })],
  [/^split by hash of (.+): (.+), seed (\d+)$/s, ([, key, shares, seed]) => m.change_split_hash({ key, shares, seed })],
  [
    /^split into (\d+) folds: fold (\d+) for testing, seed (\d+)$/,
    ([, folds, fold, seed]) => m.change_split_folds({ folds, fold, seed }),
  ],
  [
    /^split into (\d+) folds grouped by (.+): fold (\d+) for testing, seed (\d+)$/s,
    ([, folds, key, fold, seed]) => m.change_split_folds_grouped({ folds, key, fold, seed }),
  ],
];

function splitWords(part: string): string | null {
  for (const [form, words] of splitForms) {
    const found = form.exec(part);
    if (found) return words(found);
  }
  return null;
}

const growthForm = /^((?:\d+ (?:added|removed|changed)(?:, )?)+); imported again from (.+)$/s;
const growthWord = { added: m.growth_added, removed: m.growth_removed, changed: m.growth_changed };

/** Of a source that was imported again. */
function growthWords(change: string): string | null {
  const found = growthForm.exec(change);
  if (!found) return null;
  const parts = [...found[1].matchAll(/(\d+) (added|removed|changed)/g)];
  const counts = parts.map(([, n, what]) => growthWord[what as keyof typeof growthWord]({ n }));
  return m.change_grown({ counts: counts.join(m.change_joint()), source: found[2] });
}

/** What changed from the version before. Versions keep it in English; what is not of a known form shows as it was kept. */
export function changeWords(change: string): string {
  const recipe = /^recipe: (.+)$/s.exec(change);
  if (recipe) return m.change_recipe({ steps: recipeChangeWords(recipe[1]) ?? recipe[1] });
  const relinked = /^originals found in (.+): (\d+) of (\d+)$/s.exec(change);
  if (relinked) return m.change_relinked({ folder: relinked[1], found: relinked[2], total: relinked[3] });
  const growth = growthWords(change);
  if (growth !== null) return growth;
  return change
    .split(/, (?=[^,]*: )/)
    .map((part) => {
      const source = /^imported from (.+)$/s.exec(part);
      if (source) return m.change_imported({ source: source[1] });
      const split = splitWords(part);
      if (split !== null) return split;
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
