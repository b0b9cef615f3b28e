// The templates.

import { AtelierError } from '../shared/errors.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import { givenKinds } from '../shared/input-kinds.ts';
import type { Architecture, BuildOptions, Settings } from './architecture.ts';
import { bert } from './bert.ts';
import { cnn } from './cnn.ts';
import { cnn1d } from './cnn1d.ts';
import { gpt } from './gpt.ts';
import { linear } from './linear.ts';
import { mlp } from './mlp.ts';
import { mobilenet } from './mobilenet.ts';
import { recommender } from './recommender.ts';
import { resnet } from './resnet.ts';
import { gru, lstm } from './rnn.ts';
import { textcnn, textGru, textLstm, textTransformer } from './text.ts';
import { transformer } from './transformer.ts';
import { vgg } from './vgg.ts';
import { vit } from './vit.ts';
import { completeSettings } from './settings.ts';

export type { Architecture, BuildOptions, InputSpec, OutputSpec, Settings } from './architecture.ts';
export { tableInput, takesIndices } from './input.ts';
export { parameterCount } from './layers.ts';
export { completeSettings } from './settings.ts';

const templates: readonly Architecture[] = [
  linear,
  mlp,
  cnn,
  vgg,
  resnet,
  mobilenet,
  vit,
  cnn1d,
  lstm,
  gru,
  transformer,
  recommender,
  textcnn,
  textLstm,
  textGru,
  textTransformer,
  bert,
  gpt,
];

/** Those that some dataset fits. */
export const architectures: readonly Architecture[] = templates.filter(({ inputs }) =>
  inputs.some((kind) => givenKinds.includes(kind)),
);

/** Any template, offered or not. Errors: unknown_architecture. */
export function architectureOf(id: string): Architecture {
  const found = templates.find((template) => template.id === id);
  if (found) return found;
  const known = architectures.map((architecture) => architecture.id).join(', ');
  throw new AtelierError('unknown_architecture', `"${id}"; there are ${known}`);
}

/** Settings may be incomplete. Errors: unknown_architecture, invalid_settings. */
export function buildForward(id: string, settings: Settings, options: BuildOptions): ForwardModel {
  const architecture = architectureOf(id);
  return architecture.build(completeSettings(architecture, settings), options);
}
