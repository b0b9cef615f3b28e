import { expect, it } from 'vitest';
import { bindBatch } from '../../src-main/runtime/programs.ts';

it('binds the batch wherever it stands in a shape', () => {
  expect(bindBatch(['batch', 3], 4)).toEqual([4, 3]);
  // Rows of sequences: a mask for each.
  expect(bindBatch([5, '16*batch', 'batch+1'], 4)).toEqual([5, 64, 5]);
});
