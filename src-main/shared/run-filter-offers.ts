import type { RunField, RunFields } from './run-fields.ts';

/** What can be written next in a filter of runs, at the caret. */
export interface FilterOffers {
  /** The part of the text that an offer takes the place of. */
  from: number;
  to: number;
  offers: string[];
}

const operators = ['=', '!=', '<', '<=', '>', '>=', '~', '!~', 'in', 'exists'];
const joints = ['and', 'or'];
const most = 50;

/** `valuesOf`: what runs have in a field, for those of few values. Names that are no single word come in quotes. */
export function filterOffers(
  text: string,
  caret: number,
  fields: RunFields,
  valuesOf: (field: RunField) => readonly string[],
): FilterOffers {
  const before = text.slice(0, caret);
  const typed = /[^\s()",=<>!~`]*$/.exec(before)![0];
  const from = caret - typed.length;
  const to = caret + /^[^\s()",=<>!~`]*/.exec(text.slice(caret))![0].length;
  const head = before.slice(0, from);
  const offers = (names: readonly string[]): FilterOffers => ({ from, to, offers: fitting(names, typed) });

  const tag = /^tag:(.*)$/i.exec(typed);
  if (tag) {
    const tags = valuesOf({ kind: 'fact', key: 'tags' }).map((each) => `tag:${quoted(each)}`);
    return offers(tags);
  }
  const comparing = /(?:`([^`]*)`|"([^"]*)"|([^\s()",=<>!~`]+))\s*(?:=|!=|==|<=?|>=?|!?~)\s*$/.exec(head);
  const among = /(?:`([^`]*)`|([^\s()",=<>!~`]+))\s+in\s*\([^()]*$/i.exec(head);
  const asked = comparing ?? among;
  if (asked) {
    const field = fields.find(asked.slice(1).find((part) => part !== undefined)!);
    return offers(field ? valuesOf(field).map(quoted) : []);
  }
  const word = /(?:`([^`]*)`|([^\s()",=<>!~`]+))\s+$/.exec(head);
  const name = word?.[1] ?? word?.[2];
  if (name && !/^(?:and|or|not)$/i.test(name) && !endsCondition(head)) {
    return offers(fields.find(name) ? operators : joints);
  }
  if (name && endsCondition(head)) return offers(joints);
  return offers(['not', 'tag:', ...fields.names.map(nameQuoted)]);
}

/** Whether what stands before the caret is a whole condition, after which only a joint can come. */
const endsCondition = (head: string): boolean =>
  /(?:(?:=|<|>|~)\s*(?:"[^"]*"|[^\s()",=<>!~`]+)|\)|\sexists|tag:\S+)\s+$/i.test(head);

function fitting(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const bare = (name: string) => name.toLowerCase().replace(/^[`"]/, '');
  const begin = names.filter((name) => bare(name).startsWith(wanted));
  const within = wanted === '' ? [] : names.filter((name) => bare(name).indexOf(wanted) > 0);
  const found = [...begin, ...within].slice(0, most);
  return found.length === 1 && found[0].toLowerCase() === wanted ? [] : found;
}

const quoted = (value: string): string =>
  /^[^\s()",=<>!~`]+$/.test(value) ? value : `"${value.replaceAll('"', "'")}"`;
const nameQuoted = (name: string): string => (/^[^\s()",=<>!~`]+$/.test(name) ? name : `\`${name}\``);
