// The templates people can choose from.

import { AtelierError } from '../shared/errors.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import type { Architecture, BuildOptions, Settings } from './architecture.ts';
import { cnn } from './cnn.ts';
import { cnn1d } from './cnn1d.ts';
import { linear } from './linear.ts';
import { mlp } from './mlp.ts';
import { mobilenet } from './mobilenet.ts';
import { recommender } from './recommender.ts';
import { resnet } from './resnet.ts';
import { gru, lstm } from './rnn.ts';
import { transformer } from './transformer.ts';
import { vgg } from './vgg.ts';
import { vit } from './vit.ts';
import { completeSettings } from './settings.ts';

export type { Architecture, BuildOptions, InputSpec, OutputSpec, Settings } from './architecture.ts';
export { tableInput, takesIndices } from './input.ts';
export { parameterCount } from './layers.ts';
export { completeSettings } from './settings.ts';

export const architectures: readonly Architecture[] = [
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
];

/** Errors: unknown_architecture. */
export function architectureOf(id: string): Architecture {
  const found = architectures.find((architecture) => architecture.id === id);
  if (found) return found;
  const known = architectures.map((architecture) => architecture.id).join(', ');
  throw new AtelierError('unknown_architecture', `"${id}"; there are ${known}`);
}

/** Settings may be incomplete. Errors: unknown_architecture, invalid_settings. */
export function buildForward(id: string, settings: Settings, options: BuildOptions): ForwardModel {
  const architecture = architectureOf(id);
  return architecture.build(completeSettings(architecture, settings), options);
}
