import { describe, expect, it } from 'vitest';
import { architectures } from '../../../src-main/architectures/index.ts';
import { planStudy } from '../../../src-main/jobs/studies/study-plan.ts';
import { trialRequest } from '../../../src-main/jobs/studies/trial-run.ts';
import { completeSettings } from '../../../src-main/jobs/train-settings.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import { measuresExport } from '../../../src-main/shared/study.ts';
import { sampleManifest } from '../../support/temp-workspace.ts';

const manifest = sampleManifest();
const version = { id: newId('version'), manifest };
const lr = { type: 'float', low: 1e-4, high: 0.1, log: true };
const plan = (written: unknown, over = manifest) => planStudy(written, { manifest: over, architectures });
const trained = (written: Record<string, unknown>, params: Record<string, number | string | boolean>) =>
  completeSettings(trialRequest(plan(written).plan, params, version, architectures), architectures, manifest);

describe('a study of trainings, as a file says it', () => {
  it('is filled in with what is usual', () => {
    const { name, plan: made, budget } = plan({ space: { lr } });
    expect(name).toBeNull();
    expect(made).toMatchObject({
      settings: { architecture: 'mlp' },
      metrics: ['validation/accuracy'],
      directions: ['maximize'],
      sampler: 'auto',
      pruner: 'median',
      seed: 0,
    });
    expect(budget).toEqual({ trials: 50, seconds: null, withoutBetter: null, trialSeconds: null, workers: 1 });
    expect(plan({ space: { lr }, until_no_better: 5 }).budget.trials).toBeNull();
    expect(plan({ space: { lr }, epochs: 30, pruner: 'hyperband' }).plan.pruner).toEqual({
      type: 'hyperband',
      whole: 30,
    });
    const house = sampleManifest({ task: 'regression', classes: [] });
    expect(plan({ space: { lr } }, house).plan).toMatchObject({
      metrics: ['validation/loss'],
      directions: ['minimize'],
    });
    const loss = { type: 'categorical', choices: ['mse', 'mae'] };
    expect(plan({ space: { loss } }, house).plan.metrics).toEqual(['validation/rmse']);
    expect(plan({ metrics: ['f1', 'parameters'], space: { lr } }).plan).toMatchObject({
      metrics: ['validation/f1', 'parameters'],
      directions: ['maximize', 'minimize'],
      pruner: 'none',
    });
  });

  it('measures the exported file where it goes by its size or speed, or keeps to them', () => {
    const measured = plan({ metrics: ['accuracy', 'latency_ms'], limits: ['size_bytes <= 5e4'], space: { lr } }).plan;
    expect(measured).toMatchObject({
      metrics: ['validation/accuracy', 'export/latency_ms'],
      directions: ['maximize', 'minimize'],
      limits: [{ metric: 'export/size_bytes', most: 5e4 }],
    });
    expect(measuresExport(measured)).toBe(true);
    expect(measuresExport(plan({ limits: ['parameters <= 5'], space: { lr } }).plan)).toBe(false);
  });

  it('names settings as the training does, however they are spelled', () => {
    const { plan: made } = plan({
      settings: { 'batch-size': 16, WeightDecay: 0.01 },
      space: {
        learningRate: lr,
        hidden: { type: 'categorical', choices: ['32', '64,32'] },
        'label-smoothing': { type: 'float', low: 0, high: 0.2, when: { hidden: '32' } },
      },
    });
    expect(Object.keys(made.space)).toEqual(['lr', 'hidden', 'label_smoothing']);
    expect(made.settings).toEqual({ architecture: 'mlp', batch: 16, weight_decay: 0.01 });
  });

  it('trains what a trial says, over what is fixed, over what is usual', () => {
    const study = {
      settings: { batch: 16, schedule: 'constant', patience: 2 },
      space: { lr, hidden: { type: 'int', low: 8, high: 64 } },
    };
    expect(trained(study, { lr: 0.02, hidden: 24 })).toMatchObject({
      architecture: 'mlp',
      architectureSettings: { hidden: '24', dropout: 0 },
      batchSize: 16,
      learningRate: 0.02,
      schedule: 'constant',
      patience: 2,
      optimizer: 'adam',
      seed: 1,
    });
  });

  it('leaves out what the net of a trial has not, and what would do nothing beside its other settings', () => {
    const several = {
      metric: 'accuracy',
      space: {
        architecture: { type: 'categorical', choices: ['mlp', 'linear'] },
        hidden: { type: 'categorical', choices: ['8'] },
        loss: { type: 'categorical', choices: ['cross-entropy', 'focal'] },
        focal_gamma: { type: 'float', low: 1, high: 3 },
        label_smoothing: { type: 'float', low: 0.1, high: 0.2 },
        schedule: { type: 'categorical', choices: ['one-cycle', 'cosine'] },
        warmup: { type: 'float', low: 0.1, high: 0.2 },
        class_weights: { type: 'categorical', choices: ['none', 'balanced'] },
      },
    };
    const common = { hidden: '8', focal_gamma: 1.5, label_smoothing: 0.1, warmup: 0.1 };
    const focal = trained(several, {
      ...common,
      architecture: 'linear',
      loss: 'focal',
      schedule: 'one-cycle',
      class_weights: 'none',
    });
    expect(focal).toMatchObject({ architecture: 'linear', loss: 'focal', focalGamma: 1.5, schedule: 'one-cycle' });
    for (const key of ['labelSmoothing', 'warmup', 'classWeights']) expect(focal).not.toHaveProperty(key);
    expect(focal.architectureSettings).not.toHaveProperty('hidden');
    const plain = trained(several, {
      ...common,
      architecture: 'mlp',
      loss: 'cross-entropy',
      schedule: 'cosine',
      class_weights: 'balanced',
    });
    expect(plain).toMatchObject({
      labelSmoothing: 0.1,
      warmup: 0.1,
      classWeights: 'balanced',
      architectureSettings: { hidden: '8' },
    });
    expect(plain).not.toHaveProperty('focalGamma');
  });

  it.each([
    [{ space: { lrr: lr } }, 'invalid_study', /space\.lrr: "lrr" is no setting.*Did you mean "lr"/],
    [{ space: { droput: lr } }, 'invalid_study', /Did you mean "dropout"/],
    [
      { space: { channels: { type: 'int', low: 1, high: 2 } } },
      'invalid_study',
      /"channels" is no setting of such a training/,
    ],
    [{ sapce: { lr } }, 'invalid_study', /sapce: is no field of a study\. Did you mean "space"/],
    [
      { space: { lr: { type: 'float', low: 0, high: 1 } } },
      'invalid_study',
      /space\.lr\.low is 0; it must be a number above 0 to 100/,
    ],
    [
      { space: { dropout: { type: 'float', low: 0, high: 1 } } },
      'invalid_study',
      /space\.dropout\.high is 1; it must be a number from 0 to 0\.9/,
    ],
    [{ space: { epochs: { type: 'float', low: 1, high: 9 } } }, 'invalid_study', /epochs takes whole numbers: "int"/],
    [
      { space: { optimizer: { type: 'categorical', choices: ['adma'] } } },
      'invalid_study',
      /choices\[0\] is "adma"; it must be one of sgd, /,
    ],
    [{ space: { optimizer: { type: 'int', low: 1, high: 2 } } }, 'invalid_study', /optimizer takes "categorical"/],
    [{ space: { lr, learning_rate: lr } }, 'invalid_study', /is the setting "lr", which is there already/],
    [{ space: { threads: { type: 'int', low: 1, high: 2 } } }, 'invalid_study', /put it into "settings"/],
    [{ settings: { lr: 0.1 }, space: { lr } }, 'invalid_study', /is searched over as well/],
    [{ settings: { hidden: 'wide' }, space: { lr } }, 'invalid_study', /settings\.hidden is "wide"; it must be up to/],
    [
      { metric: 'test/accuracy', space: { lr } },
      'invalid_study',
      /what is chosen by the test split is no longer tested by it/,
    ],
    [{ metric: 'acuracy', space: { lr } }, 'invalid_study', /Did you mean "accuracy"/],
    [
      { metric: 'loss', space: { class_weights: { type: 'categorical', choices: ['none', 'balanced'] } } },
      'invalid_study',
      /makes it another measure from trial to trial/,
    ],
    [{ metric: 'rmse', space: { lr } }, 'invalid_study', /no metric of classification/],
    [{ direction: 'up', space: { lr } }, 'invalid_study', /must be "minimize" or "maximize"/],
    [{ limits: ['size <= 5'], space: { lr } }, 'invalid_study', /limits\[0\]: "size" says no unit. Write "size_bytes"/],
    [{ limits: ['loss <= 5', 'validation/loss <= 4'], space: { lr } }, 'invalid_study', /limits\[1\]: .* once more/],
    [{ metric: 'latency', space: { lr } }, 'invalid_study', /"latency" says no unit. Write "latency_ms"/],
    [{ limits: ['parameters < 5'], space: { lr } }, 'invalid_study', /limits\[0\]: must be like/],
    [{ trials: 0, space: { lr } }, 'invalid_study', /trials: is 0; it must be a whole number from 1/],
    [{ architecture: 'mpl', space: { lr } }, 'unknown_architecture', /no architecture "mpl"/],
    [
      { space: { architecture: { type: 'categorical', choices: ['mlp', 'autoencoder'] } } },
      'invalid_study',
      /learn different things/,
    ],
    [{ start: [{ lrr: 1 }], space: { lr } }, 'invalid_study', /start\[0\]: "lrr"/],
    [{ space: { lr: { type: 'float', low: 1, high: 0.1 } } }, 'invalid_space', /low 1 lies above high 0\.1/],
    [{ sampler: 'tep', space: { lr } }, 'invalid_study', /sampler: is "tep"/],
    [[], 'invalid_study', /must be an object/],
  ])('refuses %j', (written, code, message) => {
    const refused = expect.objectContaining({ code, message: expect.stringMatching(message) });
    expect(() => plan(written)).toThrow(refused);
  });
});
