import { describe, expect, it } from 'vitest';
import { defaultThreads, trainingDefaults } from '../../src-main/shared/training-defaults.ts';

describe('training defaults', () => {
  const training = { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.001 } as const;
  it.each([
    [105, 250],
    [1_000, 32],
    [54_000, 5],
    [0, 250],
  ])('%d training samples: %d epochs', (samples, epochs) => {
    expect(trainingDefaults({ training, learns: 'target' }, samples)).toEqual({ ...training, epochs });
  });
  it('does not take the number of texts for that of their samples', () => {
    expect(trainingDefaults({ training, learns: 'language' }, 1)).toEqual(training);
  });
});

it('leaves a core to the rest of the machine', () => {
  expect([1, 2, 3, 4, 8, 64].map(defaultThreads)).toEqual([1, 1, 2, 3, 4, 4]);
});
