import { AtelierError } from './errors.ts';
import { fieldValue, isMoment, type FieldRun, type RunField, type RunFields } from './run-fields.ts';

/**
 * Which runs are meant:
 *
 *     architecture = resnet and validation/accuracy > 0.9 and tag:baseline and not (learning_rate < 1e-3 or dropout exists)
 *
 * or := and ("or" and)*; and := not ("and"? not)*; not := "not" not | "(" or ")" | condition.
 * A condition is `field op value` with = != < <= > >= ~ (has the text in it) !~, `field in (a, b)`, `field exists`, `tag:word`, or a word or
 * "quoted text" alone, which the run's name, dataset, architecture, tags or id has in it. Names with blanks or signs stand in quotes or `backticks`.
 * Text is compared without case. `!=` and `!~` are the contrary of `=` and `~`: a run that lacks the field meets them.
 * Moments are ISO dates (created > 2026-01-31); durations are seconds.
 */
export type RunFilter =
  | { is: 'and' | 'or'; of: RunFilter[] }
  | { is: 'not'; of: RunFilter }
  | { is: 'text'; text: string }
  | { is: 'exists'; field: RunField }
  | { is: 'one'; field: RunField; values: Literal[] }
  | { is: 'compare'; field: RunField; op: Operator; value: Literal };

const operators = ['<=', '>=', '!=', '!~', '==', '=', '<', '>', '~'] as const;
export type Operator = Exclude<(typeof operators)[number], '=='>;

export interface Literal {
  text: string;
  /** What it is as a number (of moments: milliseconds since 1970), where it is one. */
  number: number | null;
}

export const filterFaults = [
  'field_unknown',
  'value_expected',
  'condition_expected',
  'quote_open',
  'bracket_open',
  'bracket_surplus',
  'number_expected',
  'moment_expected',
] as const;
export type FilterFault = (typeof filterFaults)[number];

/** What is wrong with a filter and where: `length` characters from place `at`. */
export class FilterError extends AtelierError {
  readonly fault: FilterFault;
  readonly at: number;
  readonly length: number;
  readonly found: string;
  readonly nearest: string | undefined;

  constructor(fault: FilterFault, text: string, at: number, length: number, nearest?: string) {
    const found = text.slice(at, at + length);
    super(
      'invalid_filter',
      `${faultWords[fault](found, nearest)}\n  ${text}\n  ${' '.repeat(at)}${'^'.repeat(Math.max(1, length))}`,
    );
    this.fault = fault;
    this.at = at;
    this.length = length;
    this.found = found;
    this.nearest = nearest;
  }
}

const faultWords: Record<FilterFault, (found: string, nearest?: string) => string> = {
  field_unknown: (found, nearest) =>
    `No run has a field "${found}".${nearest ? ` Did you mean "${nearest}"?` : ' Fields are facts (status, created …), settings (learning_rate) and metrics (test/accuracy).'}`,
  value_expected: () => 'A value is missing here: a number, a word or a "quoted text".',
  condition_expected: () => 'A condition is missing here, such as architecture = mlp.',
  quote_open: () => 'This quote is never closed.',
  bracket_open: () => 'This bracket is never closed.',
  bracket_surplus: () => 'This bracket closes nothing.',
  number_expected: (found) => `"${found}" is no number, and only numbers can be less or more.`,
  moment_expected: (found) => `"${found}" is no date. Write it as 2026-01-31 or 2026-01-31T18:00.`,
};

interface Token {
  kind: 'word' | 'quoted' | 'operator' | 'open' | 'close' | 'comma' | 'tag';
  text: string;
  at: number;
  length: number;
}

