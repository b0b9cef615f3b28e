// The compiler's front door: a forward graph and how to train it go in, one ordinary ONNX model that trains comes out.
// Read the phases in order; each is a pure function from graph to graph.

import { withOutputs } from '../onnx/graph.ts';
import { sameShape } from '../onnx/dims.ts';
import type { Graph, Model, Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { lossOf } from './losses/index.ts';
import { optimizerOf } from './optimizers/index.ts';
import { check, opsetOf } from './phases/1-check.ts';
import { inferShapes } from './phases/2-infer-shapes.ts';
import { runningStatistics, trainMode } from './phases/3-train-mode.ts';
import { attachLoss, present } from './phases/4-attach-loss.ts';
import { differentiate } from './phases/5-differentiate.ts';
import { type Carried, optimize } from './phases/6-optimize.ts';
import { simplify } from './phases/7-simplify.ts';
import { lower } from './phases/8-lower.ts';
import {
  asModel,
  type Fed,
  inputsOf,
  nameOutputs,
  orderInputs,
  outputsOf,
  packageStep,
  resultNames,
} from './phases/9-package.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import type { Device, Evaluation, LossSpec, TrainingOptions, TrainingStep } from './types.ts';

/**
 * A forward graph and how to train it → one ONNX model that does `stepsPerCall` steps of training a call. The same
 * arguments give the same bytes.
 * Errors: invalid_model, unsupported_opset, unsupported_operator, unsupported_attribute, unsupported_shape,
 * not_differentiable, unused_parameter, invalid_options.
 */
export function compileTrainingStep(forward: ForwardModel, options: TrainingOptions): TrainingStep {
  const { stepsPerCall, batchSize, device } = options;
  for (const [name, value] of Object.entries({ stepsPerCall, batchSize })) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      throw new AtelierError('invalid_options', `${name}=${value}: a whole number from 1`);
    }
  }
  const checked = check(forward);
  const typed = inferShapes(checked, {
    open: [...forward.parameters, ...runningStatistics(checked)],
    batch: batchSize === undefined ? undefined : { input: forward.input, size: batchSize },
  });
  const training = trainMode(typed);
  const { loss, correct, target, ...withLoss } = attachLoss(
    training.graph,
    forward.output,
    lossOf(options.loss),
    'mean',
  );
  const { gradients, ...withGradients } = differentiate(withLoss.graph, loss, forward.parameters);
  const optimized = optimize(withGradients.graph, gradients, optimizerOf(options.optimizer));

  const modelValue =
    (kind: Carried['kind']) =>
    ([name, next]: readonly [string, string]): Carried => {
      return { kind, name, input: name, next, initial: checked.initializers.get(name)! };
    };
  const carried = [
    ...[...optimized.updates].map(modelValue('parameter')),
    ...[...training.statistics].map(modelValue('statistics')),
    ...optimized.state,
  ];
  const fed: Fed[] = [
    { name: forward.input, role: 'data' },
    { name: target, role: 'target' },
    { name: optimized.rate, role: 'learning_rate' },
    ...training.random.map((name): Fed => ({ name, role: 'random' })),
  ];
  const results = [...carried.map(({ next }) => next), loss, ...(correct === undefined ? [] : [correct])];
  const whole = withOutputs(optimized.graph, results);
  const lean = simplify(lower(simplify(whole), device));

  const metrics = correct === undefined ? (['loss'] as const) : (['loss', 'correct'] as const);
  const step = packageStep(lean, { carried, fed, metrics, opset: opsetOf(forward) }, stepsPerCall);
  return { ...step, batch: typed.inputs.find(({ name }) => name === forward.input)!.shape![0] };
}

/** (samples, target, parameters and running statistics) → summed loss, correct count, predictions. Any batch size. */
export function compileEvaluation(
  forward: ForwardModel,
  options: { readonly loss: LossSpec; readonly device?: Device },
): Evaluation {
  const checked = check(forward);
  const open = [...forward.parameters, ...runningStatistics(checked)];
  const typed = inferShapes(checked, { open });
  const spec = lossOf(options.loss);
  const { loss, correct, target, ...withLoss } = attachLoss(typed, forward.output, spec, 'sum');
  const { presented, graph: whole } = present(withLoss.graph, forward.output, spec);

  const results = correct === undefined ? [loss, presented] : [loss, presented, correct];
  const roles = (['loss', 'prediction', 'correct'] as const).slice(0, results.length);
  const lean = simplify(lower(simplify(withOutputs(whole, results)), options.device ?? 'cpu'));

  const fed: Fed[] = [
    { name: forward.input, role: 'data' },
    { name: target, role: 'target' },
  ];
  const graph = orderInputs(nameOutputs(lean, resultNames(lean, roles)), [...fed.map(({ name }) => name), ...open]);
  return {
    model: asModel(graph, opsetOf(forward)),
    inputs: inputsOf(graph, fed),
    parameters: open.map((name) => {
      const { type, shape } = checked.initializers.get(name)!;
      return { name, type, shape };
    }),
    outputs: outputsOf(graph, roles),
  };
}

/**
 * The forward graph with trained values (parameters and running statistics, by name) as initializers; values that are
 * not given stay as built. With a loss, the output is what that loss shows people: `probabilities` for logits.
 */
export function compileInference(
  forward: ForwardModel,
  values: ReadonlyMap<string, Tensor>,
  { loss }: { readonly loss?: LossSpec } = {},
): Model {
  const checked = check(forward);
  for (const [name, { type, shape }] of values) {
    const built = checked.initializers.get(name);
    if (built?.type !== type || !sameShape(built.shape, shape)) {
      const what = `"${name}", ${type} [${shape.join(', ')}]`;
      throw new AtelierError('invalid_options', `${what}, is no parameter or running statistic of this model`);
    }
  }
  const initializers = [...checked.initializers].map(([name, value]) => [name, values.get(name) ?? value] as const);
  const trained: Graph = { ...checked, initializers: new Map(initializers) };
  const typed = inferShapes(trained, { open: [] });
  const shown = loss ? present(typed, forward.output, lossOf(loss)) : { graph: typed, presented: forward.output };
  const lean = simplify(withOutputs(shown.graph, [shown.presented]));
  return asModel(
    nameOutputs(lean, [loss?.kind === 'cross-entropy' ? 'probabilities' : forward.output]),
    opsetOf(forward),
  );
}
