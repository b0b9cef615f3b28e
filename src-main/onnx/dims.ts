// Arithmetic on sizes, some of which are only names. A symbolic size is a polynomial in names with whole coefficients,
// printed in one way only (`2*batch*seq`, `past+seq-1`), so that sizes computed along two branches are equal as strings
// when they are equal as sums. What no polynomial can say (a rounded division) is a name of its own: `floor((seq+1)/2)`.
// Names that begin with `?` are numbers that the run computes: they may be negative, or 0, or 1.

import { nodeError } from './node.ts';
import type { Dim, Node, Shape } from './types.ts';

export const isStatic = (shape: Shape): shape is readonly number[] => shape.every((dim) => typeof dim === 'number');

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

/** Products of names, sorted and joined by `*` ('' for none), and how many of each. */
type Polynomial = ReadonlyMap<string, number>;

const parsed = new Map<string, Polynomial>();
/** Models have few different sizes; this only keeps a process that compiles for days from growing. */
const MAX_PARSED = 10_000;

function polynomial(dim: Dim): Polynomial {
  if (typeof dim === 'number') return new Map(dim === 0 ? [] : [['', dim]]);
  let known = parsed.get(dim);
  if (!known) {
    if (parsed.size >= MAX_PARSED) parsed.clear();
    parsed.set(dim, (known = parse(dim)));
  }
  return known;
}

/** Splits at + and −, then at *, outside of brackets. A dim_param of a file ("past + 1") reads the same way. */
function parse(text: string): Polynomial {
  const terms = new Map<string, number>();
  let [depth, sign, term] = [0, 1, ''];
  const end = () => {
    const factors = splitTop(term);
    const coefficient = factors.filter(isNumeral).reduce((product, factor) => product * Number(factor), sign);
    if (term.trim())
      accumulate(
        terms,
        factors
          .filter((f) => !isNumeral(f))
          .sort()
          .join('*'),
        coefficient,
      );
    term = '';
  };
  for (const character of text) {
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (depth === 0 && (character === '+' || character === '-')) {
      end();
      sign = character === '+' ? 1 : -1;
    } else term += character;
  }
  end();
  return terms;
}

const isNumeral = (factor: string): boolean => /^\d+$/.test(factor);

function splitTop(term: string): string[] {
  const factors: string[] = [''];
  let depth = 0;
  for (const character of term) {
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (depth === 0 && character === '*') factors.push('');
    else factors[factors.length - 1] += character;
  }
  return factors.map((factor) => factor.trim());
}

function accumulate(terms: Map<string, number>, names: string, coefficient: number): void {
  const total = (terms.get(names) ?? 0) + coefficient;
  if (total === 0) terms.delete(names);
  else terms.set(names, total);
}

function print(terms: Polynomial): Dim {
  if (terms.size === 0) return 0;
  // The constant comes last; '' would sort first.
  const names = [...terms.keys()].filter(Boolean).sort();
  if (names.length === 0) return terms.get('')!;
  const written = (name: string): string => {
    const coefficient = terms.get(name)!;
    const size = Math.abs(coefficient);
    return (coefficient < 0 ? '-' : '+') + (name === '' ? size : size === 1 ? name : `${size}*${name}`);
  };
  const text = [...names, ...(terms.has('') ? [''] : [])].map(written).join('');
  return text.startsWith('+') ? text.slice(1) : text;
}

function added(a: Polynomial, b: Polynomial, factor = 1): Polynomial {
  const result = new Map(a);
  for (const [names, coefficient] of b) accumulate(result, names, factor * coefficient);
  return result;
}

function multiplied(a: Polynomial, b: Polynomial): Polynomial {
  const result = new Map<string, number>();
  for (const [left, m] of a) {
    for (const [right, n] of b) {
      const names = [...splitTop(left), ...splitTop(right)].filter(Boolean).sort();
      accumulate(result, names.join('*'), m * n);
    }
  }
  return result;
}

/** Numbers stay numbers; sizes with names give `2*batch*height`. */
export const product = (dims: Shape): Dim =>
  isStatic(dims)
    ? dims.reduce((size, dim) => size * dim, 1)
    : print(dims.map(polynomial).reduce(multiplied, polynomial(1)));

export const sum = (dims: Shape): Dim =>
  isStatic(dims)
    ? dims.reduce((size, dim) => size + dim, 0)
    : print(dims.map(polynomial).reduce((a, b) => added(a, b), polynomial(0)));

