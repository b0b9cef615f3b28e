import { AtelierError } from '../../shared/errors.ts';
import { philox, type Random } from '../../shared/random.ts';
import type { History } from '../history.ts';
import { joeKuo } from './joe-kuo.ts';
import type { Sampler, Suggestion } from './sampler.ts';

const lines = joeKuo.trim().split('\n');
const MOST_SOBOL_DIMENSIONS = lines.length + 1;

/**
 * Quasi-random points: a Sobol sequence, scrambled by the seed, a dimension for each parameter and a point for each trial number, so that
 * parallel asks fill the space as evenly as sequential ones. What is not active takes its dimension all the same.
 */
export class SobolSampler implements Sampler {
  #sequence: SobolSequence | null = null;

  suggest({ space, seed }: History, number: number, random: Random): Suggestion {
    const sequence = (this.#sequence ??= new SobolSequence(space.dimensions.length, seed));
    const point = sequence.point(number);
    const params = space.decode(
      space.dimensions.map(({ categorical, levels }, i) => {
        return categorical ? Math.min(levels - 1, Math.floor(point[i] * levels)) : point[i];
      }),
    );
    if (space.feasible(params)) return { params, why: { code: 'sobol', point: number } };
    return { params: space.randomFeasible(random), why: { code: 'constraints_random' } };
  }
}

/** Points of [0, 1)ᵈ: Sobol's with Owen's nested uniform scrambling. */
export class SobolSequence {
  readonly #directions: readonly Uint32Array[];
  readonly #seeds: Uint32Array | null;

  /** `seed` null: not scrambled. Throws too_many_parameters above MOST_SOBOL_DIMENSIONS. */
  constructor(dimensions: number, seed: number | null) {
    if (dimensions > MOST_SOBOL_DIMENSIONS) {
      throw new AtelierError(
        'too_many_parameters',
        `A Sobol sequence is known for up to ${MOST_SOBOL_DIMENSIONS} parameters; the space has ${dimensions}. Take random or tpe.`,
      );
    }
    this.#directions = Array.from({ length: dimensions }, (_, axis) => directions(axis));
    this.#seeds = seed === null ? null : scrambleSeeds(dimensions, seed);
  }

  /** The point of that index, up to 2³² - 1; each for itself, in no order. */
  point(index: number): Float64Array {
    return Float64Array.from(this.#directions, (direction, axis) => {
      let bits = 0;
      for (let rest = index ^ (index >>> 1), bit = 0; rest !== 0; rest >>>= 1, bit++)
        if (rest & 1) bits ^= direction[bit];
      if (!this.#seeds) return (bits >>> 0) / 2 ** 32;
      // Half a unit inside, so that no point lies on the border.
      return (scramble(bits, this.#seeds[axis]) + 0.5) / 2 ** 32;
    });
  }
}

/** v_1 … v_32 of a dimension, by the recurrence of Bratley and Fox. */
function directions(axis: number): Uint32Array {
  const v = new Uint32Array(32);
  if (axis === 0) return v.map((_, i) => 2 ** (31 - i));
  const [polynomial, ...initial] = lines[axis - 1].split(' ').map(Number);
  const s = initial.length;
  for (let i = 0; i < 32; i++) {
    if (i < s) {
      v[i] = initial[i] * 2 ** (31 - i);
      continue;
    }
    let bits = v[i - s] ^ (v[i - s] >>> s);
    for (let k = 1; k < s; k++) if ((polynomial >>> (s - k)) & 1) bits ^= v[i - k];
    v[i] = bits;
  }
  return v;
}

function scrambleSeeds(dimensions: number, seed: number): Uint32Array {
  const words = new Uint32Array(4);
  return Uint32Array.from({ length: dimensions }, (_, axis) => {
    philox(words, axis, 0, 0x736f626f, 0, seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0);
    return words[0];
  });
}

/** Owen's scrambling as a hash of the reversed bits (Laine and Karras 2011, with the constants of Burley, "Practical hash-based Owen scrambling", 2020). */
function scramble(bits: number, seed: number): number {
  let x = reverse(bits);
  x ^= Math.imul(x, 0x3d20adea);
  x = (x + seed) | 0;
  x = Math.imul(x, (seed >>> 16) | 1);
  x ^= Math.imul(x, 0x05526c56);
  x ^= Math.imul(x, 0x53a22864);
  return reverse(x) >>> 0;
}

function reverse(x: number): number {
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return (x >>> 16) | (x << 16);
}
