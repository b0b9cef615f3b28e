// What the body of a Scan computes from slices and from values around it, but not from what the runs hand on, is computed
// outside, for all runs at once. So are the factors of a product: with x of the run and f from outside
//   (x·f₁)·f₂ = x·(f₁·f₂),   x·f₁ ± x·f₂ = x·(f₁ ± f₂),   [x·f₁, y·f₂] = [x, y]·[f₁, f₂]
// What is left of the backward pass of an LSTM are six operators a step instead of twenty-four.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { type LoopStack, scanOf, type ScanParts, stackAxis } from '../../onnx/control-flow.ts';
import { sameShape } from '../../onnx/dims.ts';
import { readsOf, withReads } from '../../onnx/subgraphs.ts';
import type { Attribute, Graph, Node, Shape, ValueType } from '../../onnx/types.ts';
import { typicalSize } from '../typical-size.ts';
import { rewrite } from '../phases/rewrite.ts';
import { lift, type Operand, type Operation } from './lift.ts';

/** `worth`: whether it pays for a body whose largest value has that many elements. */
export const hoist = (graph: Graph, worth: (elements: number) => boolean): Graph =>
  rewrite(graph, (g, node) => {
    if (g.outer || node.op !== 'Scan' || node.domain !== '') return undefined;
    const scan = scanOf(node);
    const sizes = [...scan.body.values.values()].map(({ shape }) => typicalSize(shape));
    if (!worth(Math.max(0, ...sizes))) return undefined;
    g.scope = node.name;
    const outputs = new Body(g, node, scan).hoisted();
    g.scope = '';
    return outputs;
  });

/** A value that is known outside. */
interface Known extends Operand {
  /** The runs take the stack from its end. */
  readonly backward: boolean;
  /** The slices it is computed from. */
  readonly sources: ReadonlySet<Value>;
}

/** A value of the run: `base`, or base·factor, which is not multiplied before somebody asks. */
interface Varying {
  readonly base: Value;
  readonly factor?: Known;
}

/** How the runs take a stack. */
type Taken = Pick<LoopStack, 'stack' | 'axis' | 'backward'>;

type Result = readonly [LoopStack, Known | undefined];

/** A stack may be so many times as large as what it is computed from. */
const GROWTH = 4;

const plain = (op: string, attributes: Operation['attributes'] = {}): Operation => ({ op, domain: '', attributes });

class Body {
  readonly #g: GraphBuilder;
  readonly #b: GraphBuilder;
  readonly #node: Node;
  readonly #scan: ScanParts;
  readonly #known = new Map<Value, Known>();
  readonly #varying = new Map<Value, Varying>();
  /** Products that were multiplied after all. */
  readonly #multiplied = new Map<Value, Value>();
  /** Nodes that went outside, for when one is wanted inside. */
  readonly #lifted = new Map<Value, Node>();
  readonly #stacks: Taken[] = [];
  /** Slices, and stacks from outside by their names there, that the new body has as inputs. */
  readonly #inputs = new Map<Value, Value>();

  constructor(g: GraphBuilder, node: Node, scan: ScanParts) {
    this.#g = g;
    this.#node = node;
    this.#scan = scan;
    this.#b = new GraphBuilder(scan.body.name, { outer: g, repeated: true });
    this.#b.scope = g.scope;
  }

