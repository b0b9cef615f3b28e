import { AtelierError } from '../../shared/errors.ts';
import type { ParamValue, Params } from './parameter.ts';

/** A relation that parameters must keep. Where one of those it names is not active, it holds. */
export interface Constraint {
  readonly text: string;
  readonly names: readonly string[];
  holds(params: Params): boolean;
}

type Evaluate = (params: Params) => ParamValue;

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  log2: Math.log2,
  sqrt: Math.sqrt,
};
const comparisons: Readonly<Record<string, (a: ParamValue, b: ParamValue) => boolean>> = {
  '<=': (a, b) => a! <= b!,
  '<': (a, b) => a! < b!,
  '>=': (a, b) => a! >= b!,
  '>': (a, b) => a! > b!,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};
const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|("[^"]*"|'[^']*')|([A-Za-z_][\w.]*)|(<=|>=|==|!=|[-+*/%<>(),]))/y;

/**
 * Reads "width * depth <= 512 and (kind != 'sgd' or momentum > 0)": numbers, names, quoted words, true and false, + - * / %, min max abs
 * log2 sqrt, comparisons, and, or, not. Throws invalid_space naming `where`.
 */
export function parseConstraint(text: string, known: ReadonlySet<string>, where: string): Constraint {
  const fail = (what: string): never => {
    throw new AtelierError('invalid_space', `${where}: "${text.slice(0, 200)}": ${what}.`);
  };
  if (text.length > 2000) fail('is longer than 2,000 characters');
  const tokens = tokenize(text, fail);
  const names = new Set<string>();
  let at = 0;
  let depth = 0;
  const take = (...words: string[]) => (words.includes(tokens[at]) ? tokens[at++] : null);
  const expect = (word: string) =>
    take(word) ?? fail(`"${word}" is missing${tokens[at] ? ` before "${tokens[at]}"` : ' at the end'}`);

  const either = (): Evaluate => {
    let left = both();
    while (take('or')) {
      const [a, b] = [left, both()];
      left = (params) => truth(a(params)) || truth(b(params));
    }
    return left;
  };
  const both = (): Evaluate => {
    let left = relation();
    while (take('and')) {
      const [a, b] = [left, relation()];
      left = (params) => truth(a(params)) && truth(b(params));
    }
    return left;
  };
  const relation = (): Evaluate => {
    if (take('not')) {
      const inner = relation();
      return (params) => !truth(inner(params));
    }
    const left = sum();
    const sign = take(...Object.keys(comparisons));
    if (!sign) return left;
    const right = sum();
    return (params) => comparisons[sign](left(params), right(params));
  };
  const chain = (operand: () => Evaluate, signs: Readonly<Record<string, (a: number, b: number) => number>>) => {
    let left = operand();
    for (let sign = take(...Object.keys(signs)); sign; sign = take(...Object.keys(signs))) {
      const [a, b, apply] = [left, operand(), signs[sign]];
      left = (params) => apply(Number(a(params)), Number(b(params)));
    }
    return left;
  };
  const sum = () => chain(product, { '+': (a, b) => a + b, '-': (a, b) => a - b });
  const product = () => chain(factor, { '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b });
  const factor = (): Evaluate => {
    if (++depth > 200) fail('is nested too deeply');
    const token = tokens[at++] ?? fail('ends too early');
    if (token === '-') {
      const inner = factor();
      return (params) => -Number(inner(params));
    }
    if (token === '(') {
      const inner = either();
      expect(')');
      return inner;
    }
    if (/^[\d.]/.test(token)) return constant(Number(token));
    if (/^["']/.test(token)) return constant(token.slice(1, -1));
    if (token === 'true' || token === 'false') return constant(token === 'true');
    if (Object.hasOwn(functions, token) && tokens[at] === '(') return call(functions[token]);
    if (!known.has(token)) fail(`"${token}" is no parameter of the space`);
    names.add(token);
    return (params) => params[token];
  };
  const call = (apply: (...values: number[]) => number): Evaluate => {
    const values: Evaluate[] = [];
    expect('(');
    do values.push(either());
    while (take(','));
    expect(')');
    return (params) => apply(...values.map((value) => Number(value(params))));
  };

  const whole = either();
  if (at < tokens.length) fail(`"${tokens[at]}" is not expected there`);
  if (names.size === 0) fail('names no parameter');
  return {
    text,
    names: [...names],
    holds: (params) => [...names].some((name) => params[name] === undefined) || truth(whole(params)),
  };
}

function tokenize(text: string, fail: (what: string) => never): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) return fail(`cannot be read from "${text.slice(from, from + 20).trim()}" on`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? match[4]);
  }
  return tokens.length > 0 ? tokens : fail('says nothing');
}

const constant =
  (value: ParamValue): Evaluate =>
  () =>
    value;
const truth = (value: ParamValue) => value !== false && value !== 0 && value !== null;
