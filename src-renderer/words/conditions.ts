import type { Condition } from '../../src-main/shared/filter.ts';
import { format } from './format.ts';
import { m } from './messages.ts';
import { soundMeasureWord } from './sounds.ts';
import { annotationFlagWord } from './annotation-terms.ts';
import { splitWord } from './data-terms.ts';

/** A range's end, as exactly as it is. */
const end = (value: number) => format.full(value);
/** Of what was measured, a few digits are all that means something. */
const nearEnd = (value: number) => format.figure(value, 4);

function rangeWords(
  name: string,
  from: number | undefined,
  to: number | undefined,
  closed: boolean,
  words = end,
): string {
  if (from !== undefined && to !== undefined)
    return (closed ? m.filter_between_closed : m.filter_between)({ column: name, from: words(from), to: words(to) });
  if (from !== undefined) return m.filter_from({ column: name, from: words(from) });
  if (to !== undefined) return (closed ? m.filter_at_most : m.filter_below)({ column: name, to: words(to) });
  return m.filter_present({ column: name });
}

const several = (values: readonly string[]) =>
  values.length <= 3
    ? values.join(', ')
    : m.filter_some({ first: values.slice(0, 2).join(', '), n: format.integer(values.length - 2) });

/** What a filter's chip says. */
export function conditionWords(condition: Condition): string {
  switch (condition.kind) {
    case 'values':
      return m.filter_is({ column: condition.column, values: several(condition.values) });
    case 'range':
      return rangeWords(condition.column, condition.from, condition.to, condition.closed ?? false);
    case 'missing':
      return (condition.missing ? m.filter_missing : m.filter_present)({ column: condition.column });
    case 'contains':
      return m.filter_contains({ column: condition.column, text: condition.text });
    case 'word':
      return m.filter_word({ column: condition.column, word: condition.word });
    case 'sound':
      return rangeWords(
        soundMeasureWord(condition.what),
        condition.from,
        condition.to,
        condition.closed ?? false,
        nearEnd,
      );
    case 'length':
      return rangeWords(m.filter_words_of({ column: condition.column }), condition.from, condition.to, false);
    case 'split':
      return several(condition.splits.map(splitWord));
    case 'class':
      return several(condition.classes);
    case 'labelled':
      return condition.labelled ? m.filter_labelled() : m.unlabelled();
    case 'mark':
      return [condition.class ?? [], condition.flag ? annotationFlagWord(condition.flag) : []].flat().join(', ');
    case 'samples':
      return condition.name ?? m.filter_samples();
    case 'sql':
      return condition.expression.replace(/\s+/g, ' ');
  }
}
