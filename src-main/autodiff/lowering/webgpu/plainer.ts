// Operators that WebGPU has no kernel for, in others that it has: left alone, they would visit the CPU in every step.

import { float } from '../../../onnx/attributes.ts';
import type { Value } from '../../../onnx/builder.ts';
import { isStatic } from '../../../onnx/dims.ts';
import { floatOf, intOf, tensorOf } from '../../../onnx/node.ts';
import { scalar, tensor } from '../../../onnx/tensors.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';

/** Other types are left to the CPU whatever the spelling. */
const inFloats =
  (write: (context: LoweringContext, inputs: readonly Value[]) => Value): Lowering =>
  (context) =>
    context.g.type(context.node.inputs[0]).type === 'float' ? [write(context, context.node.inputs)] : undefined;

export const Sum = inFloats(({ g }, inputs) => inputs.reduce(g.add));
export const Mean = inFloats(({ g }, inputs) => g.scale(inputs.reduce(g.add), 1 / inputs.length));

// x/(1 + |x|)
export const Softsign = inFloats(({ g }, [x]) => g.div(x, g.add(g.op('Abs', [x]), g.scalar(1, x))));

// γ·x above 0, γ·α·(eˣ − 1) below
export const Selu = inFloats(({ g, node }, [x]) => {
  const alpha = floatOf(node, 'alpha', 1.67326319217681884765625);
  const elu = g.op('Elu', [x], { alpha: float(alpha) });
  return g.scale(elu, floatOf(node, 'gamma', 1.05070102214813232421875));
});

// x above 0, α·(e^(x/α) − 1) below
export const Celu = inFloats(({ g, node }, [x]) => {
  const alpha = floatOf(node, 'alpha', 1);
  return g.scale(g.op('Elu', [g.scale(x, 1 / alpha)]), alpha);
});

// 0 − x
export const Neg: Lowering = ({ g, node }) => {
  const [x] = node.inputs;
  return g.type(x).type === 'int32' ? [g.sub(g.scalar(0, x), x)] : undefined;
};

// true where a, else b
export const Or: Lowering = ({ g, node }) => {
  const [a, b] = node.inputs;
  return [g.cast(g.where(a, g.constant(scalar('int32', 1)), g.cast(b, 'int32')), 'bool')];
};

// Of truth values as numbers
export const Transpose: Lowering = ({ g, node }) => {
  const [x] = node.inputs;
  if (g.type(x).type !== 'bool') return undefined;
  return [g.cast(g.op('Transpose', [g.cast(x, 'int32')], node.attributes), 'bool')];
};

// The product of the sizes: a Size would have all of x brought to the processor, while its Shape is known there.
export const Size: Lowering = ({ g, node }) => [
  g.op('ReduceProd', [g.op('Shape', [node.inputs[0]]), g.int64s([0])], { keepdims: 0 }),
];

export const ConstantOfShape: Lowering = ({ g, node }) => {
  const value = tensorOf(node, 'value') ?? tensor('float', [1], [0]);
  if (value.type !== 'float' && value.type !== 'int32') return undefined;
  return [g.op('Expand', [g.constant(value), node.inputs[0]])];
};

// Each block of places becomes channels: the blocks' own places first, as DepthToSpace has it.
export const SpaceToDepth: Lowering = ({ g, node, shape: [batch, , ...places] }) => {
  const [x] = node.inputs;
  const [, channels] = g.shape(x);
  const block = intOf(node, 'blocksize', 1);
  if (g.type(x).type !== 'float' || !isStatic([channels, ...places])) return undefined;
  const [height, width] = places;
  const blocks = g.reshape(x, [batch, channels, height, block, width, block]);
  const turned = g.transpose(blocks, [0, 3, 5, 1, 2, 4]);
  return [g.reshape(turned, [batch, Number(channels) * block * block, height, width])];
};
