import type { Random } from '../random.ts';
import type { Augmentation, PictureKind } from './kinds.ts';

/** At magnitude 1. Mirroring is not among them: what it does to digits and letters is for people to say. */
const furthest: Partial<Record<PictureKind, number>> = {
  rotate: 30,
  scale: 0.4,
  shift: 0.3,
  crop: 0.5,
  brightness: 0.9,
  contrast: 0.9,
  saturation: 0.9,
  blur: 2,
  noise: 0.2,
  erase: 0.4,
};
const operations = Object.keys(furthest) as PictureKind[];
const AT_ONCE = 2;

/** RandAugment (Cubuk et al. 2020): two operations by chance, each as far as `magnitude` says; amounts that are asked for anyway stay. */
export function withRandom(random: Random, amounts: Augmentation, magnitude: number): Augmentation {
  const result: Augmentation = { ...amounts };
  for (let i = 0; i < AT_ONCE; i++) {
    const kind = operations[random.below(operations.length)];
    result[kind] = Math.max(result[kind] ?? 0, furthest[kind]! * magnitude);
  }
  return result;
}
