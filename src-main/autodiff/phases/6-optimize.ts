// Gradients become updated parameters: scaled back, accumulated, measured, clipped, penalised, handed to the optimizer, averaged,
// each only where asked for. What lives from step to step is given inputs to come in by and values to leave as.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import { filled } from '../../onnx/tensors.ts';
import type { Graph, Shape, Tensor } from '../../onnx/types.ts';
import { AtelierError } from '../../shared/errors.ts';
import { positive, share, whole } from '../options.ts';
import type { Optimizer, Slot } from '../optimizers/optimizer.ts';
import { INITIAL_SCALE, unscale } from '../precision/loss-scale.ts';
import type { StateValue, UpdateMetric, UpdateOptions } from '../types.ts';
import { accumulate } from '../updates/accumulate.ts';
import { averaging } from '../updates/average.ts';
import { apart, bundlesOf, sideBySide } from '../updates/bundles.ts';
import { clipFactor, clipValue } from '../updates/clip.ts';
import { type Settings, settingsOf } from '../updates/groups.ts';
import { normOf } from '../updates/norm.ts';
import { penalised, shrunk } from '../updates/penalties.ts';

/** A value that goes in by `input` and leaves as `next`. */
export interface Carried {
  readonly kind: 'parameter' | StateValue['kind'];
  readonly name: string;
  readonly input: Value;
  readonly next: Value;
  readonly initial: Tensor;
  /** Of an average: what is averaged. */
  readonly parameter?: string;
}

export interface Optimized {
  readonly graph: Graph;
  readonly rate: Value;
  /** Parameter → its value after the step. */
  readonly updates: ReadonlyMap<Value, Value>;
  readonly state: readonly Carried[];
  readonly metrics: ReadonlyMap<UpdateMetric, Value>;
}

type Arithmetic = 'float' | 'double';
type Open = Omit<Carried, 'next'> & { next?: Value };

/** Values that survive from step to step, in the order in which they were asked for. */
class State {
  readonly #g: GraphBuilder;
  readonly #slots: Open[] = [];
  /** While set, a slot keeps its value in calls that do not update. */
  due: Value | undefined;

  constructor(g: GraphBuilder) {
    this.#g = g;
  }

