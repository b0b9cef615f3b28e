import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rehearse } from '../../src-main/runtime/rehearsal.ts';
import type { TrainingTask } from '../../src-main/runtime/training-loop.ts';
import { tempFolder } from '../support/temp-workspace.ts';
import { linearEvaluation, linearProgram, linearSamples } from './linear.ts';

function task(change: Partial<TrainingTask> = {}): TrainingTask {
  return {
    compile: ({ stepsPerCall, batchSize }) => linearProgram(4, stepsPerCall, batchSize),
    compileEvaluation: () => linearEvaluation(4),
    train: linearSamples(100, 4, 2),
    validation: linearSamples(30, 4, 2),
    goal: 'loss',
    settings: { epochs: 5, batchSize: 8, learningRate: 0.05, seed: 1, device: 'cpu', threads: 1, patience: 0 },
    runFolder: join(tempFolder(), 'run'),
    ...change,
  };
}

describe('a rehearsal', () => {
  it('measures training and validation, and leaves nothing', async () => {
    const asked = task();
    const { opening, training, validation } = await rehearse(asked, async () => {});
    expect(opening).toBeGreaterThan(0);
    expect(training.length).toBeGreaterThanOrEqual(3);
    expect(validation).toHaveLength(2);
    for (const seconds of [...training, ...validation]) {
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(1);
    }
    expect(existsSync(asked.runFolder)).toBe(false);
  });

  it('goes without validation where there is none, and round and round small data', async () => {
    const { training, validation } = await rehearse(
      task({ train: linearSamples(5, 4, 2), validation: linearSamples(0, 4, 2) }),
      async () => {},
    );
    expect(training.length).toBeGreaterThanOrEqual(3);
    expect(validation).toEqual([]);
  });

  it('is cancelled between two calls', async () => {
    let calls = 0;
    const cancel = async (): Promise<void> => {
      if (++calls === 3) throw new Error('stop');
    };
    await expect(rehearse(task(), cancel)).rejects.toThrow('stop');
    expect(calls).toBe(3);
  });
});
