import { describe, expect, it } from 'vitest';
import { requestLike } from '../../src-main/cli/train-like.ts';
import type { TrainRequest } from '../../src-main/shared/contract.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import type { TrainedRun, TrainSettings } from '../../src-main/shared/run.ts';

const settings: TrainSettings = {
  ...{ architecture: 'mlp', architectureSettings: { hidden: '64', dropout: 0.1 }, epochs: 30, batchSize: 16 },
  ...{ optimizer: 'sgd', learningRate: 10, schedule: 'constant', weightDecay: 0.1, seed: 7, device: 'cpu', threads: 1 },
  ...{ patience: 3, clipNorm: 1, augment: { noise: 0.1 } },
  part: { fold: 1, folds: 5 } as never,
  stretches: [{ step: 10, epoch: 1, epochsBefore: 20, learningRate: 1, schedule: 'constant' }],
};
const run = { version: 'version_1', settings } as TrainedRun;
/** As options make it that nobody wrote: of defaults. */
const said: TrainRequest = {
  ...{ version: 'version_1' as VersionId, architecture: 'mlp', architectureSettings: {}, epochs: 5, batchSize: 32 },
  ...{ optimizer: 'adam', learningRate: 0.001, schedule: 'cosine', weightDecay: 0, patience: 0, seed: 1 },
  ...{ device: 'auto', threads: 0, keepBest: 1, keepEvery: 0, clipNorm: undefined, name: undefined },
};
const like = (change: Partial<TrainRequest>, ...given: string[]) =>
  requestLike(run, { ...said, ...change }, (option) => given.includes(option));

describe('train --like', () => {
  it('is the run again, but for what is its own: folds and added epochs', () => {
    const { part: _part, stretches: _stretches, ...same } = settings;
    expect(like({})).toEqual({ ...same, version: 'version_1' });
  });

  it('takes what was written, and no default of what was not', () => {
    const changed = like(
      { learningRate: 1, batchSize: 8, name: 'slower', clipNorm: 0 },
      'lr',
      'batch',
      'name',
      'clipNorm',
    );
    expect(changed).toMatchObject({ learningRate: 1, batchSize: 8, name: 'slower', clipNorm: 0 });
    expect(changed).toMatchObject({ optimizer: 'sgd', epochs: 30, seed: 7, device: 'cpu', weightDecay: 0.1 });
  });

  it('changes settings of the architecture one by one, unless it is another one', () => {
    expect(like({ architectureSettings: { dropout: 0 } }, 'set').architectureSettings).toEqual({
      hidden: '64',
      dropout: 0,
    });
    expect(like({ architecture: 'linear' }, 'architecture')).toMatchObject({
      architecture: 'linear',
      architectureSettings: {},
      epochs: 30,
    });
  });
});