  /** `made`: an input that is there already. */
  add(slot: Pick<Carried, 'kind' | 'name' | 'initial' | 'parameter'>, made?: Value): Slot {
    const g = this.#g;
    const { scope } = g;
    g.scope = '';
    const { type, shape } = slot.initial;
    const input = made ?? g.input(g.unique(`state/${slot.name}`), type, shape);
    g.scope = scope;
    const kept: Open = { ...slot, input };
    this.#slots.push(kept);
    return { value: input, become: (next) => void (kept.next = this.#when(next, input)) };
  }

  /** `next` in a call that updates, `before` in one that only accumulates. */
  #when(next: Value, before: Value): Value {
    return this.due === undefined ? next : this.#g.where(this.due, next, before);
  }

  get carried(): Carried[] {
    return this.#slots.map(({ next, ...slot }) => ({ ...slot, next: next ?? slot.input }));
  }
}

function checked(options: UpdateOptions): UpdateOptions {
  const { clipNorm, clipValue, accumulate, average } = options;
  positive({ clipNorm, clipValue });
  whole({ accumulate }, 1);
  if (average) share({ decay: average.decay });
  return options;
}

/** A name that no parameter has: it is part of checkpoints, so the same for the same model. */
const unusedBy = (parameters: ReadonlyMap<string, Value>, name: string): string =>
  parameters.has(name) ? unusedBy(parameters, `${name}_`) : name;

/**
 * `initial`: what each parameter starts as. `scale`: the input that the loss was multiplied by before it was differentiated, where
 * it was. Errors: invalid_options, unsupported_shape.
 */
export function optimize(
  graph: Graph,
  gradients: ReadonlyMap<Value, Value>,
  optimizer: Optimizer,
  initial: (parameter: Value) => Tensor,
  options: UpdateOptions = {},
  scale?: Value,
): Optimized {
  const { clipNorm, clipValue: limit, accumulate: calls = 1, average, metrics = [] } = checked(options);
  const g = GraphBuilder.extend(graph);
  const parameters = [...gradients.keys()];
  // Half precision is too coarse to add small steps in, and double is what whoever chose it wants.
  const arithmetic: Arithmetic = parameters.every((name) => g.type(name).type === 'double') ? 'double' : 'float';
  const as = (type: ReturnType<typeof g.type>['type'], x: Value) => (g.type(x).type === type ? x : g.cast(x, type));
  const learningRate = g.input(g.unique('learning_rate'), 'float', []);
  const rate = as(arithmetic, learningRate);

  const state = new State(g);
  const context = {
    g,
    rate,
    state(name: string, shape: Shape, value: number): Slot {
      if (!isStatic(shape))
        throw new AtelierError('unsupported_shape', `parameter of "${name}": [${shape.join(', ')}]`);
      return state.add({ kind: 'optimizer', name, initial: filled(arithmetic, shape, value) });
    },
  };
  const each = (values: ReadonlyMap<Value, Value>, map: (parameter: Value, value: Value) => Value) =>
    new Map(
      [...values].map(([parameter, value]): [Value, Value] => {
        g.scope = `update/${parameter}`;
        const mapped = map(parameter, value);
        g.scope = '';
        return [parameter, mapped];
      }),
    );
  const measured = new Map<UpdateMetric, Value>();

  let current: ReadonlyMap<Value, Value> = each(gradients, (_, gradient) => as(arithmetic, gradient));
  let due: Value | undefined;
  if (scale !== undefined) {
    const kept = { kind: 'optimizer', name: 'loss_scale', initial: filled(arithmetic, [], INITIAL_SCALE) } as const;
    const scaled = unscale(g, current, state.add(kept, scale), context.state('loss_scale/steps', [], 0));
    ({ gradients: current, finite: due } = scaled);
  }
  if (calls > 1) ({ gradients: current, due } = accumulate(context, current, calls));
  // What accumulates changes at every call; all that follows, only when an update is due.
  state.due = due;

  if (limit !== undefined) current = each(current, (_, gradient) => clipValue(g, gradient, limit));
  if (clipNorm !== undefined || metrics.includes('gradient_norm')) {
    g.scope = 'update';
    const norm = normOf(g, [...current.values()]);
    measured.set('gradient_norm', norm);
    if (clipNorm !== undefined) {
      const factor = clipFactor(g, norm, clipNorm);
      current = each(current, (_, gradient) => g.mul(gradient, factor));
    }
    g.scope = '';
  }

  const settings = settingsOf(new Map(parameters.map((name) => [name, g.rank(name)])), optimizer, options);
  const move = optimizer.rule(context);
  const moved = (name: string, before: Value, clipped: Value, { rate: factor, weightDecay, l1 }: Settings): Value => {
    const own = g.scale(rate, factor);
    const gradient = penalised(g, clipped, before, { l2: optimizer.decay === 'gradient' ? weightDecay : 0, l1 });
    const w = optimizer.decay === 'decoupled' ? shrunk(g, before, own, weightDecay) : before;
    return move({ name, w, gradient, rate: own, weightDecay });
  };
  const together = new Map<Value, Value>();
  for (const [index, names] of (optimizer.together ? bundlesOf(g, current, settings) : []).entries()) {
    const name = unusedBy(current, `bundle${index}`);
    g.scope = `update/${name}`;
    const before = names.map((each) => as(arithmetic, each));
    const gradient = sideBySide(
      g,
      names.map((each) => current.get(each)!),
    );
    const next = moved(name, sideBySide(g, before), gradient, settings.get(names[0])!);
    apart(g, next, before).forEach((part, at) => together.set(names[at], part));
    g.scope = '';
  }
  const updates = each(current, (name, clipped) => {
    const after = together.get(name) ?? moved(name, as(arithmetic, name), clipped, settings.get(name)!);
    const next = as(g.type(name).type, after);
    return due === undefined ? next : g.where(due, next, name);
  });

  if (average) {
    const takeIn = averaging(context, average);
    each(updates, (parameter, next) => {
      const kept = { kind: 'average', name: `average/${parameter}`, initial: initial(parameter), parameter } as const;
      const slot = state.add(kept);
      slot.become(as(kept.initial.type, takeIn(as(arithmetic, slot.value), as(arithmetic, next))));
      return next;
    });
  }
  if (metrics.includes('update_norm')) {
    const moves = each(updates, (parameter, next) => g.sub(as(arithmetic, next), as(arithmetic, parameter)));
    g.scope = 'update';
    measured.set('update_norm', normOf(g, [...moves.values()]));
    g.scope = '';
  }
  return {
    graph: g.finish(),
    rate: learningRate,
    updates,
    state: state.carried,
    metrics: new Map(metrics.map((metric) => [metric, as('float', measured.get(metric)!)])),
  };
}
