import { describe, expect, it } from 'vitest';
import { simplify } from '../../src-main/autodiff/phases/7-simplify.ts';
import { prune } from '../../src-main/autodiff/simplify/prune.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import { capturedBy, renameValues, subgraphsOf } from '../../src-main/onnx/subgraphs.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Graph, Node } from '../../src-main/onnx/types.ts';

describe('simplification inside of nodes', () => {
  function scanned(body: (b: GraphBuilder, inputs: Value[]) => Value[], needed: (outputs: Value[]) => Value[]): Graph {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float', [5, 2]);
    const states = ['s', 't', 'u'].map((name) => g.input(name, 'float', [2]));
    g.initializer('outer', tensor('float', [2], [1, 2]));
    const b = new GraphBuilder('body', { outer: g, repeated: true });
    const inputs = ['a', 'b', 'c', 'slice'].map((name) => b.input(name, 'float', [2]));
    const outputs = body(b, inputs);
    for (const output of outputs) b.output(output);
    const results = g.node(
      'Scan',
      [...states, x],
      { body: { kind: 'graph', value: b.finish() }, num_scan_inputs: 1 },
      { outputs: outputs.map((_, i) => `result${i}`) },
    );
    for (const result of needed(results)) g.output(result);
    return g.finish();
  }
  const scanIn = (graph: Graph): Node => graph.nodes.find(({ op }) => op === 'Scan')!;
  const bodyIn = (graph: Graph): Graph => subgraphsOf(scanIn(graph))[0][1];

  it('drops results and states that nobody needs, and keeps states that others need', () => {
    // a needs b, nothing needs c.
    const graph = prune(
      scanned(
        (b, [s, t, u, x]) => [b.add(s, t), b.mul(t, x), b.exp(u), b.neg(s), b.op('Sqrt', [u]), b.op('Abs', [x])],
        ([first, , , neg]) => [first, neg],
      ),
    );
    const scan = scanIn(graph);
    expect(scan.inputs).toEqual(['s', 't', 'x']);
    expect(scan.outputs).toEqual(['result0', 'result1', 'result3']);
    expect(bodyIn(graph).nodes.map(({ op }) => op)).toEqual(['Add', 'Mul', 'Neg']);
    checkGraph(graph);
  });

  it('keeps one input to count the steps', () => {
    const graph = prune(
      scanned(
        (b, [s, t, u]) => [b.neg(s), b.add(t, u), b.mul(u, u)],
        ([first]) => [first],
      ),
    );
    expect(scanIn(graph).inputs).toEqual(['s', 'x']);
  });

  it('merges and folds in bodies, renames what they capture, and keeps outputs apart', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float', [5, 2]);
    const [one, other] = [g.op('Neg', [x]), g.op('Neg', [x])];
    const sums = [one, other].map((value) => g.reduceSum(value, [0], false));
    const b = new GraphBuilder('body', { outer: g, repeated: true });
    const slice = b.input('slice', 'float', [2]);
    const twice = [b.add(b.op('Identity', [slice]), sums[0]), b.add(slice, sums[1])];
    for (const value of [...twice, b.mul(b.mul(twice[0], twice[1]), b.scalar(1, slice))]) b.output(value);
    const results = g.node(
      'Scan',
      [x],
      { body: { kind: 'graph', value: b.finish() }, num_scan_inputs: 1 },
      { outputs: ['y', 'z', 'w'] },
    );
    for (const result of results) g.output(result);
    const graph = simplify(g.finish());
    checkGraph(graph);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Neg', 'ReduceSum', 'Scan']);
    const body = bodyIn(graph);
    expect(body.nodes.map(({ op }) => op)).toEqual(['Add', 'Add', 'Mul']);
    expect(new Set(body.outputs.map(({ name }) => name)).size).toBe(3);
    expect(capturedBy(body)).toEqual(['ReduceSum']);
  });

  it('what is the same in every step goes around the loop, and not around a branch', () => {
    const g = new GraphBuilder('g');
    const w = g.input('w', 'float', [2, 2]);
    const body = new GraphBuilder('body', { outer: g, repeated: true });
    const branch = new GraphBuilder('branch', { outer: g, repeated: false });
    expect(g.owns(body.transpose(w, [1, 0]))).toBe(true);
    expect(branch.owns(branch.transpose(w, [1, 0]))).toBe(true);
    expect(g.has(branch.nodes[0].outputs[0])).toBe(false);
  });

  it('renames values inside of nodes', () => {
    const graph = renameValues(
      scanned(
        (b, [s, t, u, x]) => [b.add(s, 'outer'), t, u, x],
        (results) => results,
      ),
      (name) => `new/${name}`,
    );
    checkGraph(graph);
    expect(capturedBy(bodyIn(graph))).toEqual(['new/outer']);
  });
});
