// The compiler's front door: a forward graph and how to train it go in, one ordinary ONNX model that trains comes out.
// Read the phases in order; each is a pure function from graph to graph.

import { typeIn, withOutputs } from '../onnx/graph.ts';
import type { Value } from '../onnx/builder.ts';
import { sameShape } from '../onnx/dims.ts';
import { sizeOf } from '../onnx/tensors.ts';
import type { Graph, Model, Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { lossOf } from './losses/index.ts';
import type { AttachedLoss, Loss } from './losses/loss.ts';
import { optimizerOf } from './optimizers/index.ts';
import { whole } from './options.ts';
import { check, opsetOf } from './phases/1-check.ts';
import { inferShapes } from './phases/2-infer-shapes.ts';
import { runningStatistics, trainMode } from './phases/3-train-mode.ts';
import { attachLoss, present, squaredError } from './phases/4-attach-loss.ts';
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
import { halve } from './precision/halve.ts';
import { scaledLoss } from './precision/loss-scale.ts';
import { recompute } from './recompute/index.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import { counting } from './typical-size.ts';
import type { Device, Evaluation, LossSpec, SampleFact, StepOutput, TrainingOptions, TrainingStep } from './types.ts';

/**
 * A forward graph and how to train it → one ONNX model that does `stepsPerCall` steps of training a call. The same
 * arguments give the same bytes.
 * Errors: invalid_model, unsupported_opset, unsupported_operator, unsupported_attribute, unsupported_shape,
 * not_differentiable, unused_parameter, invalid_options.
 */
export function compileTrainingStep(forward: ForwardModel, options: TrainingOptions): TrainingStep {
  const { stepsPerCall, batchSize, usualBatch } = options;
  whole({ stepsPerCall, batchSize, usualBatch }, 1);
  const checked = check(forward);
  const held = heldValues(checked, forward, options.held);
  const typed = inferShapes(checked, {
    open: [...forward.parameters, ...runningStatistics(checked), ...held],
    batch: batchSize === undefined ? undefined : { input: forward.input, size: batchSize },
  });
  const batch = typed.inputs.find(({ name }) => name === forward.input)!.shape![0];
  const sizes = new Map(usualBatch !== undefined && typeof batch === 'string' ? [[batch, usualBatch]] : []);
  return counting(sizes, () => ({ ...trainingStep(forward, options, checked, typed, held), batch }));
}

function trainingStep(
  forward: ForwardModel,
  options: TrainingOptions,
  checked: Graph,
  typed: Graph,
  held: readonly string[],
): Omit<TrainingStep, 'batch'> {
  const { stepsPerCall, device } = options;
  const training = trainMode(typed, options.frozenNorms === 'running' ? forward.parameters : undefined);
  const { target, extras, ...attached } = attachLoss(training.graph, forward, lossOf(options.loss), 'mean');
  const mixed = options.precision === 'mixed' ? scaledLoss(attached.graph, attached.loss) : undefined;
  const whole = mixed?.graph ?? attached.graph;
  const { gradients, ...differentiated } = differentiate(whole, attached.loss, forward.parameters, mixed?.scale);
  const data = differentiated.graph.inputs.map(({ name }) => name).filter((name) => !checked.initializers.has(name));
  const once = differentiated.graph;
  const lasting = options.recompute ? recompute(once, differentiated.forwardNodes, data) : once;
  const graph = mixed ? halve(lasting) : lasting;
  const initial = (name: string) => checked.initializers.get(name)!;
  const optimizer = optimizerOf(options.optimizer);
  const optimized = optimize(graph, gradients, optimizer, initial, options.update, mixed?.scale);

  const modelValue =
    (kind: Carried['kind']) =>
    ([name, next]: readonly [string, string]): Carried => {
      return { kind, name, input: name, next, initial: initial(name) };
    };
  const carried = [
    ...[...optimized.updates].map(modelValue('parameter')),
    ...[...training.statistics].map(modelValue('statistics')),
    ...held.map((name) => modelValue('held')([name, name])),
    ...optimized.state,
  ];
  const fed: Fed[] = [
    ...dataOf(checked, forward),
    ...(target === undefined ? [] : [{ name: target, role: 'target' } as const]),
    ...extras,
    { name: optimized.rate, role: 'learning_rate' },
    ...training.random.map((name): Fed => ({ name, role: 'random' })),
  ];
  const shown: [StepOutput['role'], Value][] = options.prediction
    ? [[fromLogits.has(options.loss.kind) ? 'logits' : 'prediction', forward.output]]
    : [];
  const metrics = [...lossMetrics(attached), ...shown, ...optimized.metrics];
  const results = [...carried.map(({ next }) => next), ...metrics.map(([, value]) => value)];
  const lean = simplify(
    lower(simplify(withOutputs(optimized.graph, results)), device, options.channelBlock, options.threads),
  );

  const roles = metrics.map(([role]) => role);
  return packageStep(lean, { carried, fed, metrics: roles, opset: opsetOf(forward) }, stepsPerCall);
}

const fromLogits: ReadonlySet<LossSpec['kind']> = new Set([
  'binary-cross-entropy',
  'cross-entropy',
  'ctc',
  'focal',
  'gan',
  'kl-divergence',
]);

const lossMetrics = ({ loss, correct, counted, weight }: AttachedLoss): [StepOutput['role'], Value][] =>
  Object.entries({ loss, correct, counted, weight }).flatMap(([role, value]) =>
    value === undefined ? [] : [[role as StepOutput['role'], value]],
  );

const dataOf = ({ inputs }: Graph, { noise = [] }: ForwardModel): Fed[] =>
  inputs.map(({ name }) => ({ name, role: noise.includes(name) ? 'noise' : 'data' }));

/** Initializers to feed that are not trained. */
function heldValues(graph: Graph, { parameters }: ForwardModel, held: readonly string[] = []): readonly string[] {
  const others = [...parameters, ...runningStatistics(graph)];
  const wrong = held.find((name) => !graph.initializers.has(name) || others.includes(name));
  if (wrong !== undefined) {
    throw new AtelierError(
      'invalid_options',
      `held=${wrong}: an initializer that is neither a parameter nor a running statistic`,
    );
  }
  return held;
}

export interface EvaluationOptions {
  /** Left out: only predictions. */
  readonly loss?: LossSpec;
  readonly device?: Device;
  readonly held?: readonly string[];
  readonly facts?: readonly SampleFact[];
  readonly channelBlock?: number;
  /** False: only the loss and what goes with it. A language's predictions are as many as its places times its tokens. */
  readonly prediction?: boolean;
}

/** (samples, target, parameters and running statistics) → summed loss, correct count, predictions. Any batch size. */
export function compileEvaluation(forward: ForwardModel, options: EvaluationOptions): Evaluation {
  const checked = check(forward);
  const open = [...forward.parameters, ...runningStatistics(checked), ...heldValues(checked, forward, options.held)];
  const typed = inferShapes(checked, { open });
  const spec = options.loss && lossOf(options.loss);
  const { target, extras = [], ...attached } = spec ? attachLoss(typed, forward, spec, 'sum') : { graph: typed };
  const shown = show(attached.graph, forward, spec, options.facts);

  const [loss, ...others] = 'loss' in attached ? lossMetrics(attached) : [];
  const predicted = options.prediction === false ? [] : [['prediction', shown.presented] as const];
  const results = [...(loss ? [loss] : []), ...predicted, ...others, ...shown.facts];
  const roles = results.map(([role]) => role);
  const values = results.map(([, value]) => value);
  const { device = 'cpu', channelBlock } = options;
  const lean = simplify(lower(simplify(withOutputs(shown.graph, values)), device, channelBlock));

  const fed: Fed[] = [
    ...dataOf(checked, forward),
    ...(target === undefined ? [] : [{ name: target, role: 'target' } as const]),
    ...extras,
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
    answers: sizeOf(typeIn(typed, forward.output).shape.filter((dim) => typeof dim === 'number')),
  };
}

/** What people see of a prediction, and what they asked to know of each sample. */
function show(graph: Graph, forward: ForwardModel, loss: Loss | undefined, facts: readonly SampleFact[] = []) {
  const shown = present(graph, forward.output, loss);
  const { target, code } = forward;
  let whole = shown.graph;
  const found = facts.map((fact): [SampleFact, Value] => {
    const of = fact === 'error' ? target : code;
    if (of === undefined) throw new AtelierError('invalid_options', `facts=${fact}: the model has no such thing`);
    if (fact === 'code') return [fact, of];
    const measured = squaredError(whole, shown.presented, of);
    whole = measured.graph;
    return [fact, measured.error];
  });
  return { ...shown, graph: whole, facts: found };
}

/**
 * The forward graph with trained values (parameters and running statistics, by name) as initializers; values that are
 * not given stay as built. With a loss, the first output is what that loss shows people: `probabilities` for logits; the facts
 * asked for follow, each under its own name.
 */
export function compileInference(
  forward: ForwardModel,
  values: ReadonlyMap<string, Tensor>,
  { loss, facts }: Pick<EvaluationOptions, 'loss' | 'facts'> = {},
): Model {
  const shown = show(trainedGraph(forward, values), forward, loss && lossOf(loss), facts);
  const lean = simplify(withOutputs(shown.graph, [shown.presented, ...shown.facts.map(([, value]) => value)]));
  return asModel(nameOutputs(lean, [shown.as, ...shown.facts.map(([fact]) => fact)]), opsetOf(forward));
}

/** The same with all of the forward graph's outputs as they are, under their own names. */
export function compileWhole(forward: ForwardModel, values: ReadonlyMap<string, Tensor>): Model {
  const graph = trainedGraph(forward, values);
  const names = graph.outputs.map(({ name }) => name);
  return asModel(nameOutputs(simplify(withOutputs(graph, names)), names), opsetOf(forward));
}

function trainedGraph(forward: ForwardModel, values: ReadonlyMap<string, Tensor>): Graph {
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
  return inferShapes(trained, { open: [] });
}
