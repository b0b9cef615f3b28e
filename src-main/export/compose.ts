import type { Encoder } from '../datasets/encode/encoder.ts';
import { postprocessModel, preprocessModel } from '../datasets/encode/onnx.ts';
import { renameValues } from '../onnx/subgraphs.ts';
import type { Model } from '../onnx/types.ts';
import { joinModels } from './join.ts';

/**
 * The one file that a run becomes: raw samples in (a table's columns in the encoder's order, or uint8 images), `label` and
 * `probabilities` or `value` out. Preprocessing, the trained net (encoded samples in, probabilities or standardised values out) and
 * postprocessing are models of their own until here.
 */
export function composeExport(trained: Model, encoder: Encoder, metadata: Readonly<Record<string, string>>): Model {
  // Its answer is called `probabilities` too, like the whole's.
  const net: Model = { ...trained, graph: renameValues(trained.graph, (name) => `net/${name}`, 'net/') };
  const opset = net.opsets[''];
  const after = postprocessModel(encoder, opset);
  const outputs = new Set(after.model.graph.outputs.map(({ name }) => name));
  const before = withoutNames(preprocessModel(encoder, opset), outputs);

  const [input] = net.graph.inputs;
  const [answer] = net.graph.outputs;
  const encodedNet = joinModels(before.model, net, { [input.name]: before.output }, '');
  const whole = joinModels(encodedNet, after.model, { [after.input]: answer.name }, 'postprocess/');
  return { ...whole, producer: 'atelier', metadata: { ...metadata }, graph: { ...whole.graph, name: 'atelier' } };
}

/** A feature column that is called like one of the outputs gets another name: inputs are fed by place or by encoder, outputs by name. */
function withoutNames(
  { model, output }: { model: Model; output: string },
  reserved: ReadonlySet<string>,
): { model: Model; output: string } {
  const rename = (name: string): string => (reserved.has(name) ? `${name}_input` : name);
  return { model: { ...model, graph: renameValues(model.graph, rename) }, output: rename(output) };
}
