// What augmentation costs beside the training it is for: the pictures of a batch are changed between one call and the next, so its
// share of a step's time is what training loses against batches that are ready.
//   npm run bench -- augment             BENCH_TURNS=7 BENCH_THREADS=2

import { augmentFields, pictureKinds, type Augmentation } from '../../src-main/shared/augment/kinds.ts';
import { PictureAugmenter } from '../../src-main/shared/augment/picture.ts';
import { models } from './models.ts';
import { BATCH, openTrainer } from './trainer.ts';

const turns = Number(process.env.BENCH_TURNS ?? 7);
const threads = Number(process.env.BENCH_THREADS ?? 2);
const usual = (kinds: readonly (typeof pictureKinds)[number][]): Augmentation =>
  Object.fromEntries(kinds.map((kind) => [kind, augmentFields[kind].usual]));

const cases: Record<string, Augmentation> = {
  'mirrored and shifted': usual(['flip', 'shift']),
  'moved, lighter, noisy, erased': usual([
    'flip',
    'rotate',
    'scale',
    'shift',
    'brightness',
    'contrast',
    'noise',
    'erase',
  ]),
  RandAugment: usual(['random']),
};

const model = models.find(({ name }) => name === 'cnn')!;
const train = await openTrainer(model, threads);
await train(model.stepsPerCall);
const pixels = new Uint8Array(784);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

for (const [name, amounts] of Object.entries(cases)) {
  const augmenter = new PictureAugmenter({ width: 28, height: 28, channels: 1 }, amounts, 1);
  const shares: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const training = (await train(model.steps)) / (model.steps * BATCH);
    const count = 4000;
    const began = performance.now();
    for (let sample = 0; sample < count; sample++) {
      pixels.fill(sample & 255);
      augmenter.apply(pixels, turn, sample);
    }
    shares.push((performance.now() - began) / 1000 / count / training);
  }
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const range = `${percent(Math.min(...shares))}–${percent(Math.max(...shares))}`;
  console.log(`${name.padEnd(32)} ${percent(median(shares))} of a CNN’s training on ${threads} threads (${range})`);
}
