// The compiler's front door: a forward graph and how to train it go in, one ordinary ONNX model that trains comes out.
// Read the phases in order; each is a pure function from graph to graph.

import type { Graph, Model, Tensor, ValueInfo } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { lossOf } from './losses/index.ts';
import { optimizerOf } from './optimizers/index.ts';
import { check, opsetOf } from './phases/1-check.ts';
import { inferShapes } from './phases/2-infer-shapes.ts';
import { runningStatistics, trainMode } from './phases/3-train-mode.ts';
import { differentiate } from './phases/4-differentiate.ts';
import { type Carried, optimize } from './phases/5-optimize.ts';
import { lower } from './phases/6-lower.ts';
import { simplify } from './phases/7-simplify.ts';
import { asModel, nameOutputs, orderInputs, repeat } from './phases/8-package.ts';
import { attachLoss, withOutputs } from './phases/attach-loss.ts';
import type {
  CarriedValue,
  Device,
  Evaluation,
  ForwardModel,
  LossSpec,
  StateValue,
  StepInput,
  StepOutput,
  TrainingOptions,
  TrainingStep,
} from './types.ts';

/**
 * A forward graph and how to train it → one ONNX model that does `stepsPerCall` steps of training a call. The same
 * arguments give the same bytes.
 * Errors: invalid_model, unsupported_opset, unsupported_operator, unsupported_attribute, unsupported_shape,
 * not_differentiable, unused_parameter, invalid_options.
 */
export function compileTrainingStep(forward: ForwardModel, options: TrainingOptions): TrainingStep {
  const { stepsPerCall, batchSize, device } = options;
  if (!Number.isInteger(stepsPerCall) || stepsPerCall < 1) {
    throw new AtelierError('invalid_options', `stepsPerCall=${stepsPerCall}`);
  }
  const checked = check(forward);
  const buffers = runningStatistics(checked);
  const typed = inferShapes(checked, {
    open: [...forward.parameters, ...buffers],
    batch: batchSize === undefined ? undefined : { input: forward.input, size: batchSize },
  });
  const training = trainMode(typed);
  const {
    graph: withLoss,
    target,
    loss,
    correct,
  } = attachLoss(training.graph, forward.output, lossOf(options.loss), 'mean');
  const differentiated = differentiate(withLoss, loss, forward.parameters);
  const optimized = optimize(differentiated.graph, differentiated.gradients, optimizerOf(options.optimizer));

  const initial = (name: string): Tensor => checked.initializers.get(name)!;
  const parameters = [...optimized.updates].map(([name, next]) => ({
    name,
    input: name,
    next,
    initial: initial(name),
  }));
  const statistics = [...training.statistics].map(([name, next]) => ({
    name,
    input: name,
    next,
    initial: initial(name),
  }));
  const carried = [...parameters, ...statistics, ...optimized.state];
  const metrics = correct === undefined ? [loss] : [loss, correct];

  const whole = withOutputs(optimized.graph, [...carried.map(({ next }) => next), ...metrics]);
  const lean = simplify(lower(simplify(whole), device));
  const fed = [forward.input, target, optimized.rate, ...training.random];
  const named = nameOutputs(lean, [
    ...carried.map(({ input }) => `${input}/next`),
    ...['loss', 'correct'].slice(0, metrics.length),
  ]);
  const step = orderInputs(named, [...carried.map(({ input }) => input), ...fed]);
  const packaged = stepsPerCall === 1 ? step : repeat(step, carried.length, stepsPerCall);

  const shape = (name: string) => packaged.inputs.find((input) => input.name === name)!;
  const roles = ['data', 'target', 'learning_rate'] as const;
  return {
    model: asModel(packaged, opsetOf(forward)),
    stepsPerCall,
    batch: typed.inputs.find(({ name }) => name === forward.input)!.shape![0],
    inputs: fed.map((name, index) => asInput(shape(name), roles[index] ?? 'random')),
    parameters: parameters.map(asCarried),
    state: [
      ...statistics.map((value): StateValue => ({ ...asCarried(value), kind: 'statistics' })),
      ...optimized.state.map((value): StateValue => ({ ...asCarried(value), kind: 'optimizer' })),
    ],
    outputs: packaged.outputs.slice(carried.length).map((output) => asOutput(output)),
  };
}

/** (samples, target, parameters and running statistics) → summed loss, correct count, predictions. Any batch size. */
export function compileEvaluation(
  forward: ForwardModel,
  { loss: spec, device = 'cpu' }: { readonly loss: LossSpec; readonly device?: Device },
): Evaluation {
  const checked = check(forward);
  const open = [...forward.parameters, ...runningStatistics(checked)];
  const loss = lossOf(spec);
  const attached = attachLoss(inferShapes(checked, { open }), forward.output, loss, 'sum');
  const results = [attached.loss, ...(attached.correct === undefined ? [] : [attached.correct]), attached.presented];
  const whole = withOutputs(attached.graph, results);
  const lean = simplify(lower(simplify(whole), device));
  const roles = results.length === 3 ? ['loss', 'correct', 'prediction'] : ['loss', 'prediction'];
  const fed = [forward.input, attached.target];
  const graph = orderInputs(nameOutputs(lean, roles), [...fed, ...open]);
  const input = (name: string) => graph.inputs.find((each) => each.name === name)!;
  return {
    model: asModel(graph, opsetOf(forward)),
    inputs: [asInput(input(fed[0]), 'data'), asInput(input(fed[1]), 'target')],
    parameters: open.map((name) => {
      const { type, shape } = checked.initializers.get(name)!;
      return { name, type, shape };
    }),
    outputs: graph.outputs.map((output) => asOutput(output)),
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
  const graph = check(forward);
  for (const [name, value] of values) {
    const built = graph.initializers.get(name);
    if (!built || built.shape.join() !== value.shape.join() || built.type !== value.type) {
      throw new AtelierError(
        'invalid_options',
        `"${name}" of shape [${value.shape.join(', ')}] is no initializer of this model`,
      );
    }
  }
  const trained: Graph = {
    ...graph,
    initializers: new Map([...graph.initializers].map(([name, value]) => [name, values.get(name) ?? value])),
  };
  const typed = inferShapes(trained, { open: [] });
  const presented = loss ? attachLoss(typed, forward.output, lossOf(loss), 'sum') : undefined;
  const shown = presented ? presented.presented : forward.output;
  const lean = simplify(withOutputs(presented?.graph ?? typed, [shown]));
  const name = loss?.kind === 'cross-entropy' ? 'probabilities' : forward.output;
  // The loss's target went with the loss.
  const inputs = lean.inputs.filter((input) => graph.inputs.some((each) => each.name === input.name));
  return asModel({ ...nameOutputs(lean, [name]), inputs }, opsetOf(forward));
}

const asInput = ({ name, type, shape }: ValueInfo, role: StepInput['role']): StepInput => ({
  name,
  role,
  type,
  shape: shape!,
});

const asOutput = ({ name, type, shape }: ValueInfo): StepOutput => ({
  name,
  role: name as StepOutput['role'],
  type,
  shape: shape!,
});

const asCarried = ({ name, input, initial }: Carried): CarriedValue => ({
  name,
  input,
  output: `${input}/next`,
  type: initial.type,
  shape: initial.shape,
  initial,
});