export const difference = (a: Dim, b: Dim): Dim =>
  typeof a === 'number' && typeof b === 'number' ? a - b : print(added(polynomial(a), polynomial(b), -1));

/** ⌊dim / by⌋ for a whole `by` of at least 1. */
export function floorDiv(dim: Dim, by: number): Dim {
  if (typeof dim === 'number') return Math.floor(dim / by);
  if (by === 1) return dim;
  const whole = new Map<string, number>();
  const rest = new Map<string, number>();
  for (const [names, coefficient] of polynomial(dim)) {
    const quotient = names === '' ? Math.floor(coefficient / by) : coefficient / by;
    if (Number.isInteger(quotient)) accumulate(whole, names, quotient);
    else rest.set(names, coefficient);
    if (names === '') accumulate(rest, names, coefficient - by * quotient);
  }
  // ⌊r/by⌋ of a remainder r < by is 0.
  if ([...rest.keys()].every((names) => names === '')) return print(whole);
  accumulate(whole, `floor((${print(rest)})/${by})`, 1);
  return print(whole);
}

export const ceilDiv = (dim: Dim, by: number): Dim => floorDiv(sum([dim, by - 1]), by);

/** dim / by where that is a polynomial again, else undefined. */
function exactly(dim: Dim, by: Dim): Dim | undefined {
  if (dim === by) return 1;
  const divisor = polynomial(by);
  if (divisor.size !== 1) return undefined;
  const [[names, size]] = divisor;
  const result = new Map<string, number>();
  for (const [each, coefficient] of polynomial(dim)) {
    const left = splitTop(each).filter(Boolean);
    for (const name of splitTop(names).filter(Boolean)) {
      const at = left.indexOf(name);
      if (at < 0) return undefined;
      left.splice(at, 1);
    }
    if (coefficient % size !== 0) return undefined;
    accumulate(result, left.join('*'), coefficient / size);
  }
  return print(result);
}

/** The size that fills `-1` in a Reshape: the total over the others; undefined where that cannot be said. */
export function quotient(total: Shape, others: Shape): Dim | undefined {
  const above = [...total];
  // Equal sizes cancel even where they are sums.
  const below = others.filter((dim) => {
    const at = above.indexOf(dim);
    if (at >= 0) above.splice(at, 1);
    return at < 0;
  });
  const divisor = product(below);
  return divisor === 0 ? undefined : exactly(product(above), divisor);
}

/** `map` on a known size; on a name, a name of its own for the formula: `derived('height', '^2', …)`. */
export const derived = (dim: Dim, formula: string, map: (size: number) => number): Dim =>
  typeof dim === 'number' ? map(dim) : `[${dim} ${formula}]`;

/** Whether a size or element is known to be at least 0. */
export const isNatural = (dim: Dim): boolean =>
  typeof dim === 'number'
    ? dim >= 0
    : !dim.includes('?') && [...polynomial(dim).values()].every((coefficient) => coefficient > 0);

/** Whether it may be anything the run computes, a −1 for Reshape among them. */
export const isComputed = (dim: Dim): boolean => typeof dim === 'string' && dim.includes('?');

/** The size of a value's axis that only the run can tell: how many elements a condition holds for. It may be 0. */
export const runDim = (value: string, axis: number): Dim => `${value}/dim${axis}`;

export const dependsOnRun = (dim: Dim): boolean => typeof dim === 'string' && /\/dim\d+$/.test(dim);

/** The sums of products that a size is made of: [coefficient, names], to compute it while the graph runs. */
export const termsOf = (dim: Dim): [coefficient: number, names: string[]][] =>
  [...polynomial(dim)].map(([names, coefficient]) => [coefficient, splitTop(names).filter(Boolean)]);

/** NumPy's broadcast. Two different names that meet are taken to be one size: if they are not, the run fails, not the maths. */
export function broadcast(node: Node, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis): Dim => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === 1 || dim === result) continue;
      if (result === 1 || (typeof result === 'string' && typeof dim === 'number')) result = dim;
      else if (typeof dim === 'number') {
        const all = shapes.map((each) => `[${each.join(', ')}]`).join(' and ');
        throw nodeError('shape_mismatch', node, `${all} do not broadcast`);
      }
    }
    return result;
  });
}
