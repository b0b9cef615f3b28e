import type { GradientRule } from './rule.ts';

// Y = the first sequence_lens steps of each sample in reverse: its own inverse;  dinput = dY reversed likewise
export const ReverseSequence: GradientRule<'ReverseSequence'> = ({ g, node, inputs: { sequence_lens }, dY }) => ({
  input: () => g.op('ReverseSequence', [dY, sequence_lens], node.attributes),
});
