import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { intOf, stringOf, unsupportedAttribute } from '../../onnx/node.ts';
import type { Dim, Node, Shape } from '../../onnx/types.ts';
import { zerosOf } from './add-at.ts';
import type { GradientRule } from './rule.ts';

/** Where the samples lie along one spatial axis; every value is [batch, samples]. */
interface Places {
  /** The element before the place, and the one after it, as indices that exist. */
  readonly at: readonly Value[];
  /** How much each counts; 0 where there is no such element. */
  readonly weight: readonly Value[];
  /** The weights' derivatives by the place: −1 and 1, or 0 where there is no such element. */
  readonly slope: readonly Value[];
  /** ∂place/∂grid. */
  readonly scale: Value;
}

// Y = Σ w·X[corner] over the corners around each place that grid names, w = Π over the axes of 1 − (distance)
// (Jaderberg et al. 2015)
//   dX[corner] += w·dY
//   dgrid = Σ over corners ∂w/∂place·∂place/∂grid·Σ over channels dY·X[corner];  nearest: 0
export const GridSample: GradientRule<'GridSample'> = ({ g, node, inputs: { X, grid }, dY }) => {
  const mode = stringOf(node, 'mode', 'linear');
  if (mode === 'cubic' || mode === 'bicubic') throw unsupportedAttribute(node, 'mode');
  const nearest = mode === 'nearest';
  const [batch, channels, ...spatial] = g.shape(X);
  // The grid names the last axis first.
  const axes = () => spatial.map((size, axis) => placesOn(g, node, grid, spatial.length - 1 - axis, size, nearest));
  const flat = (x: Value) => g.op('Reshape', [x, g.int64s([0, 0, -1])]);

  /** Every corner's index in the flattened picture, for every channel. */
  const corners = (places: readonly Places[]) =>
    choices(places.length, nearest ? 1 : 2).map((choice) => {
      const index = choice.map((end, axis) => times(g, places[axis].at[end], spatial.slice(axis + 1))).reduce(g.add);
      const perChannel = g.op('Expand', [g.unsqueeze(index, [1]), g.shapeVector([1, channels, 1])]);
      return { choice, index: perChannel };
    });
  return {
    X: () => {
      const places = axes();
      const parts = corners(places).map(({ choice, index }) => {
        const weight = choice.map((end, axis) => places[axis].weight[end]).reduce(g.mul);
        return { index, update: g.mul(flat(dY), g.unsqueeze(weight, [1])) };
      });
      const join = (values: readonly Value[]) => (values.length === 1 ? values[0] : g.concat(values, 2));
      const zeros = zerosOf(g, [batch, channels, product(spatial)], X);
      const [indices, updates] = [join(parts.map(({ index }) => index)), join(parts.map(({ update }) => update))];
      return g.reshapeLike(g.op('ScatterElements', [zeros, indices, updates], { axis: 2, reduction: 'add' }), X);
    },
    grid: () => {
      if (nearest) return g.mul(grid, g.scalar(0, grid));
      const places = axes();
      const parts = corners(places).map(({ choice, index }) => {
        const seen = g.op('GatherElements', [flat(X), index], { axis: 2 });
        return { choice, product: g.reduceSum(g.mul(flat(dY), seen), [1], false) };
      });
      const perAxis = spatial.map((_, axis) => {
        const terms = parts.map(({ choice, product }) =>
          choice.map((end, other) => places[other][other === axis ? 'slope' : 'weight'][end]).reduce(g.mul, product),
        );
        return g.unsqueeze(g.mul(terms.reduce(g.add), places[axis].scale), [2]);
      });
      return g.reshapeLike(g.concat(perAxis.reverse(), 2), grid);
    },
  };
};

/** Indices along an axis, times how many elements lie under each. */
function times(g: GraphBuilder, indices: Value, inner: Shape): Value {
  const step = product(inner);
  return typeof step === 'number'
    ? g.scale(indices, step)
    : g.mul(indices, g.cast(g.sizeVector(step), g.type(indices).type));
}

