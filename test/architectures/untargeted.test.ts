import { describe, expect, it } from 'vitest';
import {
  architectures,
  buildForward,
  buildPlayers,
  buildWhole,
  parameterCount,
  type BuildOptions,
  type Settings,
} from '../../src-main/architectures/index.ts';
import { compileEvaluation, compileInference, compileTrainingStep } from '../../src-main/autodiff/compile.ts';
import { checkGraph } from '../../src-main/onnx/check.ts';
import { numbersOf, tensor } from '../../src-main/onnx/tensors.ts';
import { runModel } from '../support/run-model.ts';

const options = (input: BuildOptions['input']): BuildOptions => ({ input, output: { kind: 'samples' }, seed: 1 });
const image = (height: number, width: number, channels = 1) =>
  options({ kind: 'image', height, width, channels } as const);
const table = (features: number) => options({ kind: 'table', features });

it('those that learn without a target need no targets', () => {
  const without = architectures.filter(({ learns }) => learns === 'reconstruction' || learns === 'generation');
  expect(without.map(({ id }) => id)).toEqual(['autoencoder', 'dcgan']);
});

describe('autoencoder', () => {
  const shapeOf = (given: Settings, spec: BuildOptions, value: 'output' | 'code' = 'output') => {
    const forward = buildForward('autoencoder', given, spec);
    checkGraph(forward.graph);
    return forward.graph.values.get(forward[value]!)!.shape;
  };

  it.each([
    ['a table', {}, table(9), ['batch', 9], 3],
    ['a narrow table', {}, table(2), ['batch', 2], 1],
    ['an image', {}, image(28, 28), ['batch', 1, 28, 28], 32],
    ['an image in colour with odd sides', { channels: '2,3,4' }, image(13, 22, 3), ['batch', 3, 13, 22], 32],
    ['an image that is soon a point', { channels: '2,2,2,2,2' }, image(3, 5), ['batch', 1, 3, 5], 4],
    ['an image without convolutions', { channels: '', hidden: '' }, image(4, 4), ['batch', 1, 4, 4], 4],
    ['a code as wide as asked', { latent: 7 }, table(9), ['batch', 9], 7],
  ] as const)('gives back %s', (_, settings, spec, shape, latent) => {
    expect(shapeOf(settings, spec)).toEqual(shape);
    expect(shapeOf(settings, spec, 'code')).toEqual(['batch', latent]);
  });

  it('refuses a loss for shares where values are not between 0 and 1', () => {
    expect(() => buildForward('autoencoder', { loss: 'bce' }, table(3))).toThrow(/loss=bce/);
    expect(() => buildForward('autoencoder', { loss: 'mae' }, image(8, 8))).toThrow(/loss=mae: one of mse, bce/);
  });

  it('is trained on its own input, and told each sample’s error and code', async () => {
    const forward = buildForward('autoencoder', { hidden: '4', latent: 2, corruption: 0.5 }, table(3));
    const loss = { kind: 'mean-squared-error' } as const;
    const step = compileTrainingStep(forward, { loss, optimizer: { kind: 'sgd' }, device: 'cpu', stepsPerCall: 1 });
    expect(step.inputs.map(({ role }) => role)).toEqual(['data', 'learning_rate', 'random']);
    expect(step.outputs.map(({ role }) => role)).toEqual(['loss']);
    expect(step.parameters.map(({ name }) => name)).toEqual(forward.parameters);

    const evaluation = compileEvaluation(forward, { loss, facts: ['error', 'code'] });
    expect(evaluation.inputs.map(({ role }) => role)).toEqual(['data']);
    const x = [0.5, -1, 2, 0, 0.25, -0.5];
    const results = await runModel(compileInference(forward, new Map(), { loss, facts: ['error', 'code'] }), {
      features: tensor('float', [2, 3], x),
    });
    expect(Object.keys(results)).toEqual(['reconstruction', 'error', 'code']);
    const made = numbersOf(results.reconstruction);
    const errors = [0, 1].map((row) =>
      [0, 1, 2].reduce((sum, i) => sum + (made[3 * row + i] - x[3 * row + i]) ** 2 / 3, 0),
    );
    numbersOf(results.error).forEach((error, row) => expect(error).toBeCloseTo(errors[row], 5));
    expect(results.code.shape).toEqual([2, 2]);

    const parameters = Object.fromEntries(step.parameters.map(({ name, initial }) => [name, initial]));
    const evaluated = await runModel(evaluation.model, { ...parameters, features: tensor('float', [2, 3], x) });
    // Summed over samples; in evaluation nothing is hidden.
    expect(numbersOf(evaluated.loss)[0]).toBeCloseTo(errors[0] + errors[1], 5);
    expect(numbersOf(evaluated.error)).toEqual(numbersOf(results.error));
  });

  it('gives images back as probabilities where it learns by cross-entropy', async () => {
    const forward = buildForward('autoencoder', { loss: 'bce', channels: '2', hidden: '4' }, image(4, 4));
    const loss = { kind: 'binary-cross-entropy' } as const;
    const pixels = Uint8Array.from({ length: 16 }, (_, i) => 17 * i);
    const results = await runModel(compileInference(forward, new Map(), { loss, facts: ['error'] }), {
      pixels: { type: 'uint8', shape: [1, 4, 4, 1], data: pixels },
    });
    const made = numbersOf(results.probabilities);
    expect(made.every((value) => value > 0 && value < 1)).toBe(true);
    const error = made.reduce((sum, value, i) => sum + (value - pixels[i] / 255) ** 2 / 16, 0);
    expect(numbersOf(results.error)[0]).toBeCloseTo(error, 5);
  });

  it('says that other nets have no such facts', () => {
    const mlp = buildForward('mlp', {}, { ...table(3), output: { kind: 'value' } });
    expect(() => compileEvaluation(mlp, { loss: { kind: 'mean-squared-error' }, facts: ['error'] })).toThrow(
      /facts=error: the model has no such thing/,
    );
  });
});