  /** The values that stand for the Scan's outputs; undefined: nothing changes. */
  hoisted(): readonly Value[] | undefined {
    const { states, scanned, results, body } = this.#scan;
    for (const { input } of states) {
      const { type, shape } = this.#typeOf(input);
      this.#varying.set(input, { base: this.#b.input(input, type, shape) });
    }
    for (const scan of scanned) {
      const { stack, slice, backward } = scan;
      const type = this.#typeOf(slice);
      if (stackAxis(this.#node, scan, this.#g.rank(stack)) === 0) {
        const sources = new Set([slice]);
        this.#known.set(slice, { value: stack, stacked: true, shape: type.shape, backward, sources });
      } else this.#varying.set(slice, { base: this.#enter(slice, slice, scan, type) });
    }
    const asked = this.#askedFor();
    for (const node of body.nodes) {
      if (this.#outside(node)) continue;
      const [output] = node.outputs;
      const form = this.#product(node);
      if (!form) this.#copy(node);
      else {
        this.#varying.set(output, form);
        if (asked.has(output)) this.#inside(output);
      }
    }
    if (this.#lifted.size === 0) return undefined;
    return this.#finish(results.map((result) => [result, this.#known.get(result.slice)] as const));
  }

  #typeOf(value: Value): ValueType {
    const { body } = this.#scan;
    const input = body.inputs.find(({ name }) => name === value);
    return input ? { type: input.type, shape: input.shape! } : (body.values.get(value) ?? this.#g.type(value));
  }

  /** Values that something other than a further product reads. */
  #askedFor(): Set<Value> {
    const { body, states } = this.#scan;
    const varying = new Set(states.map(({ input }) => input));
    for (const node of body.nodes) {
      if (readsOf(node).some((value) => varying.has(value))) for (const output of node.outputs) varying.add(output);
    }
    const asked = new Set(body.outputs.map(({ name }) => name));
    for (const node of body.nodes) {
      const products = node.op === 'Mul' && node.inputs.filter((input) => varying.has(input)).length === 1;
      if (products || node.op === 'Neg' || node.op === 'Concat') continue;
      for (const value of readsOf(node)) asked.add(value);
    }
    return asked;
  }

  #knownOf(value: Value): Known | undefined {
    const known = this.#known.get(value);
    if (known || !this.#g.has(value)) return known;
    return { value, stacked: false, shape: this.#g.shape(value), backward: false, sources: new Set() };
  }

  #lift(operation: Operation, operands: readonly Known[], types: readonly ValueType[]): readonly Known[] | undefined {
    const stacked = operands.filter((operand) => operand.stacked);
    if (stacked.length === 0 || stacked.some(({ backward }) => backward !== stacked[0].backward)) return undefined;
    const values = lift(this.#g, operation, operands, types);
    const sources = new Set(operands.flatMap((operand) => [...operand.sources]));
    const { backward } = stacked[0];
    return values?.map((value) => ({
      value,
      stacked: true,
      shape: this.#g.shape(value).slice(1),
      backward,
      sources,
    }));
  }

  /** Whether the node could be done outside. */
  #outside(node: Node): boolean {
    // An input left out in the middle would move the others.
    const operands = node.inputs.map((input) => this.#knownOf(input));
    if (!operands.every((operand) => operand !== undefined)) return false;
    const types = node.outputs.filter(Boolean).map((output) => this.#typeOf(output));
    if (types.length < node.outputs.length) return false;
    const lifted = this.#lift(node, operands, types);
    lifted?.forEach((known, index) => {
      this.#known.set(node.outputs[index], known);
      this.#lifted.set(node.outputs[index], node);
    });
    return lifted !== undefined;
  }

  /** The node's value as a product with a factor from outside, if it is one. */
  #product(node: Node): Varying | undefined {
    if (node.domain !== '') return undefined;
    const [output] = node.outputs;
    const forms = node.inputs.map((input) => this.#varying.get(input));
    const { shape } = this.#typeOf(output);
    switch (node.op) {
      case 'Mul': {
        const at = forms.findIndex((form) => form !== undefined);
        const known = at < 0 ? undefined : this.#knownOf(node.inputs[1 - at]);
        if (!known || !sameShape(this.#typeOf(node.inputs[at]).shape, shape)) return undefined;
        const { base, factor } = this.#latest(node.inputs[at]);
        return this.#times(base, factor ? this.#combined('Mul', [factor, known]) : known);
      }
      case 'Neg': {
        const { base, factor } = this.#latest(node.inputs[0]);
        return factor && this.#times(base, this.#combined('Neg', [factor]));
      }
      case 'Add':
      case 'Sub': {
        const [a, b] = forms;
        const like = a?.factor ?? b?.factor;
        if (!a || !b || !like || a.base !== b.base || !sameShape(this.#b.shape(a.base), shape)) return undefined;
        const one = this.#knownOf(this.#g.scalar(1, like.value))!;
        return this.#times(a.base, this.#combined(node.op, [a.factor ?? one, b.factor ?? one]));
      }
      case 'Concat': {
        const parts = node.inputs.map((input) => this.#latest(input));
        const whole = parts.every(
          ({ factor }, i) => factor?.stacked && sameShape(factor.shape, this.#typeOf(node.inputs[i]).shape),
        );
        if (!whole) return undefined;
        const factor = this.#combined(
          'Concat',
          parts.map((part) => part.factor!),
          node.attributes,
        );
        if (!factor) return undefined;
        const [base] = this.#b.node(
          'Concat',
          parts.map((part) => part.base),
          node.attributes,
        );
        return this.#times(base, factor);
      }
      default:
        return undefined;
    }
  }

  /** With what is multiplied already as base. */
  #latest(value: Value): Varying {
    const multiplied = this.#multiplied.get(value);
    const form = this.#varying.get(value);
    return multiplied !== undefined || !form ? { base: multiplied ?? this.#inside(value) } : form;
  }

  #combined(op: string, factors: readonly Known[], attributes: Operation['attributes'] = {}): Known | undefined {
    if (factors.some(({ stacked }) => stacked)) return this.#lift(plain(op, attributes), factors, [PLAIN])?.[0];
    const value = this.#g.node(
      op,
      factors.map((factor) => factor.value),
      attributes,
    )[0];
    return this.#knownOf(value);
  }

  #times = (base: Value, factor: Known | undefined): Varying | undefined =>
    factor && this.#fits(factor) ? { base, factor } : undefined;

  #fits({ shape, sources, stacked }: Known): boolean {
    const from = [...sources].reduce((sum, source) => sum + typicalSize(this.#typeOf(source).shape), 0);
    return !stacked || typicalSize(shape) <= GROWTH * from;
  }

  #copy(node: Node): void {
    const types = node.outputs.map((output) => (output ? this.#typeOf(output) : undefined));
    this.#b.copy(
      withReads(node, (value) => this.#inside(value)),
      types,
    );
    for (const output of node.outputs) if (output) this.#varying.set(output, { base: output });
  }

  /** The value's name in the new body, where it is computed or comes in if it did not yet. */
  #inside(value: Value): Value {
    const form = this.#varying.get(value);
    if (form) {
      if (!form.factor) return form.base;
      const before = this.#multiplied.get(value);
      if (before !== undefined) return before;
      const product = this.#b.mul(form.base, this.#slice(form.factor));
      this.#multiplied.set(value, product);
      return product;
    }
    const slice = this.#scan.scanned.find((scan) => scan.slice === value);
    if (slice) {
      if (!this.#inputs.has(value)) this.#enter(value, value, slice, this.#typeOf(value));
      return value;
    }
    const known = this.#known.get(value);
    if (!known) return value;
    if (this.#fits(known)) return this.#slice(known);
    this.#copy(this.#lifted.get(value)!);
    return value;
  }

  /** One run's part of a value from outside. */
  #slice(known: Known): Value {
    const { value, stacked, shape, backward } = known;
    if (!stacked) return value;
    const own = this.#scan.scanned.find(({ stack, slice }) => stack === value && this.#known.get(slice) === known);
    if (own) return this.#inside(own.slice);
    const entered = this.#inputs.get(value);
    if (entered !== undefined) return entered;
    const { type } = this.#g.type(value);
    return this.#enter(value, this.#b.unique('slice'), { stack: value, axis: 0, backward }, { type, shape });
  }

  #enter(key: Value, name: Value, from: Taken, { type, shape }: ValueType): Value {
    this.#inputs.set(key, name);
    this.#stacks.push({ stack: from.stack, axis: from.axis, backward: from.backward });
    return this.#b.input(name, type, shape);
  }

  #finish(results: readonly Result[]): readonly Value[] {
    const { states, scanned } = this.#scan;
    const isOutside = ([result, known]: Result): boolean =>
      known?.stacked === true && result.axis === 0 && result.backward === known.backward;
    for (const { output } of states) this.#b.output(this.#inside(output));
    const left = results.filter((result) => !isOutside(result));
    for (const [{ slice }] of left) this.#b.output(this.#inside(slice));
    if (states.length + left.length === 0) return results.map(([, known]) => known!.value);
    // Something has to say how many runs there are.
    if (this.#stacks.length === 0) this.#inside(scanned[0].slice);
    this.#g.scope = '';
    const outputs = this.#g.node(
      'Scan',
      [...states.map(({ initial }) => initial), ...this.#stacks.map(({ stack }) => stack)],
      {
        body: { kind: 'graph', value: this.#b.finish() },
        num_scan_inputs: this.#stacks.length,
        ...orders('input', this.#stacks),
        ...orders(
          'output',
          left.map(([result]) => result),
        ),
      },
      { outputs: [...states.map(({ final }) => final || 'last'), ...left.map(([{ stack }]) => stack || 'steps')] },
    );
    const rest = outputs.slice(states.length);
    return [
      ...outputs.slice(0, states.length),
      ...results.map((result) => (isOutside(result) ? result[1]!.value : rest[left.indexOf(result)])),
    ];
  }
}

/** Of a factor that several make together: nobody asks for its type. */
const PLAIN: ValueType = { type: 'float', shape: [] as Shape };

function orders(
  side: 'input' | 'output',
  stacks: readonly { readonly axis: number; readonly backward: boolean }[],
): Record<string, Attribute> {
  const ints = (value: number[]): Attribute => ({ kind: 'ints', value });
  return {
    ...(stacks.some(({ axis }) => axis !== 0) && { [`scan_${side}_axes`]: ints(stacks.map(({ axis }) => axis)) }),
    ...(stacks.some(({ backward }) => backward) && {
      [`scan_${side}_directions`]: ints(stacks.map(({ backward }) => (backward ? 1 : 0))),
    }),
  };
}
