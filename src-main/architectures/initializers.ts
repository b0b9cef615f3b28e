// Initial weights. Every parameter draws from a stream of its own, told apart by its place in the model.

import { sizeOf, zeros } from '../onnx/tensors.ts';
import type { Tensor } from '../onnx/types.ts';
import { Random, streams } from '../shared/random.ts';

export interface Fan {
  readonly in: number;
  readonly out: number;
}

export type Initializer = (shape: readonly number[], fan: Fan, seed: number, place: number) => Tensor;

const drawing =
  (deviation: (fan: Fan) => number, draw: (random: Random) => number): Initializer =>
  (shape, fan, seed, place) => {
    const result = zeros('float', shape);
    const data = result.data as Float32Array;
    const random = new Random(seed, streams.initialize, place);
    const scale = deviation(fan);
    for (let i = 0; i < sizeOf(shape); i++) data[i] = scale * draw(random);
    return result;
  };

/** N(0, 2/fan-in): keeps the variance through ReLU (He et al. 2015). */
export const heNormal = drawing(
  (fan) => Math.sqrt(2 / fan.in),
  (random) => random.normal(),
);

/** U(±√(6/(fan-in + fan-out))): for symmetric activations and outputs (Glorot & Bengio 2010). */
export const glorotUniform = drawing(
  (fan) => Math.sqrt(6 / (fan.in + fan.out)),
  (random) => 2 * random.uniform() - 1,
);
