import { describe, expect, it } from 'vitest';
import { classesOfNames, classOfName, namePattern, suggestPatterns } from '../../src-main/shared/name-classes.ts';

/** As the spoken digits have them: digit, speaker, take. */
const digits = Array.from(
  { length: 60 },
  (_, i) => `recordings/${i % 10}_${['jackson', 'nicolas', 'theo'][i % 3]}_${i}.wav`,
);

describe('classes in the names of files', () => {
  it('are what the first group finds, or all that the pattern matches, in the name without its folders', () => {
    const classOf = (pattern: string, path: string) => classOfName(namePattern(pattern)!, path);
    expect(classOf('^([^_]+)_', 'a_b/0_jackson_3.wav')).toBe('0');
    expect(classOf('_([a-z]+)_', '0_jackson_3.wav')).toBe('jackson');
    expect(classOf('cat|dog', 'x/the dog.png')).toBe('dog');
    expect(classOf('cat|dog', 'dog/bird.png')).toBeNull();
    expect(classOf('^()x', 'x.png')).toBeNull();
    expect(classesOfNames('^([^_]+)_', [...digits, 'readme'])).toEqual([...'0123456789']);
    expect(classesOfNames('^[a-z]', ['b1', 'a1', '_'])).toEqual(['a', 'b']);
  });

  it('need an expression of some length', () => {
    for (const pattern of ['', '(', '[', '\\', `${'a'.repeat(600)}`]) expect(namePattern(pattern), pattern).toBeNull();
    expect(classesOfNames('(', digits)).toEqual([]);
  });

  it('are suggested where every name has them, and they are neither one nor nearly all different', () => {
    expect(suggestPatterns(digits).map(({ part }) => part)).toEqual([1, 2]);
    expect(suggestPatterns(digits).map(({ pattern }) => classesOfNames(pattern, digits).length)).toEqual([10, 3]);
    // As dogs and cats are often called.
    const pets = Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'cat' : 'dog'}.${i}.jpg`);
    expect(suggestPatterns(pets).map(({ pattern }) => classesOfNames(pattern, pets))).toEqual([['cat', 'dog']]);
    const run = Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'cat' : 'dog'}${i}.jpg`);
    expect(suggestPatterns(run)).toMatchObject([{ part: 'letters' }]);
    const last = Array.from({ length: 20 }, (_, i) => `${i} of all ${i % 2 ? 'cat' : 'dog'}.jpg`);
    expect(suggestPatterns(last).map(({ part }) => part)).toEqual(['last']);
    expect(suggestPatterns(Array.from({ length: 20 }, (_, i) => `IMG_${1000 + i}.jpg`))).toEqual([]);
    expect(suggestPatterns([...digits, 'readme.wav'])).toEqual([]);
    expect(suggestPatterns([])).toEqual([]);
  });
});
