import { AtelierError } from '../../shared/errors.ts';
import { everyCodePoint, lastCodePoint, tidy, without, type Ranges } from './code-points.ts';
import type { Grammar, Language } from './grammar.ts';

/** How one character of a set is written: as itself, or escaped as in a string of JSON. */
export type Written = (characters: Ranges) => Language;

/** More is no pattern but a mistake. */
const longest = 10_000;
const mostTimes = 100_000;

/**
 * What a regular expression matches: the whole text, or with `within` a text that holds it, as where it is searched for. In JavaScript's syntax with the u flag: characters, `.`,
 * classes, `\d \w \s`, `\p{…}`, groups, `|`, `* + ? {m,n}`. What no such language can hold (look-around, references back, `\b`) is refused.
 * Throws `invalid_pattern`, naming the place.
 */
export function regex(g: Grammar, pattern: string, written: Written, within = false): Language {
  if (pattern.length > longest) {
    throw new AtelierError('invalid_pattern', `The pattern has ${pattern.length} characters; ${longest} is the most.`);
  }
  return new Parser(g, pattern, written, within).whole();
}

const word: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const digit: Ranges = [[0x30, 0x39]];
/** Of Unicode's spaces those that JavaScript counts. */
const blank: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const newline: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, v: 11, f: 12, 0: 0 };

class Parser {
  readonly #g: Grammar;
  readonly #pattern: string;
  readonly #written: Written;
  readonly #letters: readonly string[];
  /** What may lie around each option, where it is not anchored. */
  readonly #around: Language;
  #at = 0;
  #depth = 0;

  constructor(g: Grammar, pattern: string, written: Written, within: boolean) {
    this.#g = g;
    this.#around = within ? g.times(written(everyCodePoint), 0, Infinity) : g.empty;
    this.#pattern = pattern;
    this.#letters = [...pattern];
    this.#written = written;
  }

