import { describe, expect, it } from 'vitest';
import { classWeights } from '../../src-main/cli/learning-options.ts';

describe('--class-weights', () => {
  it('takes "balanced", or one class after another', () => {
    expect(classWeights('balanced')).toBe('balanced');
    expect(classWeights('ham=0.5', classWeights('spam=5'))).toEqual({ spam: 5, ham: 0.5 });
    expect(classWeights('a=b=2')).toEqual({ 'a=b': 2 });
  });

  it.each([
    ['even', undefined, /"balanced", or class=weight/],
    ['=3', undefined, /"balanced", or class=weight/],
    ['spam=', undefined, /from 0.001 to 1000/],
    ['spam=much', undefined, /from 0.001 to 1000/],
    ['spam=0', undefined, /from 0.001 to 1000/],
    ['spam=2', 'balanced', /"balanced", or class=weight/],
    ['balanced', { spam: 2 }, /"balanced", or a weight/],
  ] as const)('%s is refused', (text, before, message) => {
    expect(() => classWeights(text, before)).toThrow(message);
  });
});
