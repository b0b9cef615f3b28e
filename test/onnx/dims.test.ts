import { describe, expect, it } from 'vitest';
import { ceilDiv, difference, floorDiv, isNatural, product, quotient, sum, termsOf } from '../../src-main/onnx/dims.ts';

describe('sizes with names', () => {
  it('are spelled one way, however they came about', () => {
    expect(product(['seq', 2, 'batch', 3])).toBe('6*batch*seq');
    expect(sum(['seq', 1, 'past', 2])).toBe('past+seq+3');
    expect(difference(sum(['past', 'seq']), 'past')).toBe('seq');
    expect(difference('seq', 1)).toBe('seq-1');
    expect(difference(1, 'seq')).toBe('-seq+1');
    expect(sum(['past_sequence_length + 1', 'x'])).toBe('past_sequence_length+x+1');
    expect(product([sum(['a', 1]), 'b'])).toBe('a*b+b');
    expect(product(['batch', 0])).toBe(0);
  });

  it('are divided where that comes out, and rounded under a name of their own where not', () => {
    expect(floorDiv(sum([product([2, 'seq']), 3]), 2)).toBe('seq+1');
    expect(floorDiv('seq', 2)).toBe('floor((seq)/2)');
    expect(floorDiv(sum(['seq', 4]), 2)).toBe('floor((seq)/2)+2');
    expect(ceilDiv('seq', 2)).toBe('floor((seq+1)/2)');
    expect(ceilDiv(7, 2)).toBe(4);
    expect(difference(floorDiv('seq', 2), floorDiv('seq', 2))).toBe(0);
    expect(floorDiv(difference('seq', 1), 2)).toBe('floor((seq+1)/2)-1');
    expect(product([floorDiv('seq', 2), 2])).toBe('2*floor((seq)/2)');
  });

  it('fill the hole of a Reshape', () => {
    expect(quotient(['batch', 'seq', 64], [8, 8])).toBe('batch*seq');
    expect(quotient(['batch', 'seq', 64], ['batch', 'seq', 8])).toBe(8);
    expect(quotient([sum(['seq', 1]), 'batch', 4], [sum(['seq', 1]), 2])).toBe('2*batch');
    expect(quotient(['batch', 12], [8])).toBe(undefined);
    expect(quotient([0, 4], [0])).toBe(4);
  });

  it('are known to be natural only where nothing is taken away and nothing is computed', () => {
    expect(['batch', sum(['batch', 1]), 3].every(isNatural)).toBe(true);
    expect(['?n[0]', difference('seq', 1), -1].some(isNatural)).toBe(false);
  });

  it('can be taken apart to be computed', () => {
    expect(termsOf(sum([product([2, 'batch', 'seq']), -3]))).toEqual([
      [2, ['batch', 'seq']],
      [-3, []],
    ]);
  });
});