const keywords = new Set(['and', 'or', 'not', 'in', 'exists']);

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const take = (kind: Token['kind'], value: string, length: number) => {
    found.push({ kind, text: value, at, length });
    at += length;
  };
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const quote = /^["'`]/.exec(rest)?.[0];
    if (quote) {
      const end = rest.indexOf(quote, 1);
      if (end < 0) throw new FilterError('quote_open', text, at, 1);
      take(quote === '`' ? 'word' : 'quoted', rest.slice(1, end), end + 1);
      continue;
    }
    const operator = operators.find((each) => rest.startsWith(each));
    if (operator) take('operator', operator === '==' ? '=' : operator, operator.length);
    else if (rest[0] === '(') take('open', '(', 1);
    else if (rest[0] === ')') take('close', ')', 1);
    else if (rest[0] === ',') take('comma', ',', 1);
    else {
      const tag = /^tag:(?:"([^"]*)"|([^\s()",=<>!~`]+))/i.exec(rest);
      if (tag) take('tag', tag[1] ?? tag[2], tag[0].length);
      else take('word', /^[^\s()",=<>!~`]+|^./u.exec(rest)![0], /^[^\s()",=<>!~`]+|^./u.exec(rest)![0].length);
    }
  }
  return found;
}

/** Null for nothing but blanks: all runs. Throws a FilterError. */
export function parseRunFilter(text: string, fields: RunFields): RunFilter | null {
  const list = tokens(text);
  if (list.length === 0) return null;
  let next = 0;
  const peek = (): Token | undefined => list[next];
  const isWord = (token: Token | undefined, word: string): boolean =>
    token?.kind === 'word' && token.text.toLowerCase() === word && text[token.at] !== '`';
  const missing = (fault: FilterFault): FilterError => {
    const token = peek();
    return new FilterError(fault, text, token?.at ?? text.trimEnd().length, token?.length ?? 0);
  };

  function or(): RunFilter {
    const parts = [and()];
    while (isWord(peek(), 'or')) {
      next++;
      parts.push(and());
    }
    return parts.length === 1 ? parts[0] : { is: 'or', of: parts };
  }
  function and(): RunFilter {
    const parts = [not()];
    for (;;) {
      const token = peek();
      if (!token || token.kind === 'close' || isWord(token, 'or')) break;
      if (isWord(token, 'and')) next++;
      parts.push(not());
    }
    return parts.length === 1 ? parts[0] : { is: 'and', of: parts };
  }
  function not(): RunFilter {
    if (isWord(peek(), 'not')) {
      next++;
      return { is: 'not', of: not() };
    }
    const token = peek();
    if (token?.kind !== 'open') return condition();
    next++;
    const inside = or();
    if (peek()?.kind !== 'close') throw new FilterError('bracket_open', text, token.at, 1);
    next++;
    return inside;
  }
  function condition(): RunFilter {
    const token = peek();
    if (token?.kind === 'tag') {
      next++;
      return { is: 'one', field: { kind: 'fact', key: 'tags' }, values: [literal(token)] };
    }
    if (!token || (token.kind !== 'word' && token.kind !== 'quoted')) {
      throw missing(token?.kind === 'close' ? 'bracket_surplus' : 'condition_expected');
    }
    if (token.kind === 'word' && keywords.has(token.text.toLowerCase()) && text[token.at] !== '`') {
      throw missing('condition_expected');
    }
    next++;
    const after = peek();
    const asks = after?.kind === 'operator' || isWord(after, 'in') || isWord(after, 'exists');
    if (!asks) return { is: 'text', text: token.text.toLowerCase() };

    const field = fields.find(token.text);
    if (!field) throw new FilterError('field_unknown', text, token.at, token.length, fields.nearest(token.text));
    next++;
    if (isWord(after, 'exists')) return { is: 'exists', field };
    if (isWord(after, 'in')) return { is: 'one', field, values: values(field) };
    const op = after!.text as Operator;
    const given = value();
    const result = op === '~' || op === '!~' ? literal(given) : valueOf(field, given);
    if ((op.startsWith('<') || op.startsWith('>')) && result.number === null) {
      throw new FilterError('number_expected', text, given.at, given.length);
    }
    return { is: 'compare', field, op, value: result };
  }
  function value(): Token {
    const token = peek();
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw missing('value_expected');
    next++;
    return token;
  }
  function values(field: RunField): Literal[] {
    const open = peek();
    if (open?.kind !== 'open') throw missing('value_expected');
    next++;
    const found = [valueOf(field, value())];
    while (peek()?.kind === 'comma') {
      next++;
      found.push(valueOf(field, value()));
    }
    if (peek()?.kind !== 'close') throw new FilterError('bracket_open', text, open.at, 1);
    next++;
    return found;
  }
  function valueOf(field: RunField, token: Token): Literal {
    if (!isMoment(field)) return literal(token);
    const moment = /^\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?)?)?$/.test(token.text)
      ? new Date(token.text.length === 10 ? `${token.text}T00:00` : token.text).getTime()
      : NaN;
    if (Number.isNaN(moment)) throw new FilterError('moment_expected', text, token.at, token.length);
    return { text: token.text.toLowerCase(), number: moment };
  }

  const filter = or();
  const surplus = peek();
  if (surplus) throw missing(surplus.kind === 'close' ? 'bracket_surplus' : 'condition_expected');
  return filter;
}

