import { intOf } from '../../onnx/node.ts';
import { linearIndices } from '../forms/linear-indices.ts';
import { addAt } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// Y = slices of data, each named by a tuple of indices;  ddata gets every slice of dY added where it was taken from
//
// Tuples become places in data with its indexed axes laid out as one: ScatterND with an addition loses some of several
// equal tuples when it runs on two threads.
export const GatherND: GradientRule<'GatherND'> = ({ g, node, inputs: { data, indices }, dY }) => ({
  data: () => {
    const { places, rows } = linearIndices(g, node, g.shape(data), indices, intOf(node, 'batch_dims', 0));
    return g.reshape(addAt(g, rows, places, dY, 0), g.shape(data));
  },
});
