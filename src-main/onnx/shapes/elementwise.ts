// Operators whose output has their input's shape, or their inputs' common shape. Of short vectors the elements are computed
// along, as far as they can be known: that is how exported models make their shapes.

import { broadcast, difference, floorDiv, isNatural, product, quotient, sum } from '../dims.ts';
import { intOf } from '../node.ts';
import { dataTypeOfCode, isFloatType } from '../tensors.ts';
import type { DataType, Dim, Shape, ValueType } from '../types.ts';
import { type InferContext, MAX_ELEMENTS, type ShapeRule } from './infer.ts';

export const sameAsInput: ShapeRule = (c) => [{ type: c.input(0).type, shape: c.shape(0) }];

export const sameWithElements: ShapeRule = (c) => [c.input(0)];

const isWhole = (type: DataType): boolean => !isFloatType(type);

function cast(c: InferContext, type: DataType): readonly ValueType[] {
  const { shape } = c.input(0);
  const elements = c.symbols(0);
  const converted = elements?.map((dim) => {
    if (typeof dim === 'string') return type === 'bool' ? undefined : dim;
    return type === 'bool' ? Number(dim !== 0) : isWhole(type) ? Math.trunc(dim) : dim;
  });
  return [{ type, shape, elements: allKnown(converted) }];
}

export const Cast: ShapeRule = (c) => cast(c, dataTypeOfCode(intOf(c.node, 'to', 0), `Cast "${c.node.name}"`));

export const CastLike: ShapeRule = (c) => cast(c, c.input(1).type);

const allKnown = (elements: readonly (Dim | undefined)[] | undefined): readonly Dim[] | undefined =>
  elements?.every((dim) => dim !== undefined) ? (elements as readonly Dim[]) : undefined;

const commonShape = (c: InferContext) => broadcast(c.node, ...c.inputs().map(({ shape }) => shape));

export const broadcasting: ShapeRule = (c) => [{ type: c.input(0).type, shape: commonShape(c) }];

type Apply = (values: readonly Dim[], whole: boolean) => Dim | undefined;

/** The elements of a short result, where `apply` can tell each of them. */
function computed(c: InferContext, shape: Shape, apply: Apply): readonly Dim[] | undefined {
  const length = product(shape);
  if (typeof length !== 'number' || length > MAX_ELEMENTS) return undefined;
  const inputs = c.node.inputs.map((_, index) => c.elements(index));
  // Each input has the result's elements, or one for all of them.
  if (inputs.some((elements) => elements?.length !== 1 && elements?.length !== length)) return undefined;
  const whole = isWhole(c.input(c.node.inputs.length - 1).type);
  const at = (i: number) => inputs.map((elements) => elements![elements!.length === 1 ? 0 : i]);
  return allKnown(Array.from({ length }, (_, i) => apply(at(i), whole)));
}

/** Short vectors keep their elements: sizes are computed with them. `type`: the result's where that is not the first input's. */
const arithmetic =
  (apply: Apply, type?: DataType): ShapeRule =>
  (c) => {
    const shape = commonShape(c);
    return [{ type: type ?? c.input(0).type, shape, elements: computed(c, shape, apply) }];
  };

const numbers =
  (apply: (...values: number[]) => number): Apply =>
  (values) =>
    values.every((value) => typeof value === 'number') ? apply(...values) : undefined;

/** Numbers by `apply`, sizes with names by `symbolic`. */
const exact =
  (apply: (a: number, b: number) => number, symbolic: (a: Dim, b: Dim) => Dim | undefined): Apply =>
  ([a, b]) =>
    typeof a === 'number' && typeof b === 'number'
      ? apply(a, b)
      : [a, b].every((dim) => typeof dim === 'string' || Number.isInteger(dim))
        ? symbolic(a, b)
        : undefined;

export const Add = arithmetic(
  exact(
    (a, b) => a + b,
    (a, b) => sum([a, b]),
  ),
);
export const Sub = arithmetic(exact((a, b) => a - b, difference));
export const Mul = arithmetic(
  exact(
    (a, b) => a * b,
    (a, b) => product([a, b]),
  ),
);

export const Div = arithmetic(([a, b], whole) => {
  if (typeof a === 'number' && typeof b === 'number') return whole ? Math.trunc(a / b) : a / b;
  const ratio = quotient([a], [b]);
  if (ratio !== undefined) return ratio;
  return whole && typeof b === 'number' && b > 0 && isNatural(a) ? floorDiv(a, b) : undefined;
});

export const Mod = arithmetic(([a, b], whole) => {
  if (!whole || typeof b !== 'number' || b <= 0) return undefined;
  if (typeof a === 'number') return ((a % b) + b) % b;
  return isNatural(a) ? difference(a, product([b, floorDiv(a, b)])) : undefined;
});

export const Max = arithmetic(numbers(Math.max));
export const Min = arithmetic(numbers(Math.min));

/** `apply` on numbers; a size with a name is a whole number, of which the result is `named`. */
export const pointwise = (apply: (x: number) => number, named?: (dim: Dim) => Dim): ShapeRule =>
  arithmetic(([x]) => (typeof x === 'number' ? apply(x) : named?.(x)));

export const Neg = pointwise(
  (x) => -x,
  (dim) => difference(0, dim),
);

/** 1, 0, or undefined where the run has to tell. */
const compare =
  (apply: (difference: number) => boolean): Apply =>
  ([a, b]) => {
    const apart = difference(a, b);
    if (typeof apart === 'number') return Number(apply(apart));
    // A size is no negative number, so it is above one: the difference's sign is all that counts.
    if (typeof b === 'number' && b < 0 && isNatural(a)) return Number(apply(1));
    if (typeof a === 'number' && a < 0 && isNatural(b)) return Number(apply(-1));
    return undefined;
  };

export const Equal = arithmetic(
  compare((apart) => apart === 0),
  'bool',
);
export const Greater = arithmetic(
  compare((apart) => apart > 0),
  'bool',
);
export const GreaterOrEqual = arithmetic(
  compare((apart) => apart >= 0),
  'bool',
);
export const Less = arithmetic(
  compare((apart) => apart < 0),
  'bool',
);
export const LessOrEqual = arithmetic(
  compare((apart) => apart <= 0),
  'bool',
);

export const And = arithmetic(
  numbers((a, b) => a & b),
  'bool',
);
export const Or = arithmetic(
  numbers((a, b) => a | b),
  'bool',
);
export const Xor = arithmetic(
  numbers((a, b) => a ^ b),
  'bool',
);
export const Not = pointwise((x) => 1 - x);

export const Where: ShapeRule = (c) => {
  const shape = commonShape(c);
  const pick: Apply = ([condition, x, y]) => (typeof condition === 'number' ? (condition ? x : y) : undefined);
  return [{ type: c.input(1).type, shape, elements: computed(c, shape, pick) }];
};
