import { expect, it } from 'vitest';
import { samplesPerEpoch } from '../../src-main/shared/samples-seen.ts';

/** As the trainer tells them: after every nth batch, the last batch of an epoch the rest. */
function points(samples: number, batchSize: number, epochs: number, every: number) {
  const steps: number[] = [];
  const at: number[] = [];
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let done = 0; done < samples;) {
      done = Math.min(samples, done + batchSize);
      if (++step % every === 0) {
        steps.push(step);
        at.push(done === samples ? epoch + 1 : epoch + done / samples);
      }
    }
  }
  return { steps, epochs: at };
}

it.each([
  [105, 32, 20, 1],
  [105, 32, 400, 3],
  [48_000, 64, 3, 100],
  [7, 3, 50, 2],
  [60_001, 32, 4, 37],
])('finds %d samples an epoch in batches of %d', (samples, batchSize, epochs, every) => {
  const curve = points(samples, batchSize, epochs, every);
  expect(samplesPerEpoch({ counted: null, batchSize }, curve.steps, curve.epochs)).toBe(samples);
  expect(samplesPerEpoch({ counted: samples, batchSize }, curve.steps, curve.epochs)).toBe(samples);
  // What is counted is something else: rows of text, of which stretches are learnt from.
  expect(samplesPerEpoch({ counted: samples * 9 + 1, batchSize }, curve.steps, curve.epochs)).toBe(samples);
});

it('believes the count where every point ends an epoch, and says nothing without one', () => {
  expect(samplesPerEpoch({ counted: 20, batchSize: 256 }, [1, 2, 3], [1, 2, 3])).toBe(20);
  expect(samplesPerEpoch({ counted: null, batchSize: 256 }, [1, 2, 3], [1, 2, 3])).toBeNull();
  expect(samplesPerEpoch({ counted: 20, batchSize: 8 }, [], [])).toBeNull();
});
