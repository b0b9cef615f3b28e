import type { Encoder } from '../datasets/encode/encoder.ts';
import { postprocessModel } from '../datasets/encode/onnx.ts';
import { addDecode } from '../datasets/encode/onnx-decode.ts';
import { GraphBuilder, type Value } from '../onnx/builder.ts';
import type { Model } from '../onnx/types.ts';
import { toPixels, type PictureRange } from './pictures.ts';

/** What stands behind a net in an exported file: its inputs are the net's outputs, in their order. */
export interface Postprocess {
  readonly model: Model;
  readonly inputs: readonly string[];
}

/** `label` and `probabilities`, by a temperature where one is given, or `value`. */
export function targetPostprocess(net: Model, encoder: Encoder, temperature?: number): Postprocess {
  const { model, input } = postprocessModel(encoder, net.opsets[''], temperature);
  return { model, inputs: [input] };
}

/**
 * Of a net that gives an encoded reconstruction, then each sample's error and its code: `reconstruction` as the samples go in (an image; of a table
 * one output for each column), `code` float [batch, n] and `error` float [batch].
 */
export const reconstructionPostprocess = (net: Model, encoder: Encoder): Postprocess =>
  behind(net, (g, [given, error, code]) => {
    if (encoder.kind === 'table') addDecode(g, encoder, given);
    else output(g, 'reconstruction', toPixels(g, given, { from: 0, to: 1 }));
    output(g, 'code', code);
    output(g, 'error', error);
  });

/** Of a net that gives pictures: `image`, uint8 [batch, height, width, channels]. */
export const picturePostprocess = (net: Model, range: PictureRange): Postprocess =>
  behind(net, (g, [picture]) => output(g, 'image', toPixels(g, picture, range)));

function behind(net: Model, make: (g: GraphBuilder, given: Value[]) => void): Postprocess {
  const g = new GraphBuilder('postprocess');
  const inputs = net.graph.outputs.map(({ type, shape }, i) => g.input(`answer${i + 1}`, type, shape!));
  make(g, inputs);
  const model = {
    irVersion: 9,
    opsets: { '': net.opsets[''] },
    producer: 'atelier',
    graph: g.finish(),
    metadata: {},
  };
  return { model, inputs };
}

const output = (g: GraphBuilder, name: string, value: Value): void =>
  g.output(g.node('Identity', [value], {}, { outputs: [name] })[0]);