  whole(): Language {
    const found = this.#options();
    if (this.#at < this.#letters.length) this.#fail('a ")" without a "("');
    return found;
  }

  #options(): Language {
    const all = [this.#parts()];
    while (this.#take('|')) all.push(this.#parts());
    return this.#g.choice(...all);
  }

  #parts(): Language {
    const all: Language[] = [];
    const outside = this.#depth === 0 ? this.#around : this.#g.empty;
    const [begins, first] = [this.#take('^'), this.#at];
    let ends = false;
    while (this.#at < this.#letters.length && this.#next !== '|' && this.#next !== ')') {
      if (ends || this.#next === '^') this.#fail('an anchor in the middle');
      if (this.#take('$')) ends = true;
      else all.push(this.#repeated(this.#one()));
    }
    if (this.#depth > 0 && this.#around !== this.#g.empty && (begins || ends)) {
      this.#at = first;
      this.#fail('an anchor within a group');
    }
    return this.#g.sequence(begins ? this.#g.empty : outside, ...all, ends ? this.#g.empty : outside);
  }

  #repeated(of: Language): Language {
    const [least, most] = this.#take('*')
      ? [0, Infinity]
      : this.#take('+')
        ? [1, Infinity]
        : this.#take('?')
          ? [0, 1]
          : (this.#counts() ?? [1, 1]);
    // How eager it is changes what is matched first, not what can be.
    this.#take('?');
    return this.#g.times(of, least, most);
  }

  #counts(): [number, number] | null {
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.#letters.slice(this.#at, this.#at + 20).join(''));
    if (!found) {
      if (this.#next === '{') this.#fail('"{" that begins no number of times');
      return null;
    }
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === '' ? Infinity : Number(found[3]);
    if (least > most || least > mostTimes || (most > mostTimes && most !== Infinity)) this.#fail(`"${found[0]}"`);
    this.#at += found[0].length;
    return [least, most];
  }

  #one(): Language {
    const letter = this.#letters[this.#at];
    if (this.#take('(')) return this.#group();
    if (this.#take('[')) return this.#written(this.#set());
    if (this.#take('.')) return this.#written(without(everyCodePoint, newline));
    if (this.#take('\\')) return this.#written(this.#escaped());
    if ('*+?{}]'.includes(letter)) this.#fail(`"${letter}" with nothing before it`);
    this.#at++;
    return this.#written(only(letter.codePointAt(0)!));
  }

  #group(): Language {
    if (this.#take('?')) {
      if (this.#take('<')) {
        if (this.#next === '=' || this.#next === '!') this.#fail('a look behind');
        while (this.#at < this.#letters.length && this.#next !== '>') this.#at++;
        this.#at++;
      } else if (!this.#take(':')) this.#fail('a look ahead');
    }
    this.#depth++;
    const found = this.#options();
    this.#depth--;
    if (!this.#take(')')) this.#fail('a "(" that is not closed');
    return found;
  }

  #set(): Ranges {
    const not = this.#take('^');
    const all: (readonly [number, number])[] = [];
    while (!this.#take(']')) {
      if (this.#at >= this.#letters.length) this.#fail('a "[" that is not closed');
      const from = this.#member();
      if (this.#next === '-' && this.#letters[this.#at + 1] !== ']' && single(from)) {
        this.#at++;
        const to = this.#member();
        if (!single(to) || to[0][0] < from[0][0]) this.#fail('a range of characters that ends before it begins');
        all.push([from[0][0], to[0][0]]);
      } else all.push(...from);
    }
    return not ? without(everyCodePoint, all) : tidy(all);
  }

  #member(): Ranges {
    if (this.#take('\\')) return this.#next === 'b' && this.#take('b') ? only(8) : this.#escaped();
    if (this.#at >= this.#letters.length) this.#fail('a "[" that is not closed');
    return only(this.#letters[this.#at++].codePointAt(0)!);
  }

  /** After the backslash. */
  #escaped(): Ranges {
    const letter = this.#letters[this.#at++];
    if (letter === undefined) this.#fail('a "\\" at the end');
    const classes: Readonly<Record<string, Ranges>> = { d: digit, w: word, s: blank };
    const found = classes[letter.toLowerCase()];
    if (found) return letter === letter.toLowerCase() ? found : without(everyCodePoint, found);
    if (letter === 'p' || letter === 'P') return this.#property(letter);
    if (letter in controls) return only(controls[letter]);
    if (letter === 'x' || letter === 'u') return only(this.#number(letter));
    if (/[a-zA-Z1-9]/.test(letter)) this.#fail(`"\\${letter}"`);
    return only(letter.codePointAt(0)!);
  }

  #number(letter: 'x' | 'u'): number {
    const rest = this.#letters.slice(this.#at, this.#at + 8).join('');
    const found = (letter === 'x' ? /^([0-9a-f]{2})/i : /^(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{4}))/i).exec(rest);
    const number = found ? parseInt(found[1] ?? found[2], 16) : NaN;
    if (!(number <= lastCodePoint)) this.#fail(`"\\${letter}" without its number`);
    this.#at += found![0].length;
    return number;
  }

  #property(letter: string): Ranges {
    const rest = this.#letters.slice(this.#at, this.#at + 60).join('');
    const found = /^\{[\w=]+\}/.exec(rest);
    if (!found) this.#fail(`"\\${letter}" without its name`);
    this.#at += found![0].length;
    try {
      return property(`\\${letter}${found![0]}`);
    } catch {
      return this.#fail(`"\\${letter}${found![0]}"`);
    }
  }

  get #next(): string | undefined {
    return this.#letters[this.#at];
  }
  #take(letter: string): boolean {
    if (this.#next !== letter) return false;
    this.#at++;
    return true;
  }
  #fail(what: string): never {
    throw new AtelierError(
      'invalid_pattern',
      `The pattern "${this.#pattern.slice(0, 200)}" cannot be used: near character ${this.#at + 1} there is ${what}. Characters, classes, groups, "|" and numbers of times can be.`,
    );
  }
}

const only = (codePoint: number): Ranges => [[codePoint, codePoint]];
const single = (ranges: Ranges): boolean => ranges.length === 1 && ranges[0][0] === ranges[0][1];

const properties = new Map<string, Ranges>();
/** The characters that JavaScript's own expression takes. */
function property(source: string): Ranges {
  const known = properties.get(source);
  if (known) return known;
  const expression = new RegExp(source, 'u');
  const all: [number, number][] = [];
  for (let at = 0; at <= lastCodePoint; at++) {
    if (!expression.test(String.fromCodePoint(at))) continue;
    const last = all.at(-1);
    if (last && last[1] === at - 1) last[1] = at;
    else all.push([at, at]);
  }
  properties.set(source, all);
  return all;
}