/** All ways to choose one of `count` ends on each axis. */
const choices = (axes: number, count: number): number[][] =>
  Array.from({ length: count ** axes }, (_, i) =>
    Array.from({ length: axes }, (__, axis) => Math.floor(i / count ** axis) % count),
  );

function placesOn(g: GraphBuilder, node: Node, grid: Value, coordinate: number, size: Dim, nearest: boolean): Places {
  const number = (value: number) => g.scalar(value, grid);
  const aligned = intOf(node, 'align_corners', 0) === 1;
  const length = typeof size === 'number' ? number(size) : g.cast(g.sizeVector(size), g.type(grid).type);
  const end = g.sub(length, number(1));
  // −1 and 1 are the first and the last element's centres, or, unaligned, the outer edges.
  const half = g.scale(aligned ? end : length, 0.5);
  const column = g.slice(grid, [coordinate], [coordinate + 1], [-1]);
  const along = g.op('Reshape', [column, g.int64s([0, -1])]);
  const named = g.mul(g.add(along, number(1)), half);
  const { place, scale } = padding(g, node, aligned ? named : g.sub(named, number(0.5)), end, half, aligned);

  const before = g.op(nearest ? 'Round' : 'Floor', [place]);
  const ends = nearest ? [before] : [before, g.add(before, number(1))];
  const flag = (condition: Value) => g.cast(condition, g.type(grid).type);
  const exists = ends.map((at) =>
    g.mul(flag(g.op('GreaterOrEqual', [at, number(0)])), flag(g.op('LessOrEqual', [at, end]))),
  );
  const within = (at: Value) => g.cast(g.op('Min', [g.op('Max', [at, number(0)]), end]), 'int32');
  const after = g.sub(place, before);
  return {
    at: ends.map(within),
    weight: nearest ? exists : [g.mul(g.sub(number(1), after), exists[0]), g.mul(after, exists[1])],
    slope: nearest ? [] : [g.neg(exists[0]), exists[1]],
    scale,
  };
}

/** Places outside of the picture, brought inside where the padding says so, and their derivatives by the grid. */
function padding(g: GraphBuilder, node: Node, place: Value, end: Value, half: Value, aligned: boolean) {
  const mode = stringOf(node, 'padding_mode', 'zeros');
  const number = (value: number) => g.scalar(value, place);
  const flag = (condition: Value) => g.cast(condition, g.type(place).type);
  if (mode === 'zeros') return { place, scale: half };
  if (mode === 'border') return clamp(place, half);
  if (mode !== 'reflection') throw unsupportedAttribute(node, 'padding_mode');

  // To and fro between the first and the last element's centres, or outer edges. A span of 0 is taken for a small one.
  const low = number(aligned ? 0 : -0.5);
  const span = aligned ? g.op('Max', [end, number(1e-6)]) : g.add(end, number(1));
  const offset = g.sub(place, low);
  const distance = g.op('Abs', [offset]);
  const turns = g.op('Floor', [g.div(distance, span)]);
  const odd = g.sub(turns, g.scale(g.op('Floor', [g.scale(turns, 0.5)]), 2));
  const rest = g.sub(distance, g.mul(turns, span));
  const back = g.sub(span, g.scale(rest, 2));
  const turned = g.add(low, g.add(rest, g.mul(odd, back)));
  const direction = g.mul(g.op('Sign', [offset]), g.sub(number(1), g.scale(odd, 2)));
  return clamp(turned, g.mul(half, direction));

  function clamp(at: Value, scale: Value) {
    const inside = g.mul(flag(g.op('Greater', [at, number(0)])), flag(g.op('Less', [at, end])));
    return { place: g.op('Min', [g.op('Max', [at, number(0)]), end]), scale: g.mul(scale, inside) };
  }
}
