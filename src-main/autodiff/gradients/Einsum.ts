import type { Value } from '../../onnx/builder.ts';
import { nodeError } from '../../onnx/node.ts';
import { equationOf, freshLetters } from '../../onnx/shapes/Einsum.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// Y = Σ of products, by an equation over letters:  ab,bc->ac  gives  dA = ac,bc->ab of dY and B
//
// An input's gradient is the product of dY with all other inputs, summed over the letters that this input lacks. It is the
// same along letters that only this input has. One that an input has twice ("ii", a diagonal) is two letters and a 1 where they agree.
export const Einsum: GradientRule<'Einsum'> = ({ g, node, inputs: { Inputs }, dY }) => {
  const equation = equationOf(
    node,
    Inputs.map((input) => g.rank(input)),
  );
  const gradientOf = (at: number) => (): Value => {
    const shape = g.shape(Inputs[at]);
    const factors = [{ value: dY, letters: equation.output }];
    Inputs.forEach((value, other) => other !== at && factors.push({ value, letters: equation.inputs[other] }));
    const fresh = freshLetters([...equation.inputs, equation.output].join(''));
    const own = [...equation.inputs[at]].map((letter, axis, all) => {
      if (all.indexOf(letter) === axis) return letter;
      const size = shape[axis];
      if (typeof size !== 'number')
        throw nodeError('unsupported_shape', node, `a diagonal of unknown length "${size}"`);
      const twin = fresh.shift()!;
      const agree = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
      factors.push({ value: g.constant(tensor(g.type(dY).type, [size, size], agree)), letters: letter + twin });
      return twin;
    });
    const known = factors.map(({ letters }) => letters).join('');
    const found = own.filter((letter) => known.includes(letter));
    const missing = own.flatMap((letter, axis) => (known.includes(letter) ? [] : [axis]));
    const gradient = g.op(
      'Einsum',
      factors.map(({ value }) => value),
      { equation: `${factors.map(({ letters }) => letters).join(',')}->${found.join('')}` },
    );
    return missing.length > 0 ? g.unsqueeze(gradient, missing) : gradient;
  };
  return { Inputs: Inputs.map((_, at) => gradientOf(at)) };
};
