// The templates.

import { AtelierError } from '../shared/errors.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import { givenKinds, givenLearnings } from '../shared/input-kinds.ts';
import type { Architecture, BuildOptions, Players, Settings } from './architecture.ts';
import { autoencoder } from './autoencoder.ts';
import { bert } from './bert.ts';
import { cnn } from './cnn.ts';
import { cnn1d } from './cnn1d.ts';
import { dcgan } from './dcgan.ts';
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

export type { Architecture, BuildOptions, InputSpec, OutputSpec, Players, Settings } from './architecture.ts';
export { audioOptionsOf } from './audio-settings.ts';
export { tableInput, takesIndices } from './input.ts';
export { parameterCount } from './layers.ts';
export { outputOf } from './output.ts';
export { completeSettings } from './settings.ts';
export { bertEncoder } from './bert.ts';
export { gptDecoder } from './gpt.ts';
export { textOptionsOf } from './text-settings.ts';

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
  autoencoder,
  dcgan,
  textcnn,
  textLstm,
  textGru,
  textTransformer,
  bert,
  gpt,
];

/** Those that some dataset fits, and some run can train. */
export const architectures: readonly Architecture[] = templates.filter(
  ({ inputs, learns }) => inputs.some((kind) => givenKinds.includes(kind)) && givenLearnings.includes(learns),
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

/** The nets that train each other, where the architecture learns so; else null. Errors as `buildForward`'s. */
export function buildPlayers(id: string, settings: Settings, options: BuildOptions): Players | null {
  const architecture = architectureOf(id);
  return architecture.players?.(completeSettings(architecture, settings), options) ?? null;
}

/** All that a run trains, as one graph to look at; where two nets train each other, the one behind the other. */
export function buildWhole(id: string, settings: Settings, options: BuildOptions): ForwardModel {
  const players = buildPlayers(id, settings, options);
  if (!players) return buildForward(id, settings, options);
  const { adversary, discriminator } = players;
  return { ...adversary, parameters: [...adversary.parameters, ...discriminator.parameters] };
}
