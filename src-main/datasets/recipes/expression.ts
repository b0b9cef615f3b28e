import { AtelierError } from '../../shared/errors.ts';
import { parseNumber, sqlText } from '../cells.ts';
import type { State, StateColumn } from './step.ts';
import { columnOf, numberSqlOf, sqlNumber, textSql } from './values.ts';

/**
 * Conditions on a row, in a small language of their own: nothing in them reaches SQL but columns, numbers and texts.
 *
 *   condition  = all { "or" all }          all = not { "and" not }          not = [ "not" ] ( "(" condition ")" | test )
 *   test       = column ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
 *              | column [ "not" ] "in" "(" value { "," value } ")"
 *              | column "is" [ "not" ] "missing"
 *              | column ( "contains" | "begins" | "ends" ) text
 *   column     = letters, digits and "_", or anything between backquotes: `hours per week`
 *   value      = 12.5, or 'a text'; a text says '' for one quote
 */
export function conditionSql(condition: string, state: State): string {
  const parser = new Parser(tokensOf(condition), state);
  return parser.whole();
}

type Token = { kind: 'word' | 'column' | 'text' | 'number' | 'sign' | 'end'; text: string; at: number };

const pattern =
  /\s+|`([^`]+)`|'((?:[^']|'')*)'|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\p{L}_])|([\p{L}_][\p{L}\p{N}_]*)|(<=|>=|!=|<>|==|[=<>(),])/uy;
const maxTokens = 1000;

function tokensOf(condition: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < condition.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(condition);
    if (!found) throw wrong(`"${condition.slice(at, at + 12)}" at character ${at + 1} is not understood`);
    const [, column, text, number, word, sign] = found;
    if (column !== undefined) tokens.push({ kind: 'column', text: column, at });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll("''", "'"), at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    if (tokens.length > maxTokens) throw wrong('it is too long');
  }
  return [...tokens, { kind: 'end', text: 'its end', at: condition.length }];
}

const maxDepth = 50;

class Parser {
  readonly #tokens: readonly Token[];
  readonly #state: State;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], state: State) {
    this.#tokens = tokens;
    this.#state = state;
  }

  whole(): string {
    const sql = this.#any();
    if (this.#next.kind !== 'end') throw this.#unexpected('"and", "or" or the end');
    return sql;
  }

  get #next(): Token {
    return this.#tokens[this.#at];
  }

  #any(): string {
    if (++this.#depth > maxDepth) throw wrong('its brackets are too deep');
    const parts = [this.#all()];
    while (this.#word('or')) parts.push(this.#all());
    this.#depth--;
    return `(${parts.join(' OR ')})`;
  }

  #all(): string {
    const parts = [this.#not()];
    while (this.#word('and')) parts.push(this.#not());
    return `(${parts.join(' AND ')})`;
  }

  #not(): string {
    let negated = false;
    while (this.#word('not')) negated = !negated;
    let sql: string;
    if (this.#sign('(')) {
      sql = this.#any();
      if (!this.#sign(')')) throw this.#unexpected('")"');
    } else sql = this.#test();
    return negated ? `(NOT ${sql})` : sql;
  }

  #test(): string {
    const token = this.#next;
    if (token.kind !== 'word' && token.kind !== 'column') throw this.#unexpected('a column');
    this.#at++;
    const column = columnOf(this.#state, token.text);
    if (this.#word('is')) {
      const negated = this.#word('not');
      if (!this.#word('missing')) throw this.#unexpected('"missing"');
      return `(${valueSql(column)} IS ${negated ? 'NOT ' : ''}NULL)`;
    }
    const negated = this.#word('not');
    if (this.#word('in')) return this.#list(column, negated);
    if (negated) throw this.#unexpected('"in"');
    for (const [word, name] of [
      ['contains', 'contains'],
      ['begins', 'starts_with'],
      ['ends', 'ends_with'],
    ]) {
      if (this.#word(word)) return `(coalesce(${name}(${textSql(column)}, ${sqlText(this.#text())}), false))`;
    }
    return this.#compare(column);
  }

  #list(column: StateColumn, negated: boolean): string {
    if (!this.#sign('(')) throw this.#unexpected('"("');
    const values = [this.#value(column)];
    while (this.#sign(',')) values.push(this.#value(column));
    if (!this.#sign(')')) throw this.#unexpected('"," or ")"');
    return `(${valueSql(column)} ${negated ? 'NOT IN' : 'IN'} (${values.join(', ')}))`;
  }

  #compare(column: StateColumn): string {
    const { kind, text } = this.#next;
    const sign = comparisons[text];
    if (kind !== 'sign' || sign === undefined)
      throw this.#unexpected('a comparison (=, !=, <, <=, >, >=, in, is missing, contains, begins, ends)');
    this.#at++;
    return `(${valueSql(column)} ${sign} ${this.#value(column)})`;
  }

  /** A number for a column of numbers, else a text. */
  #value(column: StateColumn): string {
    const { kind, text } = this.#next;
    if (kind !== 'number' && kind !== 'text') throw this.#unexpected("a number or 'a text'");
    this.#at++;
    if (column.type !== 'number') return sqlText(text);
    const number = parseNumber(text.trim(), false);
    if (number === null) throw wrong(`"${column.name}" is a column of numbers, and '${text}' is none`);
    return sqlNumber(number);
  }

  #text(): string {
    const { kind, text } = this.#next;
    if (kind !== 'text') throw this.#unexpected("'a text'");
    this.#at++;
    return text;
  }

  #word(word: string): boolean {
    const found = this.#next.kind === 'word' && this.#next.text.toLowerCase() === word;
    if (found) this.#at++;
    return found;
  }

  #sign(sign: string): boolean {
    const found = this.#next.kind === 'sign' && this.#next.text === sign;
    if (found) this.#at++;
    return found;
  }

  #unexpected(wanted: string): AtelierError {
    return wrong(`there should be ${wanted} at character ${this.#next.at + 1}, not ${this.#next.text}`);
  }
}

const comparisons: Readonly<Record<string, string | undefined>> = {
  '=': '=',
  '==': '=',
  '!=': '<>',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const valueSql = (column: StateColumn): string => (column.type === 'number' ? numberSqlOf(column) : textSql(column));

const wrong = (what: string): AtelierError =>
  new AtelierError(
    'invalid_condition',
    `The condition cannot be read: ${what}. Write it like age >= 18 and city = 'Oslo'.`,
  );
