import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { axesOf, nodeError } from '../../../onnx/node.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Dim } from '../../../onnx/types.ts';
import type { Lowering } from '../lowering.ts';

const [LOWEST, HIGHEST] = [-(2 ** 31), 2 ** 31 - 1];

// x[start:end:−step] = x[::−1][−1−start : −1−end : step]. WebGPU goes backwards from the last element only, wherever it is to
// start.
export const Slice: Lowering = ({ g, node }) => {
  const [x, starts, ends, axesInput, stepsInput] = node.inputs;
  if (!stepsInput) return undefined;
  const stepsConstant = g.constantOf(stepsInput);
  if (!stepsConstant) throw nodeError('unsupported_attribute', node, 'its steps are known to the run only');
  const steps = numbersOf(stepsConstant);
  const axes = axesOf(node, axesInput ? numbersOf(g.constantOf(axesInput)!) : steps.map((_, axis) => axis), g.rank(x));
  const from = g.constantOf(starts);
  const backwards = axes.map((axis, i) => steps[i] < 0 && !(from && isLast(numbersOf(from)[i], g.shape(x)[axis])));
  if (!backwards.includes(true)) return undefined;

  const turned = axes.filter((_, i) => backwards[i]);
  const all = (value: number) => turned.map(() => value);
  const reversed = g.slice(x, all(-1), all(LOWEST), turned, all(-1));
  return [
    g.op('Slice', [
      reversed,
      mirrored(g, starts, backwards),
      mirrored(g, ends, backwards),
      g.int64s(axes),
      g.int64s(steps.map((step, i) => (backwards[i] ? -step : step))),
    ]),
  ];
};

const isLast = (start: number, size: Dim): boolean => start === -1 || (typeof size === 'number' && start >= size - 1);

/** −1 − bound, which counts from the other end, where an axis is turned around. */
function mirrored(g: GraphBuilder, bounds: Value, turned: readonly boolean[]): Value {
  const known = g.constantOf(bounds);
  if (known) {
    const within = numbersOf(known).map((bound) => Math.min(HIGHEST, Math.max(LOWEST, bound)));
    return g.int64s(within.map((bound, i) => (turned[i] ? -1 - bound : bound)));
  }
  const signed = g.mul(bounds, g.int64s(turned.map((turn) => (turn ? -1 : 1))));
  return g.add(signed, g.int64s(turned.map((turn) => (turn ? -1 : 0))));
}
