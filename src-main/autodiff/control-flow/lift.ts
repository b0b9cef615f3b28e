// A node of a loop's body done once for all runs, outside: on stacks, which have an axis for the runs in front.

import { ABSTRACT, type GraphBuilder, type Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { axisOf, intOf, intsOf } from '../../onnx/node.ts';
import type { Dim, Node, Shape, ValueType } from '../../onnx/types.ts';

/** An operand as it is outside: the same in every run, or a stack. */
export interface Operand {
  readonly value: Value;
  readonly stacked: boolean;
  /** Of one run. */
  readonly shape: Shape;
}

export type Operation = Pick<Node, 'op' | 'domain' | 'attributes'>;

/** Work on every element by itself; operands broadcast. */
const ELEMENTWISE = new Set([
  ...['Abs', 'Acos', 'Acosh', 'Add', 'And', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Cast', 'Ceil', 'Celu', 'Clip', 'Cos'],
  ...['Cosh', 'Div', 'Elu', 'Equal', 'Erf', 'Exp', 'Floor', 'Gelu', 'Greater', 'GreaterOrEqual', 'HardSigmoid'],
  ...['HardSwish', 'Identity', 'IsInf', 'IsNaN', 'LeakyRelu', 'Less', 'LessOrEqual', 'Log', 'Max', 'Min', 'Mish'],
  ...[
    'Mod',
    'Mul',
    'Neg',
    'Not',
    'Or',
    'PRelu',
    'Pow',
    'Reciprocal',
    'Relu',
    'Round',
    'Selu',
    'Sigmoid',
    'Sign',
    'Sin',
  ],
  ...['Sinh', 'Softplus', 'Softsign', 'Sqrt', 'Sub', 'Sum', 'Swish', 'Tan', 'Tanh', 'ThresholdedRelu', 'Where', 'Xor'],
]);

interface Lifting {
  readonly g: GraphBuilder;
  readonly operation: Operation;
  readonly operands: readonly Operand[];
  /** Of one run's outputs. */
  readonly types: readonly ValueType[];
  readonly runs: Dim;
}

/** The stacks of the outputs; undefined: each run has to do it. `types`: of one run's outputs. At least one operand is stacked. */
export function lift(
  g: GraphBuilder,
  operation: Operation,
  operands: readonly Operand[],
  types: readonly ValueType[],
): readonly Value[] | undefined {
  const { op, domain } = operation;
  const runs = g.shape(operands.find(({ stacked }) => stacked)!.value)[0];
  const lifting: Lifting = { g, operation, operands, types, runs };
  if (domain === ABSTRACT) return op === 'ReluGrad' ? elementwise(lifting) : undefined;
  if (domain !== '') return undefined;
  return ELEMENTWISE.has(op) ? elementwise(lifting) : others[op]?.(lifting);
}

const emitted = ({ g, operation: { op, domain, attributes }, types, runs }: Lifting, inputs: readonly Value[]) =>
  g.node(op, inputs, attributes, {
    domain,
    outputs: types.map(() => op),
    ...(domain === ABSTRACT && { types: types.map(({ type, shape }) => ({ type, shape: [runs, ...shape] })) }),
  });

/** Axes of size 1 behind the runs' bring a stack to the rank of the others. */
function elementwise(lifting: Lifting): readonly Value[] {
  const { g, operands } = lifting;
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  const aligned = operands.map(({ value, stacked, shape }) => {
    const missing = Array.from({ length: rank - shape.length }, (_, i) => i + 1);
    return stacked && missing.length > 0 ? g.unsqueeze(value, missing) : value;
  });
  return emitted(lifting, aligned);
}

const others: Readonly<Record<string, (lifting: Lifting) => readonly Value[] | undefined>> = {
  Concat: (lifting) => (lifting.operands.every(({ stacked }) => stacked) ? alongAxis(lifting) : undefined),
  Split: (lifting) => (lifting.operands.slice(1).some(({ stacked }) => stacked) ? undefined : alongAxis(lifting, 0)),
  Softmax: (lifting) => alongAxis(lifting, -1),
  LogSoftmax: (lifting) => alongAxis(lifting, -1),
  Transpose: ({ g, operation: { attributes }, operands: [{ value, shape }] }) => {
    const perm = intsOf({ ...NONE, attributes }, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
    return [g.transpose(value, [0, ...perm.map((axis) => axis + 1)])];
  },
  Reshape: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Flatten: reshaped,
  // Rows of all runs times one matrix.
  MatMul: ({ g, operands: [a, b] }) =>
    a.stacked && !b.stacked && b.shape.length === 2 && a.shape.length > 0 ? [g.matmul(a.value, b.value)] : undefined,
  Gemm: ({ g, operation: { attributes }, operands: [a, b, c], types: [{ shape }], runs }) => {
    const perRun = c && (c.stacked || c.shape.length > 1);
    if (!a.stacked || b.stacked || perRun || intOf({ ...NONE, attributes }, 'transA', 0) === 1) return undefined;
    const rows = g.reshape(a.value, [product([runs, a.shape[0]]), a.shape[1]]);
    const [result] = g.node('Gemm', [rows, b.value, c?.value], attributes);
    return [g.reshape(result, [runs, ...shape])];
  },
};

const NONE: Node = { name: '', op: '', domain: '', inputs: [], outputs: [], attributes: {} };

/** `otherwise`: the axis where none is given. */
function alongAxis(lifting: Lifting, otherwise = 0): readonly Value[] {
  const { operation, operands } = lifting;
  const node = { ...NONE, ...operation };
  const axis = axisOf(node, intOf(node, 'axis', otherwise), operands[0].shape.length) + 1;
  const attributes = { ...operation.attributes, axis: { kind: 'int', value: axis } } as const;
  const inputs = operands.map(({ value }) => value);
  return emitted({ ...lifting, operation: { ...operation, attributes } }, inputs);
}

function reshaped({
  g,
  operands: [{ value, stacked }],
  types: [{ shape }],
  runs,
}: Lifting): readonly Value[] | undefined {
  return stacked ? [g.reshape(value, [runs, ...shape])] : undefined;
}
