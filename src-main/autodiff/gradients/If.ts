import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { ifOf } from '../../onnx/control-flow.ts';
import { capturedBy, namesOf, renameValues } from '../../onnx/subgraphs.ts';
import type { Graph } from '../../onnx/types.ts';
import type { GradientRule } from './rule.ts';
import { zeros } from './zeros.ts';

// Y = then(w) if the condition holds, else otherwise(w), w being values from around it
//   dw = If the condition holds: then's gradient by w, else otherwise's; zeros where a branch does not use w
//
// The branch runs once more for what its gradient needs: which values there are, only the condition can tell.
export const If: GradientRule<'If'> = ({ g, node, dOutputs, wanted, differentiation, inputs: { cond } }) => {
  const { then, otherwise } = ifOf(node);
  const captured = [...new Set([...capturedBy(then), ...capturedBy(otherwise)])].filter(wanted);

  const backward = (branch: Graph) => {
    const r = new GraphBuilder(`${branch.name}/backward`, { outer: g, repeated: false });
    r.scope = g.scope;
    const names = new Map([...namesOf(branch)].map((name) => [name, r.unique(name)]));
    const again = renameValues(branch, (name) => names.get(name) ?? name);
    for (const each of again.nodes) {
      r.copy(
        each,
        each.outputs.map((output) => again.values.get(output)),
      );
    }
    const active = differentiation.reached(r, again.nodes, captured);
    const gradients = new Map<Value, Value>();
    again.outputs.forEach(({ name }, i) => {
      const gradient = dOutputs[i];
      if (gradient !== undefined && active.has(name)) gradients.set(name, gradient);
    });
    differentiation.backpropagate(r, again.nodes, active, gradients);
    return { r, gradients };
  };
  const branches = { then_branch: backward(then), else_branch: backward(otherwise) };

  const used = captured.filter((value) => Object.values(branches).some(({ gradients }) => gradients.has(value)));
  if (used.length === 0) return {};
  const graphs = Object.entries(branches).map(([name, { r, gradients }]) => {
    for (const value of used) r.output(gradients.get(value) ?? zeros(r, g.type(value)));
    return [name, { kind: 'graph', value: r.finish() } as const];
  });
  const types = used.map((value) => ({ type: g.type(value).type, shape: g.shape(value) }));
  const results = g.node('If', [cond], Object.fromEntries(graphs), {
    outputs: used.map((value) => `d.${value}`),
    types,
  });
  return { reads: used.map((value, i) => [value, () => results[i]] as const) };
};
