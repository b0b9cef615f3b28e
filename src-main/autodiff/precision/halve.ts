// Mixed precision (Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740): products of matrices and convolutions, forward and
// backward, run on numbers of 16 bits; weights, sums, norms, losses and updates stay at 32. What a product is handed is narrowed
// once, and what only moves or masks its result (a layout, a Relu, a bias) stays narrow, so that a chain of layers is narrowed and
// widened at its ends. Graphs inside nodes (the steps of recurrent nets) stay as they are.

import { ABSTRACT, GraphBuilder, type Value } from '../../onnx/builder.ts';
import { readsOf } from '../../onnx/subgraphs.ts';
import { dataTypes } from '../../onnx/tensors.ts';
import type { DataType, Graph, Node } from '../../onnx/types.ts';

/** Where the time goes, and where a device has arithmetic of its own for 16 bits. */
const products: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  `${ABSTRACT}.ConvInputGrad`,
  `${ABSTRACT}.ConvWeightGrad`,
]);

/** What gives each number on as it is, or drops it: nothing is lost by doing it narrow. */
const carriers: ReadonlySet<string> = new Set([
  'Flatten',
  'Identity',
  'Relu',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
  `${ABSTRACT}.ReluGrad`,
]);

const kindOf = ({ op, domain }: Node): string => (domain === '' ? op : `${domain}.${op}`);

/** The same values under the same names; those that gradients and losses are read from are of 32 bits as before. */
export function halve(graph: Graph): Graph {
  const g = GraphBuilder.interfaceOf(graph);
  const narrow = new Map<Value, Value>();
  /** Those that a product made, not those that were narrowed for one. */
  const made = new Set<Value>();

  const cast = (from: Value, to: Value, type: DataType) =>
    g.copy({
      name: to,
      op: 'Cast',
      domain: '',
      inputs: [from],
      outputs: [to],
      attributes: { to: { kind: 'int', value: dataTypes[type].code } },
    });
  const narrowed = (value: Value): Value => {
    const known = narrow.get(value);
    if (known !== undefined || value === '' || g.type(value).type !== 'float') return known ?? value;
    const name = g.unique(`${value}/half`);
    cast(value, name, 'float16');
    narrow.set(value, name);
    return name;
  };
  const widened = (value: Value) => {
    if (value !== '' && !g.has(value)) cast(narrow.get(value)!, value, 'float');
  };

  const isFloat = (value: Value) => made.has(value) || (g.has(value) && g.type(value).type === 'float');
  const given = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  const isBias = (value: Value) => given.has(value) && g.rank(value) <= 1;
  const staysNarrow = (node: Node): boolean => {
    const kind = kindOf(node);
    const numbers = node.inputs.filter((value) => value !== '' && isFloat(value));
    if (products.has(kind)) return numbers.length > 1;
    if (carriers.has(kind)) return numbers.length > 0 && numbers.every((value) => made.has(value));
    return (
      kind === 'Add' &&
      numbers.some((value) => made.has(value)) &&
      numbers.every((value) => made.has(value) || isBias(value))
    );
  };

  for (const node of graph.nodes) {
    if (!staysNarrow(node)) {
      readsOf(node).forEach(widened);
      g.copy(
        node,
        node.outputs.map((output) => graph.values.get(output)),
      );
      continue;
    }
    const [output] = node.outputs;
    const name = g.unique(`${output}/half`);
    const { shape } = graph.values.get(output)!;
    g.copy({ ...node, name, inputs: node.inputs.map(narrowed), outputs: [name] }, [{ type: 'float16', shape }]);
    narrow.set(output, name);
    made.add(output);
  }
  // Whoever goes on from here may ask for any value; what nobody asked for is pruned.
  for (const value of made) widened(value);
  for (const { name } of graph.outputs) g.output(name);
  return g.finish();
}