describe('dcgan', () => {
  const settings = { latent: 4, channels: '6,8' };
  const players = () => buildPlayers('dcgan', settings, image(8, 8))!;

  it('has the weights of one player each, the same ones by name in all graphs', () => {
    const { generator, adversary, discriminator } = players();
    for (const { graph } of [generator, adversary, discriminator]) checkGraph(graph);
    expect(parameterCount(generator)).toBe(4 * 32 + 32 + 16 + (8 * 6 * 16 + 12) + 6 * 16);
    expect(parameterCount(discriminator)).toBe(6 * 16 + 6 + (6 * 8 * 16 + 16) + 32 + 1);
    expect(adversary.parameters).toEqual(generator.parameters);
    for (const graph of [adversary.graph, discriminator.graph]) {
      for (const [name, value] of generator.graph.initializers) expect(graph.initializers.get(name)).toEqual(value);
      for (const name of discriminator.parameters) {
        expect(graph.initializers.get(name)).toEqual(discriminator.graph.initializers.get(name));
      }
    }
    expect(generator.graph.values.get(generator.output)?.shape).toEqual(['batch', 1, 8, 8]);
    expect(discriminator.graph.values.get(discriminator.output)?.shape).toEqual(['batch', 2]);
    expect(adversary.graph.values.get(adversary.output)?.shape).toEqual(['batch', 1]);
  });

  it('is looked at as a whole, and built as its generator', () => {
    const whole = buildWhole('dcgan', settings, image(8, 8));
    const { generator, discriminator } = players();
    expect(parameterCount(whole)).toBe(parameterCount(generator) + parameterCount(discriminator));
    expect(buildForward('dcgan', settings, image(8, 8))).toEqual(generator);
    expect(buildPlayers('mlp', {}, { ...table(3), output: { kind: 'value' } })).toBeNull();
  });

  it('trains the discriminator on both kinds apart, and its running statistics by both', () => {
    const { discriminator, generator } = players();
    const step = compileTrainingStep(discriminator, {
      loss: { kind: 'gan', player: 'discriminator' },
      optimizer: { kind: 'adam', beta1: 0.5 },
      device: 'cpu',
      stepsPerCall: 1,
      held: generator.parameters,
      prediction: true,
    });
    expect(step.inputs.map(({ name, role }) => [name, role])).toEqual([
      ['pixels', 'data'],
      ['latent', 'noise'],
      ['learning_rate', 'learning_rate'],
    ]);
    expect(step.parameters.map(({ name }) => name)).toEqual(discriminator.parameters);
    expect(step.state.filter(({ kind }) => kind === 'held').map(({ name }) => name)).toEqual(generator.parameters);
    const statistics = step.state.filter(({ kind }) => kind === 'statistics').map(({ name }) => name);
    expect(statistics.sort()).toEqual(
      ['discriminator/conv2', 'generator/dense', 'generator/double1'].flatMap((layer) =>
        ['mean', 'var'].map((what) => `${layer}/norm.running_${what}`),
      ),
    );
  });

  it.each([
    ['sides that cannot be halved so often', { channels: '4,4,4,4' }, image(8, 8), /channels=4,4,4,4: 8×8 pixels/],
    ['no channels', { channels: '' }, image(8, 8), /channels=/],
    ['a table', {}, table(4), /dcgan takes images, not tables/],
    ['an unknown loss', { loss: 'wgan' }, image(8, 8), /loss=wgan: one of non-saturating, hinge/],
  ] as const)('refuses %s', (_, given, spec, message) => {
    expect(() => buildPlayers('dcgan', given, spec)).toThrow(message);
  });
});
