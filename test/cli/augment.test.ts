import { describe, expect, it } from 'vitest';
import { augmentation } from '../../src-main/cli/augment.ts';

describe('--augment', () => {
  it('takes amounts, and the usual one where none is said', () => {
    expect(augmentation('rotate=15', augmentation('flip'))).toEqual({ flip: 0.5, rotate: 15 });
    expect(augmentation('rotate=0', { rotate: 15 })).toEqual({ rotate: 0 });
  });

  it.each([
    ['mirror', /Choose of: flip, flip-vertical/],
    ['rotate=', /rotate takes a number from 0 to 180/],
    ['rotate=200', /rotate takes a number from 0 to 180/],
    ['noise=much', /noise takes a number from 0 to 0.5/],
    ['flip=-1', /flip takes/],
  ])('%s is refused', (text, message) => {
    expect(() => augmentation(text)).toThrow(message);
  });
});
