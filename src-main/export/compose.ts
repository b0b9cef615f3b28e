import type { Encoder } from '../datasets/encode/encoder.ts';
import { preprocessModel } from '../datasets/encode/onnx.ts';
import { renameValues } from '../onnx/subgraphs.ts';
import type { Model } from '../onnx/types.ts';
import { joinModels } from './join.ts';
import type { Postprocess } from './postprocess.ts';

/**
 * The one file that a run becomes: raw samples in (a table's columns in the encoder's order, or uint8 images), what people want to see of the
 * net's answers out. Preprocessing, the trained net (encoded samples in) and postprocessing are models of their own until here.
 * Without an encoder the net is fed by its own inputs, under their names.
 */
export function composeExport(
  trained: Model,
  encoder: Encoder | null,
  after: Postprocess,
  metadata: Readonly<Record<string, string>>,
): Model {
  // Its answer may be called like one of the whole's, `probabilities` for one.
  const own = new Set(encoder ? [] : trained.graph.inputs.map(({ name }) => name));
  const rename = (name: string): string => (own.has(name) ? name : `net/${name}`);
  const net: Model = { ...trained, graph: renameValues(trained.graph, rename, 'net/') };
  const links = Object.fromEntries(after.inputs.map((name, i) => [name, net.graph.outputs[i].name]));
  const outputs = new Set(after.model.graph.outputs.map(({ name }) => name));
  const whole = joinModels(encoder ? encoded(net, encoder, outputs) : net, after.model, links, 'postprocess/');
  return { ...whole, producer: 'atelier', metadata: { ...metadata }, graph: { ...whole.graph, name: 'atelier' } };
}

function encoded(net: Model, encoder: Encoder, reserved: ReadonlySet<string>): Model {
  const before = withoutNames(preprocessModel(encoder, net.opsets['']), reserved);
  const [input] = net.graph.inputs;
  return joinModels(before.model, net, { [input.name]: before.output }, '');
}

/** A feature column that is called like one of the outputs gets another name: inputs are fed by place or by encoder, outputs by name. */
function withoutNames(
  { model, output }: { model: Model; output: string },
  reserved: ReadonlySet<string>,
): { model: Model; output: string } {
  const rename = (name: string): string => (reserved.has(name) ? `${name}_input` : name);
  return { model: { ...model, graph: renameValues(model.graph, rename) }, output: rename(output) };
}
