// The gradient of an embedding is a table of zeros but for the rows that the batch looked up. It need not be made where it is only
// added to something: U being rows u added up at places p,
//   x ± U  is x with ±u added at p;  c·U, U·D, U/D  have rows c·u, u·D[p], u/D[p];  U²  has the squares of the sums of rows
// An optimizer then goes over the whole table for its state only (Adam: seven times instead of ten, SGD: once instead of four times).

import { ABSTRACT, type GraphBuilder, type Value } from '../../onnx/builder.ts';
import { isStatic, sameShape } from '../../onnx/dims.ts';
import { typeIn } from '../../onnx/graph.ts';
import { stringOf } from '../../onnx/node.ts';
import { readsOf } from '../../onnx/subgraphs.ts';
import { numbersOf, scalar, sizeOf } from '../../onnx/tensors.ts';
import type { Graph, Node, Shape } from '../../onnx/types.ts';
import { rewrite } from '../phases/rewrite.ts';
import { typicalSize } from '../typical-size.ts';

/** A table of this many rows: `rows` added up at `places`, 0 elsewhere. */
interface Table {
  readonly height: number;
  readonly places: Value;
  readonly rows: Value;
}

/** `fast`: adding rows costs less than going over the table, as it does on one thread of the CPU. */
export function rowUpdates(graph: Graph, fast: boolean): Graph {
  const tables = dispensable(graph, fast);
  if (tables.size === 0) return graph;
  const known = new Map<Value, Table>();
  return rewrite(graph, (g, node) => {
    if (g.outer) return undefined;
    const [output] = node.outputs;
    if (tables.has(output)) {
      const [whole, places, rows] = node.inputs;
      known.set(output, { height: Number(g.shape(whole)[0]), places, rows });
      return [output];
    }
    const at = node.inputs.findIndex((input) => known.has(input));
    if (at < 0) return undefined;
    g.scope = node.name;
    const table = known.get(node.inputs[at])!;
    const [other] = node.inputs.toSpliced(at, 1);
    const sum = node.op === 'Add' || node.op === 'Sub';
    if (!sum) known.set(output, { ...table, rows: rowsOf(g, node, table, other) });
    const result = sum ? added(g, other, table.places, node.op === 'Add' ? table.rows : g.neg(table.rows)) : output;
    g.scope = '';
    return [result];
  });
}

const added = (g: GraphBuilder, whole: Value, places: Value, rows: Value): Value =>
  g.abstract('ScatterRows', [whole, places, rows], whole, { reduction: { kind: 'string', value: 'add' } });

function rowsOf(g: GraphBuilder, node: Node, table: Table, other: Value | undefined): Value {
  const { places, rows } = table;
  if (other === undefined) return g.neg(rows);
  if (node.inputs[0] === node.inputs[1]) {
    const sums = summed(g, table);
    return g.mul(sums, sums);
  }
  const factor = isNumber(g.shape(other)) ? other : g.op('Gather', [other, places], { axis: 0 });
  return g.op(node.op, [rows, factor]);
}

/** The last row of every place has the sum of all its rows; the others are 0. */
function summed(g: GraphBuilder, { height, places, rows }: Table): Value {
  const [count] = g.shape(rows);
  const number = (n: Value) => g.op('Squeeze', [n, g.int64s([0])]);
  const order = g.op('Range', [number(g.int64s([0])), number(g.sizeVector(count)), number(g.int64s([1]))]);
  const none = g.op('Expand', [g.constant(scalar('int64', 0)), g.int64s([height])]);
  const last = g.op('ScatterElements', [none, places, order], { axis: 0, reduction: 'max' });
  const zeros = g.op('Expand', [g.scalar(0, rows), g.shapeVector(g.shape(rows))]);
  return added(g, zeros, g.op('Gather', [last, places], { axis: 0 }), rows);
}

const isNumber = (shape: Shape): boolean => isStatic(shape) && sizeOf(shape) === 1;

/** Tables that nothing needs as a whole, and that are much higher than their rows are many. */
function dispensable(graph: Graph, fast: boolean): Set<Value> {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes)
    for (const read of new Set(readsOf(node))) readers.set(read, [...(readers.get(read) ?? []), node]);
  const results = new Set(graph.outputs.map(({ name }) => name));
  const shapeOf = (value: Value) => typeIn(graph, value).shape;

  const zero = (value: Value): boolean => {
    const maker = makers.get(value);
    const constant = graph.initializers.get(maker?.op === 'Expand' ? maker.inputs[0] : value);
    return constant !== undefined && numbersOf(constant).every((x) => x === 0);
  };
  /** What the table is added to in the end, and whether its squares are needed; undefined if it is needed itself. */
  const uses = (table: Value): { sums: number; squares: boolean } | undefined => {
    if (results.has(table)) return undefined;
    let [sums, squares] = [0, false];
    for (const { op, domain, inputs, outputs } of readers.get(table) ?? []) {
      const others = inputs.filter((input) => input !== table);
      const fits = others.every((x) => isNumber(shapeOf(x)) || sameShape(shapeOf(x), shapeOf(table)));
      if (domain !== '' || !fits) return undefined;
      if (op === 'Add' || (op === 'Sub' && inputs[1] === table)) {
        if (others.length !== 1 || isNumber(shapeOf(others[0]))) return undefined;
        sums++;
        continue;
      }
      if (op !== 'Mul' && op !== 'Neg' && (op !== 'Div' || inputs[0] !== table || others.length === 0))
        return undefined;
      const further = uses(outputs[0]);
      if (!further) return undefined;
      squares ||= further.squares || (op === 'Mul' && others.length === 0);
      sums += further.sums;
    }
    return { sums, squares };
  };

  const found = graph.nodes.filter((node) => {
    if (node.op !== 'ScatterRows' || node.domain !== ABSTRACT || stringOf(node, 'reduction', 'none') !== 'add')
      return false;
    const [whole, , rows] = node.inputs;
    if (!isStatic(shapeOf(whole)) || !zero(whole)) return false;
    if (2 * typicalSize(shapeOf(rows)) > typicalSize(shapeOf(whole))) return false;
    const used = uses(node.outputs[0]);
    return used !== undefined && (fast || (used.sums <= 1 && !used.squares));
  });
  return new Set(found.map(({ outputs }) => outputs[0]));
}
