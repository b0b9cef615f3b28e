// Scan, Loop and If, run by run.

import { graphOf } from '../../../src-main/onnx/node.ts';
import { array, type Array64, list, make, number, type ReferenceOperators } from './array.ts';

/** Element `at` along an axis. */
function slice(x: Array64, axis: number, at: number): Array64 {
  const shape = x.shape.filter((_, index) => index !== axis);
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return make(shape, (place) => {
    const flat = place.reduce((sum, i, k) => sum * shape[k] + i, 0);
    return x.data[(Math.floor(flat / inner) * x.shape[axis] + at) * inner + (flat % inner)];
  });
}

function stack(slices: readonly Array64[], axis: number): Array64 {
  const [{ shape }] = slices;
  return make([...shape.slice(0, axis), slices.length, ...shape.slice(axis)], (place) => {
    const rest = place.filter((_, index) => index !== axis);
    return slices[place[axis]].data[rest.reduce((sum, i, k) => sum * shape[k] + i, 0)];
  });
}

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const controlFlow: ReferenceOperators = {
  Scan(node, inputs, run) {
    const body = graphOf(node, 'body')!;
    const scans = number(node, 'num_scan_inputs', 0);
    const count = inputs.length - scans;
    const given = inputs.slice(count) as Array64[];
    const axes = given.map((x, i) => fromFront(list(node, 'scan_input_axes')?.[i] ?? 0, x.shape.length));
    const length = given[0].shape[axes[0]];
    let states = inputs.slice(0, count) as Array64[];
    const results: Array64[][] = body.outputs.slice(count).map(() => []);
    for (let step = 0; step < length; step++) {
      const slices = given.map((x, i) => {
        const backward = list(node, 'scan_input_directions')?.[i] === 1;
        return slice(x, axes[i], backward ? length - 1 - step : step);
      });
      const outputs = run(body, [...states, ...slices]);
      states = outputs.slice(0, count);
      outputs.slice(count).forEach((output, i) => results[i].push(output));
    }
    const stacks = results.map((slices, i) => {
      const backward = list(node, 'scan_output_directions')?.[i] === 1;
      const axis = fromFront(list(node, 'scan_output_axes')?.[i] ?? 0, slices[0].shape.length + 1);
      return stack(backward ? [...slices].reverse() : slices, axis);
    });
    return [...states, ...stacks];
  },
  Loop(node, [trips, condition, ...initial], run) {
    const body = graphOf(node, 'body')!;
    let states = initial as Array64[];
    let goes = condition ? condition.data[0] !== 0 : true;
    const results: Array64[][] = body.outputs.slice(1 + states.length).map(() => []);
    for (let i = 0; goes && i < (trips?.data[0] ?? Infinity); i++) {
      const [after, ...outputs] = run(body, [array([], [i]), array([], [1]), ...states]);
      goes = after.data[0] !== 0;
      states = outputs.slice(0, states.length);
      outputs.slice(states.length).forEach((output, k) => results[k].push(output));
    }
    return [...states, ...results.map((slices) => stack(slices, 0))];
  },
  If: (node, [condition], run) => run(graphOf(node, condition!.data[0] !== 0 ? 'then_branch' : 'else_branch')!, []),
};