function literal({ text }: Pick<Token, 'text'>): Literal {
  const lower = text.toLowerCase();
  const number = lower === 'nan' ? NaN : text.trim() === '' ? null : numberOf(text);
  return { text: lower, number };
}

/** A number, or null; `90%` is 0.9. */
function numberOf(text: string): number | null {
  const percent = /^[\d.]+%$/.test(text);
  const value = Number(percent ? text.slice(0, -1) : text);
  return Number.isNaN(value) ? null : percent ? value / 100 : value;
}

/** The metrics that have to be at hand to tell which runs a filter means. */
export function metricsOf(filter: RunFilter | null): string[] {
  if (filter === null) return [];
  switch (filter.is) {
    case 'and':
    case 'or':
      return [...new Set(filter.of.flatMap(metricsOf))];
    case 'not':
      return metricsOf(filter.of);
    case 'text':
      return [];
    default:
      return filter.field.kind === 'metric' ? [filter.field.key] : [];
  }
}

export function meets(run: FieldRun, filter: RunFilter | null): boolean {
  if (filter === null) return true;
  switch (filter.is) {
    case 'and':
      return filter.of.every((part) => meets(run, part));
    case 'or':
      return filter.of.some((part) => meets(run, part));
    case 'not':
      return !meets(run, filter.of);
    case 'text': {
      const { name, datasetName, id, tags } = run.run;
      const architecture = run.settings.architecture ?? '';
      return [name, datasetName, String(architecture), id, ...tags].some((each) =>
        each.toLowerCase().includes(filter.text),
      );
    }
    case 'exists': {
      const value = fieldValue(run, filter.field);
      return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
    }
    case 'one':
      return filter.values.some((value) => compare(run, filter.field, '=', value));
    case 'compare':
      return compare(run, filter.field, filter.op, filter.value);
  }
}

function compare(run: FieldRun, field: RunField, op: Operator, literal: Literal): boolean {
  if (op === '!=') return !compare(run, field, '=', literal);
  if (op === '!~') return !compare(run, field, '~', literal);
  const value = fieldValue(run, field);
  if (value === undefined) return false;
  const all = typeof value === 'object' ? value : [value];
  return all.some((each) => {
    const text = String(each).toLowerCase();
    if (op === '~') return text.includes(literal.text);
    const number = typeof each === 'number' ? each : typeof each === 'string' ? numberOf(each) : null;
    if (literal.number === null || number === null) return op === '=' && text === literal.text;
    switch (op) {
      case '=':
        return number === literal.number || (Number.isNaN(number) && Number.isNaN(literal.number));
      case '<':
        return number < literal.number;
      case '<=':
        return number <= literal.number;
      case '>':
        return number > literal.number;
      case '>=':
        return number >= literal.number;
    }
  });
}
