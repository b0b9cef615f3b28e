import { format } from './format.ts';
import { m } from './messages.ts';
import { stepInSentence, stepWord } from './steps.ts';

/** Of a step as versions keep it: "fill", "fill (age, city and 2 more)". "(off)" is no column where nothing follows it. */
const step = String.raw`([a-z][a-z-]*)(?: \((?!off\)(?:, |: |$))(.+?)\))?`;
const end = String.raw`(?=, |: (?:all )?\d|$)`;
const stepForms = {
  added: new RegExp(String.raw`\+ ${step}( \(off\))?${end}`, 'sy'),
  removed: new RegExp(String.raw`− ${step}${end}`, 'sy'),
  done: new RegExp(String.raw`${step} (changed|on|off)${end}`, 'sy'),
  order: new RegExp(`order changed${end}`, 'sy'),
};
const done = { changed: m.change_step_changed, on: m.change_step_on, off: m.change_step_off };

/** "age, city and 2 more": what follows a step's name in parentheses, '' without columns. */
function columnsSaid(columns: string | undefined): string {
  if (columns === undefined) return '';
  const more = /^(.+) and (\d+) more$/s.exec(columns);
  const said = more ? m.change_columns_more({ columns: more[1], n: more[2] }) : columns;
  return m.change_step_columns({ columns: said });
}
const counted = (text: string) => ({ count: Number(text), n: format.integer(Number(text)) });

/** What became of rows, images and sounds, as told after the steps. */
const tails: readonly [RegExp, (found: RegExpExecArray) => string][] = [
  [/^(\d+) rows? left out$/, ([, n]) => m.change_rows_out(counted(n))],
  [/^(\d+) rows? more$/, ([, n]) => m.change_rows_more(counted(n))],
  [/^(\d+) rows? back$/, ([, n]) => m.change_rows_back(counted(n))],
  [/^(\d+) spans? left out with the text$/, ([, n]) => m.change_spans_out(counted(n))],
  [/^all (\d+) (?:images|sounds)$/, ([, n]) => m.change_files_all({ n: counted(n).n })],
  [/^(\d+) of (\d+) (?:images|sounds)$/, ([, n, of]) => m.change_files_some({ n: counted(n).n, of: counted(of).n })],
  [/^(\d+) left out by ([a-z-]+)$/, ([, n, kind]) => m.change_left_by({ n: counted(n).n, step: stepWord(kind) })],
  [/^(\d+) cop(?:y|ies) by ([a-z-]+)$/, ([, n, kind]) => m.change_copies_by({ ...counted(n), step: stepWord(kind) })],
];

function tailWords(text: string): string | null {
  for (const [form, words] of tails) {
    const found = form.exec(text);
    if (found) return words(found);
  }
  return null;
}

/**
 * What differs between two recipes, from how `recipes/change.ts` writes it: "+ fill (age), − trim, bins off, 24 rows left out". Null where it is
 * of no known form: columns can be called as they please.
 */
export function recipeChangeWords(change: string): string | null {
  const said: string[] = [];
  let at = 0;
  const next = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    const found = form.exec(change);
    if (found) at = form.lastIndex;
    return found;
  };
  while (at < change.length) {
    let found: RegExpExecArray | null;
    if ((found = next(stepForms.added))) {
      const name = `${stepInSentence(found[1])}${columnsSaid(found[2])}`;
      said.push(found[3] ? m.change_step_added_off({ step: name }) : name);
    } else if ((found = next(stepForms.removed)))
      said.push(m.change_step_removed({ step: stepWord(found[1]), columns: columnsSaid(found[2]) }));
    else if (next(stepForms.order)) said.push(m.change_step_order());
    else if ((found = next(stepForms.done))) {
      const words = done[found[3] as keyof typeof done];
      said.push(words({ step: stepWord(found[1]), columns: columnsSaid(found[2]) }));
    } else {
      const rest = change.slice(at).split(', ').map(tailWords);
      if (rest.length === 0 || rest.includes(null)) return null;
      said.push(...(rest as string[]));
      break;
    }
    if (change.startsWith(', ', at) || change.startsWith(': ', at)) at += 2;
  }
  return said.join(m.change_joint());
}
