// The circular and hyperbolic functions and their inverses. 1 − X² is written (1 − X)·(1 + X), which loses nothing near 1.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { GradientRule } from './rule.ts';

const one = (g: GraphBuilder, x: Value): Value => g.scalar(1, x);
const oneMinusSquare = (g: GraphBuilder, x: Value): Value => g.mul(g.sub(one(g, x), x), g.add(one(g, x), x));
const onePlusSquare = (g: GraphBuilder, x: Value): Value => g.add(one(g, x), g.mul(x, x));
const squareMinusOne = (g: GraphBuilder, x: Value): Value => g.mul(g.sub(x, one(g, x)), g.add(x, one(g, x)));

// Y = sin X;  dX = dY·cos X
export const Sin: GradientRule<'Sin'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.mul(dY, g.op('Cos', [input])),
});

// Y = cos X;  dX = −dY·sin X
export const Cos: GradientRule<'Cos'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.neg(g.mul(dY, g.op('Sin', [input]))),
});

// Y = tan X;  dX = dY·(1 + Y²)
export const Tan: GradientRule<'Tan'> = ({ g, outputs: { output: Y }, dY }) => ({
  input: () => g.mul(dY, onePlusSquare(g, Y)),
});

// Y = arcsin X;  dX = dY/√(1 − X²)
export const Asin: GradientRule<'Asin'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.div(dY, g.sqrt(oneMinusSquare(g, input))),
});

// Y = arccos X;  dX = −dY/√(1 − X²)
export const Acos: GradientRule<'Acos'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.neg(g.div(dY, g.sqrt(oneMinusSquare(g, input)))),
});

// Y = arctan X;  dX = dY/(1 + X²)
export const Atan: GradientRule<'Atan'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.div(dY, onePlusSquare(g, input)),
});

// Y = sinh X;  dX = dY·cosh X
export const Sinh: GradientRule<'Sinh'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.mul(dY, g.op('Cosh', [input])),
});

// Y = cosh X;  dX = dY·sinh X
export const Cosh: GradientRule<'Cosh'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.mul(dY, g.op('Sinh', [input])),
});

// Y = arsinh X;  dX = dY/√(1 + X²)
export const Asinh: GradientRule<'Asinh'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.div(dY, g.sqrt(onePlusSquare(g, input))),
});

// Y = arcosh X;  dX = dY/√(X² − 1)
export const Acosh: GradientRule<'Acosh'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.div(dY, g.sqrt(squareMinusOne(g, input))),
});

// Y = artanh X;  dX = dY/(1 − X²)
export const Atanh: GradientRule<'Atanh'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.div(dY, oneMinusSquare(g, input)),
});
