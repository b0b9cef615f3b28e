import type { PictureRange } from '../../export/pictures.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import { AtelierError } from '../../shared/errors.ts';

/** What a generator's numbers mean: it ends in a hyperbolic tangent. */
export const generatedRange: PictureRange = { from: -1, to: 1 };

/** How many latent numbers a generator takes for one sample. */
export function latentSizeOf({ graph, input }: ForwardModel): number {
  const size = graph.inputs.find(({ name }) => name === input)?.shape?.[1];
  if (typeof size === 'number') return size;
  throw new AtelierError('internal', 'The generator does not say how many latent numbers it takes.');
}
